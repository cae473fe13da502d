/**
 * What each family's processor does to pixels: filter, framing, tensors. Geometry is not here, it comes from layouts;
 * normalisation comes from the checkpoint. Sources: transformers 5.18 models/NAME/image_processing_NAME.py and
 * video_processing_NAME.py.
 */

import { int64 } from "@onevision/base";
import type { ConstantsOf, FamilyId, Parity, Settings } from "@onevision/core";
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
import type { FloatType } from "./tensor.ts";

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
}

export interface PixelFamily<Constants> {
	/** Where the checkpoint names none. */
	readonly filter: Filter;
	/** Whether values are rescaled and normalised in bfloat16 instead of float32. Default false. */
	readonly inBfloat16?: boolean;
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
		[name]: int64([images.length], images.map(value)),
	});

export const PIXELS: PixelFamilies = {
	llava: {
		filter: "bicubic",
		view: { side: ({ tile }) => tile, padsFirst: true },
		image: { frame: frameCenter, arrange: () => arrangeFlat() },
	},
	"llava-next": {
		filter: "bicubic",
		padsBatch: true,
		view: { side: ({ tile }) => tile, padsFirst: false },
		// LLaVA-NeXT llava/mm_utils.py `process_anyres_image`, `resize_and_pad_image`.
		framedAlike: ["original"],
		image: { frame: frameAnyres, arrange: () => arrangeTiles },
	},
	"llava-onevision": {
		filter: "bicubic",
		padsBatch: true,
		// The same; several images: `expand2square`. vLLM calls the processor of transformers.
		framedAlike: ["original", "vllm"],
		image: { frame: frameOnevision, arrange: () => arrangeTilesBySample },
		video: { frame: frameWhole, arrange: () => arrangeClips },
	},
	"qwen-vl": {
		filter: "bicubic",
		image: { frame: frameWhole, arrange: arrangeMergedImages },
		video: { frame: frameWhole, arrange: arrangeMergedClips },
	},
	internvl: {
		filter: "bicubic",
		image: {
			frame: frameTilesThenWhole,
			arrange: () => arrangeFlat(perImage("num_patches", ({ framing }) => framing.views.length)),
		},
		video: { frame: frameWhole, arrange: () => arrangeClips },
	},
	idefics3: {
		filter: "lanczos",
		padsBatch: true,
		image: { frame: frameIdefics3, arrange: () => arrangeNested },
	},
	smolvlm: {
		filter: "lanczos",
		padsBatch: true,
		image: { frame: frameIdefics3, arrange: () => arrangeNested },
		video: { frame: frameTwice, arrange: () => arrangeNestedClips },
	},
	pixtral: {
		filter: "bicubic",
		padsBatch: true,
		image: { frame: frameWhole, arrange: () => arrangePadded },
	},
	gemma3: {
		filter: "bilinear",
		image: {
			frame: frameCrops,
			arrange: () => arrangeFlat(perImage("num_crops", ({ framing }) => framing.views.length - 1)),
		},
	},
	gemma4: {
		filter: "bicubic",
		image: {
			frame: frameWhole,
			arrange: ({ patch, merge }, { max_soft_tokens: tokens }) =>
				arrangePaddedImages({ patch, merge, mostPatches: Number(tokens) * merge ** 2 }),
		},
		video: {
			frame: frameWhole,
			arrange: ({ patch, merge }, { video_max_soft_tokens: tokens }) =>
				arrangePaddedClips({ patch, merge, mostPatches: Number(tokens) * merge ** 2 }),
		},
	},
	llama4: {
		filter: "bilinear",
		inBfloat16: true,
		dtype: "bfloat16",
		hasPillow: false,
		image: {
			frame: frameTilesThenWhole,
			arrange: () =>
				arrangeFlat((images) => ({
					aspect_ratios: int64(
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
