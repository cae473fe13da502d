/**
 * Snapshots of the LLaVA line: llava, vipllava, llava_next, llava_next_video, video_llava.
 * Source: transformers 5.18 models/<type>/{processing,image_processing,video_processing,configuration}_<type>.py.
 */

import type { Size } from "@onevision/base";
import { integer } from "@onevision/base/schema";
import type { ProjectorChoice } from "../checkpoints/checkpoint.ts";
import {
	checkTiles,
	checkVideoView,
	checkView,
	readFrames,
	readPinpoints,
	refuseOriginal,
} from "./checks.ts";
import { languageModel, type ReadLanguageModel } from "./language-models.ts";
import { isMantis, MANTIS_PROCESSOR, readMantis } from "./llava-variants.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { CLIP_CLASS, SIGLIP_CLASS } from "./pixels.ts";
import { PIXTRAL_IGNORED, readPixtral } from "./pixtral.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, unsupported } from "./section.ts";
import { ABSENT_CLIP_336, type ReadSquareTower, squareTower } from "./square-towers.ts";
import { flag, patchSide, tokenCount, word } from "./values.ts";
import { CLIP_KIN_VIEW, CLIP_VIEW, SIGLIP_VIEW, squareView } from "./view.ts";

/** Two layers; features of several tower layers enter side by side. */
const mlp = (layers: number): ProjectorChoice =>
	layers === 1 ? { kind: "mlp2x-gelu" } : { kind: "mlp2x-gelu", layers };

/** Class default of `image_grid_pinpoints`, height and width in px. */
const NEXT_PINPOINTS = [
	[336, 672],
	[672, 336],
	[672, 672],
	[1008, 336],
	[336, 1008],
] as const;

interface Llava {
	readonly tower: ReadSquareTower;
	readonly text: ReadLanguageModel;
	/** Side of a patch, px. */
	readonly patch: number;
	readonly notes: readonly string[];
}

/** What holds where the files say nothing. */
interface LlavaDefaults {
	readonly patch?: number;
	readonly additional: number;
	readonly featureLayer?: number | readonly number[];
}

/** Tower, language model and the patch size that both files agree on. */
function readLlava(snapshot: OpenSnapshot, { patch, additional, featureLayer = -2 }: LlavaDefaults): Llava {
	const { config, processor } = snapshot;
	refuseOriginal(snapshot);
	const tower = squareTower(config, { absent: ABSENT_CLIP_336, type: "clip_vision_model", featureLayer });
	const text = languageModel(config, { type: "llama" });
	const notes = [...tower.notes, ...text.notes];
	if (config.read("multimodal_projector_bias", flag) === false) {
		notes.push("multimodal_projector_bias is false: tokens are exact, the projector is counted with biases");
	}
	const modelTakes = config.read("vision_feature_select_strategy", word) ?? "default";
	// Files of processors that were saved without a patch size have a null there.
	const written = processor.isNull("patch_size") ? undefined : processor.read("patch_size", patchSide);
	const given = written ?? patch;
	if (given === undefined) {
		for (const key of ["vision_feature_select_strategy", "num_additional_image_tokens"]) processor.has(key);
		notes.push(
			"processor_config.json names no patch_size: transformers 5.18 cannot expand a prompt with it; counted are the model's features",
		);
	} else {
		if (given !== tower.patch) {
			throw contradiction(
				`processor_config.json patch_size ${given}, config.json vision_config patch_size ${tower.patch}: the prompt and the model would disagree; make them equal`,
			);
		}
		const takes =
			processor.read("vision_feature_select_strategy", word) ?? (patch === undefined ? "" : "default");
		const extra =
			(processor.read("num_additional_image_tokens", tokenCount) ?? additional) -
			(takes === "default" ? 1 : 0);
		if (extra !== 0) {
			throw contradiction(
				`processor_config.json: num_additional_image_tokens and vision_feature_select_strategy make ${Math.abs(extra)} ${extra > 0 ? "more" : "fewer"} per view than it has patches; a tower with a class token takes 1 and "default", one without 0 and "full"`,
			);
		}
	}
	const spare = tower.classTokens - (modelTakes === "default" ? 1 : 0);
	if (spare !== 0) {
		throw contradiction(
			`config.json vision_feature_select_strategy ${JSON.stringify(modelTakes.slice(0, 40))}: this tower has ${tower.classTokens} class tokens, so the model would make ${spare > 0 ? "one feature more" : "one feature fewer"} than there are patches`,
		);
	}
	return { tower, text, patch: tower.patch, notes };
}

/** `llava` is also the type of Pixtral, by its tower, and of Mantis, by its processor. */
function readLlavaType(
	snapshot: OpenSnapshot,
): ReadingOf<"llava"> | ReadingOf<"pixtral"> | ReadingOf<"mantis"> {
	if (isMantis(snapshot)) return readMantis(snapshot);
	const tower = snapshot.config.child("vision_config")?.read("model_type", word);
	return tower === "pixtral" ? readPixtral(snapshot, 1, () => mlp(1)) : readLlava15(snapshot);
}

function readLlava15(
	snapshot: OpenSnapshot,
	projector: (llava: Llava) => ProjectorChoice = ({ tower }) => mlp(tower.featureLayers),
	featureLayer: number | readonly number[] = -2,
): ReadingOf<"llava"> {
	const llava = readLlava(snapshot, { additional: 0, featureLayer });
	const { image, processor } = snapshot;
	for (const part of [processor, image]) expectClass(part, "processor_class", ["LlavaProcessor"]);
	const type = expectClass(image, "image_processor_type", [
		"CLIPImageProcessor",
		"LlavaImageProcessor",
		"SiglipImageProcessor",
	]);
	const view = squareView(
		image,
		type === "SiglipImageProcessor"
			? SIGLIP_VIEW
			: type === "CLIPImageProcessor"
				? CLIP_VIEW
				: { ...CLIP_KIN_VIEW, padsToSquare: true },
	);
	const notes = [...llava.notes];
	checkView(view, llava.tower, notes);
	return {
		family: "llava",
		pixels: { image: type === "SiglipImageProcessor" ? SIGLIP_CLASS : CLIP_CLASS },
		constants: {
			tile: view.side,
			patch: llava.patch,
			...(view.stretches === true ? { fit: "stretch" as const } : {}),
		},
		tower: llava.tower.tower,
		projector: projector(llava),
		text: llava.text,
		notes,
	};
}

/** Class default of ViP-LLaVA's `vision_feature_layers`. */
const VIP_LAYERS = [-2, -5, -8, -11, 6];

/**
 * ViP-LLaVA has no strategy of its own: it drops the class token of every layer it takes, and norms the layers side by
 * side before its two layers.
 */
function readVipLlava(snapshot: OpenSnapshot): ReadingOf<"llava"> {
	return readLlava15(snapshot, vipProjector, VIP_LAYERS);
}

function vipProjector({ tower, text }: Llava): ProjectorChoice {
	const joined = tower.featureLayers * tower.hidden;
	const parameters = 2 * joined + joined * text.hidden + text.hidden + text.hidden ** 2 + text.hidden;
	return { kind: "q-former", parameters };
}

interface Next {
	readonly tile: number;
	readonly canvases: readonly Size[];
	readonly notes: string[];
}

function readNext({ config, image }: OpenSnapshot, llava: Llava): Next {
	expectClass(image, "image_processor_type", ["LlavaNextImageProcessor"]);
	const view = squareView(image, CLIP_VIEW_FOR_TILES);
	const notes = [...llava.notes];
	checkView(view, llava.tower, notes);
	checkTiles(view, image);
	return { tile: view.side, canvases: readPinpoints(config, image, NEXT_PINPOINTS, view.side), notes };
}

/** Every view of LLaVA-NeXT is square before it is resized by its shortest edge. */
const CLIP_VIEW_FOR_TILES = { ...CLIP_KIN_VIEW, squareBefore: true };

function readLlavaNext(snapshot: OpenSnapshot): ReadingOf<"llava-next"> {
	const llava = readLlava(snapshot, { additional: 0 });
	const { tile, canvases, notes } = readNext(snapshot, llava);
	return {
		family: "llava-next",
		pixels: { image: CLIP_CLASS },
		constants: { tile, patch: llava.patch, canvases },
		tower: llava.tower.tower,
		projector: mlp(llava.tower.featureLayers),
		text: llava.text,
		notes,
	};
}

/** Frames per clip on the model card; no file of the checkpoint names it. */
const NEXT_VIDEO_FRAMES = 32;

function readLlavaNextVideo(snapshot: OpenSnapshot): ReadingOf<"llava-next-video"> {
	const llava = readLlava(snapshot, { additional: 0 });
	const { tile, canvases, notes } = readNext(snapshot, llava);
	const { config } = snapshot;
	const video = snapshot.video();
	const videoClass = expectClass(video, "video_processor_type", ["LlavaNextVideoVideoProcessor"]);
	if (videoClass === undefined && video.read("image_processor_type", word) === "LlavaNextImageProcessor") {
		throw unsupported(
			`no file for the video processor: transformers 5.18 takes the name in ${video.path} for that of the whole processor and never ends; add video_preprocessor_config.json`,
		);
	}
	checkVideoView(video, squareView(video, CLIP_KIN_VIEW), tile);
	const stride = config.read("spatial_pool_stride", integer("Pooling stride", { min: 1, max: 64 })) ?? 2;
	if (stride !== 2) {
		throw unsupported(
			`config.json spatial_pool_stride: ${stride}; the processor counts a quarter of a frame's patches, which is stride 2`,
		);
	}
	const side = Math.floor(tile / llava.patch);
	if (side % 2 !== 0) {
		throw unsupported(
			`frames of ${side}x${side} patches: pooling by 2 leaves ${Math.floor(side / 2) ** 2} features, the processor counts ${Math.floor(side ** 2 / 4)}; an even number of patches is needed`,
		);
	}
	const frames = readFrames(video);
	return {
		family: "llava-next-video",
		constants: { tile, patch: llava.patch, canvases, trainedFrames: NEXT_VIDEO_FRAMES },
		settings: frames,
		usual: { num_frames: frames.num_frames ?? NEXT_VIDEO_FRAMES },
		trainedFrames: NEXT_VIDEO_FRAMES,
		tower: llava.tower.tower,
		projector: mlp(llava.tower.featureLayers),
		text: llava.text,
		notes,
	};
}

/** Frames per clip in training: PKU-YuanGroup/Video-LLaVA processing_video.py at 805a9f3. */
const VIDEO_LLAVA_FRAMES = 8;

function readVideoLlava(snapshot: OpenSnapshot): ReadingOf<"video-llava"> {
	const llava = readLlava(snapshot, { patch: 14, additional: 1 });
	const { image, processor } = snapshot;
	expectClass(image, "image_processor_type", ["VideoLlavaImageProcessor"]);
	if (image.isNull("do_center_crop")) {
		throw unsupported(
			`${image.path} do_center_crop: null switches the crop off in this class, and views keep their shape`,
		);
	}
	const view = squareView(image, CLIP_KIN_VIEW);
	const notes = [...llava.notes];
	checkView(view, llava.tower, notes);
	if ((processor.read("num_additional_image_tokens", tokenCount) ?? 1) !== 1) {
		throw unsupported(
			"processor_config.json num_additional_image_tokens: a frame keeps one class token in this family, so it must be 1",
		);
	}
	const video = snapshot.video();
	expectClass(video, "video_processor_type", ["VideoLlavaVideoProcessor"]);
	checkVideoView(video, squareView(video, CLIP_KIN_VIEW), view.side);
	const frames = readFrames(video);
	return {
		family: "video-llava",
		constants: { tile: view.side, patch: llava.patch, trainedFrames: VIDEO_LLAVA_FRAMES },
		settings: frames,
		usual: { num_frames: frames.num_frames ?? VIDEO_LLAVA_FRAMES },
		trainedFrames: VIDEO_LLAVA_FRAMES,
		tower: llava.tower.tower,
		projector: mlp(llava.tower.featureLayers),
		text: llava.text,
		notes,
	};
}

/** Written by older versions of transformers, read by none. */
const OLD_KEYS = ["aspect_ratio_setting"];

export const LLAVA_READERS = {
	llava: {
		family: "llava",
		processors: ["LlavaProcessor", "PixtralProcessor", MANTIS_PROCESSOR],
		ignored: {
			image: [...OLD_KEYS, ...PIXTRAL_IGNORED.image],
			processor: [...PIXTRAL_IGNORED.processor, "spatial_merge_size"],
		},
		source:
			"LlavaProcessor and LlavaImageProcessor, CLIPImageProcessor or SiglipImageProcessor; PixtralProcessor for a Pixtral tower",
		read: readLlavaType,
	},
	vipllava: {
		family: "llava",
		processors: ["LlavaProcessor"],
		ignored: { image: OLD_KEYS },
		source: "LlavaProcessor and CLIPImageProcessor",
		read: readVipLlava,
	},
	llava_next: {
		family: "llava-next",
		processors: ["LlavaNextProcessor"],
		ignored: { image: OLD_KEYS },
		source: "LlavaNextProcessor and LlavaNextImageProcessor",
		read: readLlavaNext,
	},
	llava_next_video: {
		family: "llava-next-video",
		processors: ["LlavaNextVideoProcessor"],
		ignored: { image: OLD_KEYS, video: [...OLD_KEYS, "image_grid_pinpoints"] },
		source: "LlavaNextVideoProcessor, LlavaNextImageProcessor and LlavaNextVideoVideoProcessor",
		read: readLlavaNextVideo,
	},
	video_llava: {
		family: "video-llava",
		processors: ["VideoLlavaProcessor"],
		ignored: {},
		source: "VideoLlavaProcessor, VideoLlavaImageProcessor and VideoLlavaVideoProcessor",
		read: readVideoLlava,
	},
} as const satisfies Record<string, Reader>;
