/**
 * What each family's processor does to pixels: filter, normalisation, framing, tensors. Geometry is not here, it comes
 * from layouts. Sources: transformers 5.18 models/NAME/image_processing_NAME.py and video_processing_NAME.py; normalisation
 * from the preprocessor_config.json of the checkpoints.
 */

import type { ConstantsOf, FamilyId, Parity, Settings, TowerId } from "@onevision/core";
import type { Filter } from "../resample/filters.ts";
import {
	type ArrangeClips,
	type ArrangeImages,
	arrangeClips,
	arrangeFlat,
	arrangeNested,
	arrangeNestedClips,
	arrangePadded,
	arrangeTiles,
	arrangeTilesBySample,
	type PreparedImage,
} from "./arrange.ts";
import {
	arrangeMergedClips,
	arrangeMergedImages,
	arrangePaddedClips,
	arrangePaddedImages,
} from "./arrange-patches.ts";
import {
	type Frame,
	frameAnyres,
	frameCenter,
	frameCrops,
	frameIdefics3,
	frameOnevision,
	frameTilesThenWhole,
	frameTwice,
	frameWhole,
} from "./framings.ts";
import type { Tensors } from "./pieces.ts";
import { type FloatType, integers } from "./tensor.ts";
import type { Normalization } from "./tones.ts";

/** Families whose pixels are made. */
export const PIXEL_FAMILIES = [
	"llava",
	"llava-next",
	"llava-onevision",
	"qwen-vl",
	"internvl",
	"idefics3",
	"smolvlm",
	"pixtral",
	"gemma3",
	"gemma4",
	"llama4",
] as const satisfies readonly FamilyId[];
export type PixelFamilyId = (typeof PIXEL_FAMILIES)[number];

/** How one kind of media is prepared. */
export interface PixelRule<Constants, Arrange> {
	readonly frame: Frame;
	arrange(constants: Constants, settings: Settings): Arrange;
	/** In place of the family's, whatever the tower. */
	readonly normalization?: Normalization;
}

export interface PixelFamily<Constants> {
	readonly filter: Filter;
	/** By tower: what its checkpoints' preprocessor_config.json say. */
	readonly normalizations: { readonly [Id in TowerId]?: Normalization };
	/** What the processor's class does where a checkpoint's files are silent. */
	readonly classNormalization: Normalization;
	/**
	 * Families whose processors resize to `size` and cut to `crop_size`: the side that both must be, and whether `do_pad`
	 * pads to a square first. What a file says otherwise is not made.
	 */
	readonly view?: { side(constants: Constants): number; readonly padsFirst: boolean };
	/** Whether `do_pad` brings the pictures of a batch to one size; turned off, there is no such tensor. */
	readonly padsBatch?: boolean;
	/** What comes out when no type is asked for. Default float32. */
	readonly dtype?: FloatType;
	/** Other references that frame pictures as transformers does, though their pixels may differ. Default none. */
	readonly framedAlike?: readonly Parity[];
	/** Whether transformers has an image processor on Pillow beside the one on torchvision. Default true. */
	readonly hasPillow?: boolean;
	readonly image: PixelRule<Constants, ArrangeImages>;
	/** Absent where the family takes no video. */
	readonly video?: PixelRule<Constants, ArrangeClips>;
}

type PixelFamilies = { readonly [Id in PixelFamilyId]: PixelFamily<ConstantsOf<Id>> };

const perImage =
	(name: string, value: (image: PreparedImage) => number) =>
	(images: readonly PreparedImage[]): Tensors => ({
		[name]: integers([images.length], images.map(value)),
	});

const RESCALE = 1 / 255;

/** OPENAI_CLIP_MEAN and OPENAI_CLIP_STD, IMAGENET_DEFAULT_… and IMAGENET_STANDARD_… of transformers image_utils.py. */
const CLIP: Normalization = {
	rescale: RESCALE,
	standardize: {
		mean: [0.48145466, 0.4578275, 0.40821073],
		std: [0.26862954, 0.26130258, 0.27577711],
	},
};
const IMAGENET: Normalization = {
	rescale: RESCALE,
	standardize: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};
const HALF: Normalization = {
	rescale: RESCALE,
	standardize: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};

export const PIXELS: PixelFamilies = {
	llava: {
		filter: "bicubic",
		normalizations: { "clip-vit-l14-336": CLIP },
		classNormalization: CLIP,
		view: { side: ({ tile }) => tile, padsFirst: true },
		image: { frame: frameCenter, arrange: () => arrangeFlat() },
	},
	"llava-next": {
		filter: "bicubic",
		normalizations: { "clip-vit-l14-336": CLIP },
		classNormalization: CLIP,
		padsBatch: true,
		view: { side: ({ tile }) => tile, padsFirst: false },
		// LLaVA-NeXT llava/mm_utils.py `process_anyres_image`, `resize_and_pad_image`.
		framedAlike: ["original"],
		image: { frame: frameAnyres, arrange: () => arrangeTiles },
	},
	"llava-onevision": {
		filter: "bicubic",
		normalizations: { "siglip-so400m-patch14-384": HALF },
		classNormalization: CLIP,
		padsBatch: true,
		// The same; several images: `expand2square`. vLLM calls the processor of transformers.
		framedAlike: ["original", "vllm"],
		image: { frame: frameOnevision, arrange: () => arrangeTilesBySample },
		video: { frame: frameWhole, arrange: () => arrangeClips },
	},
	"qwen-vl": {
		filter: "bicubic",
		normalizations: {
			"qwen2-vl-vit": CLIP,
			"qwen2.5-vl-vit": CLIP,
			"qwen3-vl-vit-large": HALF,
			"qwen3-vl-vit-so400m": HALF,
		},
		classNormalization: CLIP,
		image: { frame: frameWhole, arrange: arrangeMergedImages },
		video: { frame: frameWhole, arrange: arrangeMergedClips },
	},
	internvl: {
		filter: "bicubic",
		normalizations: { "internvit-300m-448": IMAGENET, "internvit-6b-448": IMAGENET },
		classNormalization: CLIP,
		image: {
			frame: frameTilesThenWhole,
			arrange: () => arrangeFlat(perImage("num_patches", ({ framing }) => framing.views.length)),
		},
		video: { frame: frameWhole, arrange: () => arrangeClips },
	},
	idefics3: {
		filter: "lanczos",
		normalizations: {
			"siglip-so400m-patch14-364": HALF,
			"siglip-base-patch16-512": HALF,
			"siglip-so400m-patch14-384-full": HALF,
		},
		classNormalization: HALF,
		padsBatch: true,
		image: { frame: frameIdefics3, arrange: () => arrangeNested },
	},
	smolvlm: {
		filter: "lanczos",
		normalizations: { "siglip-base-patch16-512": HALF, "siglip-so400m-patch14-384-full": HALF },
		classNormalization: HALF,
		padsBatch: true,
		image: { frame: frameIdefics3, arrange: () => arrangeNested },
		video: { frame: frameTwice, arrange: () => arrangeNestedClips },
	},
	pixtral: {
		filter: "bicubic",
		normalizations: { "pixtral-vit-patch16": CLIP, "pixtral-vit-patch14": CLIP },
		classNormalization: CLIP,
		padsBatch: true,
		image: { frame: frameWhole, arrange: () => arrangePadded },
	},
	gemma3: {
		filter: "bilinear",
		normalizations: { "siglip-so400m-patch14-896": HALF },
		classNormalization: HALF,
		image: {
			frame: frameCrops,
			arrange: () => arrangeFlat(perImage("num_crops", ({ framing }) => framing.views.length - 1)),
		},
	},
	gemma4: {
		filter: "bicubic",
		normalizations: { "gemma-4-vit-150m": { rescale: RESCALE }, "gemma-4-vit-550m": { rescale: RESCALE } },
		classNormalization: { rescale: RESCALE },
		image: {
			frame: frameWhole,
			arrange: ({ patch, merge }, { max_soft_tokens: tokens }) =>
				arrangePaddedImages({ patch, merge, mostPatches: Number(tokens) * merge ** 2 }),
		},
		video: {
			frame: frameWhole,
			// Unlike the image processor this one normalises, by nothing: the division rounds another way.
			normalization: { rescale: RESCALE, standardize: { mean: [0, 0, 0], std: [1, 1, 1] } },
			arrange: ({ patch, merge }, { video_max_soft_tokens: tokens }) =>
				arrangePaddedClips({ patch, merge, mostPatches: Number(tokens) * merge ** 2 }),
		},
	},
	llama4: {
		filter: "bilinear",
		normalizations: { "llama4-vit-336": { ...HALF, inBfloat16: true } },
		classNormalization: { ...HALF, inBfloat16: true },
		dtype: "bfloat16",
		hasPillow: false,
		image: {
			frame: frameTilesThenWhole,
			arrange: () =>
				arrangeFlat((images) => ({
					aspect_ratios: integers(
						[images.length, 2],
						images.flatMap(({ layout }) => [layout.tileGrid.rows, layout.tileGrid.cols]),
					),
				})),
		},
	},
};

/** The family's row, its constants no longer typed; undefined where its pixels are not made. */
export function pixelFamily(id: FamilyId): PixelFamily<unknown> | undefined {
	const table: { readonly [Id in FamilyId]?: PixelFamily<unknown> } = PIXELS;
	return table[id];
}

/** Whether a reference frames the pictures of a family as transformers does. */
export function isFramedAlike(id: FamilyId, parity: Parity): boolean {
	return pixelFamily(id)?.framedAlike?.includes(parity) ?? false;
}
