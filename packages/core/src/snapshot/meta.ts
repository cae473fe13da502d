/**
 * Snapshots of Llama 3.2 Vision, Llama 4 and PerceptionLM. Source: transformers 5.18 models/{mllama,llama4,perception_lm},
 * {processing,image_processing,configuration,modeling}_<model>.py.
 */

import { choice, integer, number } from "@onevision/base/schema";
import { normalizedBy } from "../checkpoints/pixels.ts";
import type { PerceptionLmSettings } from "../families/perception-lm/layout.ts";
import { VISION_INPUT_TYPES } from "../families/perception-lm/layout.ts";
import { checkView, readFrames } from "./checks.ts";
import { expectSame, expectVideoClass } from "./frames.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { expectResize } from "./pixel-limits.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, section, show, unsupported } from "./section.ts";
import { kindTower, mllamaLayers } from "./tower-kinds.ts";
import type { ReadTower } from "./tower-shape.ts";
import { flag, mergeSide, patchSide, tileCount, viewSide, word } from "./values.ts";
import { NO_CROP, squareSize } from "./view.ts";

const width = integer("A width, elements", { min: 1, max: 65_536 });

function readMllama(snapshot: OpenSnapshot): ReadingOf<"mllama"> {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "mllama_vision_model", override: mllamaLayers });
	const text = languageModel(config, { type: "mllama_text_model" });
	expectClass(image, "image_processor_type", ["MllamaImageProcessor"]);
	const tile = squareSize(image, 224);
	const notes = [...text.notes];
	if (tile !== tower.imageSize) {
		throw contradiction(
			`${image.path} size ${tile}: the tower takes tiles of ${tower.imageSize} px (config.json vision_config image_size); make them equal`,
		);
	}
	if (image.read("do_pad", flag) === false) {
		throw unsupported(`${image.path} do_pad: false; transformers fails on it, tiles are always padded`);
	}
	const maxTiles = image.read("max_image_tiles", tileCount) ?? 4;
	const vision = config.child("vision_config");
	const known = vision?.read("max_num_tiles", tileCount) ?? 4;
	if (maxTiles > known) {
		throw contradiction(
			`${image.path} max_image_tiles ${maxTiles}: the tower has embeddings for ${known} (config.json vision_config max_num_tiles)`,
		);
	}
	const out = vision?.read("vision_output_dim", width) ?? 7680;
	return {
		family: "mllama",
		constants: { tile, patch: tower.patch, maxTiles },
		tower: tower.tower,
		projector: { kind: "q-former", parameters: out * text.hidden + text.hidden },
		text,
		notes,
	};
}

function readLlama4(snapshot: OpenSnapshot): ReadingOf<"llama4"> {
	const { config, processor, image } = snapshot;
	const tower = kindTower(config, { type: "llama4_vision_model" });
	const text = languageModel(config, { type: "llama4_text" });
	expectClass(image, "image_processor_type", ["Llama4ImageProcessor"]);
	const tile = squareSize(image, 336);
	if (image.read("do_rescale", flag) === false) {
		throw unsupported(`${image.path} do_rescale: false; transformers fails on it`);
	}
	const notes = [...text.notes];
	checkView({ side: tile, cut: tile }, tower, notes);
	const ratioOf = number("Share of a side that is kept", { min: 1 / 8, max: 1 });
	const vision = config.child("vision_config");
	const ratio = vision?.read("pixel_shuffle_ratio", ratioOf) ?? 0.5;
	const merge = Math.round(1 / ratio);
	const patch = processor.read("patch_size", patchSide) ?? 14;
	const written = processor.read("pixel_shuffle_ratio", ratioOf) ?? 0.5;
	if (patch !== tower.patch || written !== ratio || merge * ratio !== 1) {
		throw contradiction(
			`processor_config.json: patch_size ${patch} and pixel_shuffle_ratio ${written}, config.json vision_config: ${tower.patch} and ${ratio}; they must be equal, the ratio one over a whole number`,
		);
	}
	if (Math.floor(tile / patch) % merge !== 0) {
		throw contradiction(
			`${image.path} size ${tile}: ${Math.floor(tile / patch)} patches a side are no multiple of ${merge}`,
		);
	}
	const largest = image.read("resize_to_max_canvas", flag) ?? false;
	const out = vision?.read("projector_output_dim", width) ?? 4096;
	return {
		family: "llama4",
		pixels: { image: normalizedBy("half") },
		constants: { tile, patch, merge, maxTiles: image.read("max_patches", tileCount) ?? 16 },
		settings: largest ? { resize_to_max_canvas: true } : {},
		tower: tower.tower,
		projector: { kind: "q-former", parameters: out * text.hidden },
		text,
		notes,
	};
}

/** Frames per clip in training; no file of the checkpoint names it. */
const PERCEPTION_FRAMES = 32;

function readPerceptionLm(snapshot: OpenSnapshot): ReadingOf<"perception-lm"> {
	const { config, processor, image } = snapshot;
	const tower = perceptionTower(snapshot);
	const text = languageModel(config, { type: "llama" });
	expectClass(image, "image_processor_type", ["PerceptionLMImageProcessor"]);
	expectResize(image);
	const tile = image.read("tile_size", viewSide) ?? 448;
	const notes = [...text.notes];
	checkView({ side: tile, cut: tile }, tower, notes);
	const patch = processor.read("patch_size", patchSide);
	const merge = processor.read("pooling_ratio", mergeSide) ?? 2;
	const modelMerge = config.read("projector_pooling_ratio", mergeSide) ?? 1;
	if (patch !== tower.patch || merge !== modelMerge) {
		throw contradiction(
			`processor_config.json: patch_size ${patch ?? "missing"} and pooling_ratio ${merge}, config.json: ${tower.patch} and ${modelMerge}; the prompt and the model would disagree, make them equal`,
		);
	}
	const input =
		image.read("vision_input_type", choice("Tiles or one view", VISION_INPUT_TYPES)) ?? "thumb+tile";
	const video = snapshot.video();
	expectVideoClass(video, "PerceptionLMVideoProcessor", ["PerceptionLMImageProcessor"]);
	expectSame(video, "size", squareSize(video, 448), tile);
	if (video.read("do_center_crop", flag) === true) {
		throw unsupported(`${video.path} do_center_crop: true; frames are counted as they are resized`);
	}
	const frames = readFrames(video);
	const settings: Partial<PerceptionLmSettings> = {
		...frames,
		...(input === "thumb+tile" ? {} : { vision_input_type: input }),
	};
	return {
		family: "perception-lm",
		constants: {
			tile,
			patch: tower.patch,
			merge,
			maxTiles: image.read("max_num_tiles", tileCount) ?? 36,
			trainedFrames: PERCEPTION_FRAMES,
		},
		settings,
		usual: { num_frames: frames.num_frames ?? PERCEPTION_FRAMES },
		trainedFrames: PERCEPTION_FRAMES,
		tower: tower.tower,
		projector: { kind: "mlp2x-gelu" },
		text,
		notes,
	};
}

/** Perception Encoders of timm, known by depth and width. */
const PERCEPTION_ENCODERS = [
	{ depth: 23, width: 1024, tower: "pe-lang-l14-448" },
	{ depth: 47, width: 1536, tower: "pe-lang-g14-448" },
] as const;

function perceptionTower({ config }: OpenSnapshot): ReadTower {
	const vision = config.child("vision_config") ?? section("config.json vision_config", {});
	const architecture = vision.read("architecture", word) ?? "resnet50";
	const args = vision.child("model_args");
	const depth = args?.read("depth", integer("Blocks", { min: 1, max: 512 }));
	const embedded = args?.read("embed_dim", width);
	const found = PERCEPTION_ENCODERS.find((row) => row.depth === depth && row.width === embedded);
	if (!architecture.startsWith("vit_pe") || !architecture.includes("patch14") || found === undefined) {
		throw unsupported(
			`${vision.path}: ${show(architecture)} of ${depth ?? "?"} blocks of ${embedded ?? "?"} is no Perception Encoder that is known; known: ${PERCEPTION_ENCODERS.map((row) => `${row.depth} blocks of ${row.width}`).join(", ")}, patch 14`,
		);
	}
	return { tower: found.tower, patch: 14, imageSize: 448, classTokens: 0 };
}

export const META_READERS = {
	mllama: {
		family: "mllama",
		processors: ["MllamaProcessor"],
		ignored: { image: NO_CROP },
		source: "MllamaProcessor and MllamaImageProcessor",
		read: readMllama,
	},
	llama4: {
		family: "llama4",
		processors: ["Llama4Processor"],
		ignored: {
			image: NO_CROP,
			processor: [
				"fake_image_token",
				"start_of_image_token",
				"end_of_image_token",
				"patch_token",
				"tile_x_separator_token",
				"tile_y_separator_token",
				"start_of_img_token",
				"end_of_img_token",
				"img_patch_token",
				"tile_token",
				"tile_global_token",
			],
		},
		source: "Llama4Processor and Llama4ImageProcessor",
		read: readLlama4,
	},
	perception_lm: {
		family: "perception-lm",
		processors: ["PerceptionLMProcessor"],
		ignored: {
			image: [...NO_CROP, "size", "default_to_square"],
			video: [...NO_CROP, "tile_size", "max_num_tiles", "vision_input_type"],
		},
		source: "PerceptionLMProcessor, PerceptionLMImageProcessor and PerceptionLMVideoProcessor",
		read: readPerceptionLm,
	},
} as const satisfies Record<string, Reader>;
