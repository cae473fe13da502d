/**
 * Snapshots of Ovis2, LFM2-VL and Phi-4-multimodal: pictures cut into tiles. Source: transformers 5.18
 * models/{ovis2,lfm2_vl,phi4_multimodal}, {processing,image_processing,configuration,modeling}_<model>.py.
 */

import { integer, number } from "@onevision/base/schema";
import type { Lfm2VlSettings } from "../families/lfm2-vl/layout.ts";
import type { Ovis2Settings } from "../families/ovis2/layout.ts";
import { checkView } from "./checks.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction } from "./section.ts";
import { squareTower } from "./square-towers.ts";
import { kindTower } from "./tower-kinds.ts";
import { flag, mergeSide, patchSide, tileCount, tokenCount, viewSide } from "./values.ts";
import { NO_CROP, squareSize, squareView } from "./view.ts";

const width = integer("A width, elements", { min: 1, max: 65_536 });
const rows = integer("Words", { min: 1, max: 2 ** 24 });

function readOvis2(snapshot: OpenSnapshot): ReadingOf<"ovis2"> {
	const { config, processor, image } = snapshot;
	const tower = kindTower(config, { type: "ovis2", spelled: ["", "aimv2"] });
	const text = languageModel(config, { type: "qwen2" });
	expectClass(image, "image_processor_type", ["Ovis2ImageProcessor"]);
	const notes = [...text.notes];
	const view = squareView(
		image,
		{ size: { height: 384, width: 384 }, crops: false },
		{ numberIsSquare: true },
	);
	checkView(view, tower, notes);
	const vision = config.child("vision_config");
	const merge = vision?.read("hidden_stride", mergeSide) ?? 1;
	const tokens = processor.read("image_seq_length", tokenCount) ?? 256;
	const side = Math.floor(view.side / tower.patch);
	if (side % merge !== 0 || tokens !== (side / merge) ** 2) {
		throw contradiction(
			`processor_config.json image_seq_length ${tokens}: tiles of ${side}x${side} patches at hidden_stride ${merge} do not give as many tokens`,
		);
	}
	const words = vision?.read("vocab_size", rows) ?? 16_384;
	const outputs = words - (vision?.read("num_visual_indicator_tokens", tileCount) ?? 5);
	const covers = image.read("use_covering_area_grid", flag) ?? true;
	const settings: Partial<Ovis2Settings> = {
		...((image.read("crop_to_patches", flag) ?? false) ? {} : { crop_to_patches: false }),
		...(covers ? {} : { use_covering_area_grid: false }),
	};
	return {
		family: "ovis2",
		constants: {
			tile: view.side,
			patch: tower.patch,
			merge,
			minTiles: image.read("min_patches", tileCount) ?? 1,
			maxTiles: image.read("max_patches", tileCount) ?? 12,
		},
		settings,
		tower: tower.tower,
		// A head over the visual words with a norm, and the table of their embeddings.
		projector: {
			kind: "q-former",
			parameters: tower.hidden * merge ** 2 * outputs + 2 * outputs + words * text.hidden,
		},
		text,
		notes,
	};
}

function readLfm2(snapshot: OpenSnapshot): ReadingOf<"lfm2-vl"> {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "siglip2_vision_model" });
	const text = languageModel(config, { type: "lfm2" });
	expectClass(image, "image_processor_type", ["Lfm2VlImageProcessor"]);
	const patch = image.read("encoder_patch_size", patchSide) ?? 16;
	const merge = image.read("downsample_factor", mergeSide) ?? 2;
	const modelMerge = config.read("downsample_factor", mergeSide) ?? 2;
	if (patch !== tower.patch || merge !== modelMerge) {
		throw contradiction(
			`${image.path}: encoder_patch_size ${patch} and downsample_factor ${merge}, config.json: ${tower.patch} and ${modelMerge}; the prompt and the model would disagree, make them equal`,
		);
	}
	const joined = tower.hidden * merge ** 2;
	const inner = config.read("projector_hidden_size", width) ?? 2560;
	const bias = (config.read("projector_bias", flag) ?? true) ? inner + text.hidden : 0;
	const norm = (config.read("projector_use_layernorm", flag) ?? true) ? 2 * joined : 0;
	const splits = image.read("do_image_splitting", flag) ?? true;
	const settings: Partial<Lfm2VlSettings> = splits ? {} : { do_image_splitting: false };
	const limit = integer("Tokens", { min: 1, max: 2 ** 20 });
	return {
		family: "lfm2-vl",
		constants: {
			tile: image.read("tile_size", viewSide) ?? 512,
			patch,
			merge,
			minTiles: image.read("min_tiles", tileCount) ?? 2,
			maxTiles: image.read("max_tiles", tileCount) ?? 10,
			minTokens: image.read("min_image_tokens", limit) ?? 64,
			maxTokens: image.read("max_image_tokens", limit) ?? 256,
			tolerance: image.read("max_pixels_tolerance", number("A factor", { min: 0.01, max: 1000 })) ?? 2,
			thumbnail: image.read("use_thumbnail", flag) ?? true,
		},
		settings,
		tower: tower.tower,
		projector: { kind: "q-former", parameters: norm + joined * inner + inner * text.hidden + bias },
		text,
		notes: [...text.notes],
	};
}

/** Sides of the overview in features: its 256 tokens and 16 row ends are written into the processor. */
const PHI_4_SIDE = 16;

function readPhi4(snapshot: OpenSnapshot): ReadingOf<"phi4-multimodal"> {
	const { config, image } = snapshot;
	const tower = squareTower(config, { absent: {}, type: "phi4_multimodal_vision" });
	const text = languageModel(config, { type: "phi4_multimodal", flat: true });
	expectClass(image, "image_processor_type", ["Phi4MultimodalImageProcessor"]);
	const tile = squareSize(image, 448);
	const notes = [...tower.notes, ...text.notes];
	checkView({ side: tile, cut: tile }, tower, notes);
	const patch = image.read("patch_size", patchSide) ?? 14;
	const side = Math.ceil(Math.floor(tile / patch) / 2);
	if (patch !== tower.patch || side !== PHI_4_SIDE) {
		throw contradiction(
			`${image.path}: size ${tile} and patch_size ${patch} make an overview of ${side}x${side} features, the tower's patches are ${tower.patch} px; transformers writes 16x16 into every prompt`,
		);
	}
	return {
		family: "phi4-multimodal",
		constants: { tile, patch, merge: 2, maxTiles: image.read("dynamic_hd", tileCount) ?? 36 },
		tower: tower.tower,
		// Two layers to the width of the language model, row ends and a separator.
		projector: {
			kind: "q-former",
			parameters: tower.hidden * text.hidden + text.hidden ** 2 + 2 * text.hidden + 2 * tower.hidden,
		},
		text,
		notes,
	};
}

export const TILED_READERS = {
	ovis2: {
		family: "ovis2",
		processors: ["Ovis2Processor"],
		ignored: {},
		source: "Ovis2Processor and Ovis2ImageProcessor",
		read: readOvis2,
	},
	lfm2_vl: {
		family: "lfm2-vl",
		processors: ["Lfm2VlProcessor"],
		// Pictures are resized whatever do_resize says, to sizes that follow from tiles and token limits.
		ignored: {
			image: [...NO_CROP, "do_resize", "size", "default_to_square", "return_row_col_info", "max_num_patches"],
		},
		source: "Lfm2VlProcessor and Lfm2VlImageProcessor",
		read: readLfm2,
	},
	phi4_multimodal: {
		family: "phi4-multimodal",
		processors: ["Phi4MultimodalProcessor"],
		ignored: { image: NO_CROP, processor: ["audio_processor"] },
		source: "Phi4MultimodalProcessor and Phi4MultimodalImageProcessor",
		read: readPhi4,
	},
} as const satisfies Record<string, Reader>;
