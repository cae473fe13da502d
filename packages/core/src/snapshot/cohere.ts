/**
 * Snapshots of Aya Vision and Command A Vision. Source: transformers 5.18 models/aya_vision and models/cohere2_vision,
 * {processing,configuration,modeling}_<model>.py, models/got_ocr2/image_processing_got_ocr2.py,
 * models/cohere2_vision/image_processing_cohere2_vision.py.
 */

import type { ProjectorChoice } from "../checkpoints/checkpoint.ts";
import { checkView } from "./checks.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, type Section } from "./section.ts";
import { squareTower } from "./square-towers.ts";
import { mlpWidth } from "./tower-shape.ts";
import { flag, mergeSide, patchSide, tileCount, viewSide } from "./values.ts";
import { NO_CROP, squareSize, squareView, type ViewDefaults } from "./view.ts";

/** GotOcr2ImageProcessor. */
const AYA_VIEW: ViewDefaults = { size: { height: 384, width: 384 }, crops: false };

/** What AyaVisionConfig and Cohere2VisionConfig make of an absent `vision_config`. */
const ABSENT_AYA = {
	hidden_size: 1152,
	intermediate_size: 4304,
	patch_size: 14,
	image_size: 384,
	num_hidden_layers: 26,
	num_attention_heads: 14,
} as const;
const ABSENT_COHERE_2 = {
	hidden_size: 1152,
	intermediate_size: 3072,
	image_size: 512,
	num_hidden_layers: 27,
	num_attention_heads: 12,
} as const;

/** Patches side by side through a gated layer of `inner` and one to the width of the language model; Aya norms them first. */
const gatedProjector = (joined: number, inner: number, text: number, norm: boolean): ProjectorChoice => ({
	kind: "q-former",
	parameters: (norm ? 2 * joined : 0) + joined * inner + inner + Math.floor(inner / 2) * text + text,
});

function readAya(snapshot: OpenSnapshot): ReadingOf<"aya-vision"> {
	const { config, processor, image } = snapshot;
	const tower = squareTower(config, { absent: ABSENT_AYA, type: "siglip_vision_model", featureLayer: -1 });
	const text = languageModel(config, { type: "cohere2" });
	expectClass(image, "image_processor_type", ["GotOcr2ImageProcessor"]);
	const notes = [...tower.notes, ...text.notes];
	const view = squareView(image, AYA_VIEW, { numberIsSquare: true });
	checkView(view, tower, notes);
	const merge = config.read("downsample_factor", mergeSide) ?? 2;
	const written = promptSide(processor);
	const side = Math.floor(view.side / tower.patch);
	if (side % merge !== 0 || written !== side / merge) {
		throw contradiction(
			`processor_config.json: img_size, patch_size and downsample_factor give tiles of ${written}x${written} tokens, the model ones of ${side}x${side} patches at downsample_factor ${merge}`,
		);
	}
	const joined = tower.hidden * merge ** 2;
	return {
		family: "aya-vision",
		constants: {
			tile: view.side,
			patch: tower.patch,
			merge,
			minTiles: image.read("min_patches", tileCount) ?? 1,
			maxTiles: image.read("max_patches", tileCount) ?? 12,
		},
		tower: tower.tower,
		projector: gatedProjector(
			joined,
			config.read("alignment_intermediate_size", mlpWidth) ?? text.hidden,
			text.hidden,
			true,
		),
		text,
		notes,
	};
}

/** Tokens per side of a tile in the prompt. */
function promptSide(processor: Section): number {
	const patch =
		(processor.read("patch_size", patchSide) ?? 28) * (processor.read("downsample_factor", mergeSide) ?? 1);
	return Math.floor((processor.read("img_size", viewSide) ?? 364) / patch);
}

function readCohere2(snapshot: OpenSnapshot): ReadingOf<"cohere2-vision"> {
	const { config, image } = snapshot;
	const tower = squareTower(config, { absent: ABSENT_COHERE_2, type: "siglip_vision_model" });
	const text = languageModel(config, { type: "cohere2" });
	expectClass(image, "image_processor_type", ["Cohere2VisionImageProcessor"]);
	const notes = [...tower.notes, ...text.notes];
	const tile = squareSize(image, 512);
	checkView({ side: tile, cut: tile }, tower, notes);
	const merge = config.read("downsample_factor", mergeSide) ?? 2;
	// The processor takes its image processor's patch size for the tokens per side of a tile.
	const written = image.read("patch_size", patchSide) ?? 16;
	const side = Math.floor(tile / tower.patch);
	if (side % merge !== 0 || written !== side / merge) {
		throw contradiction(
			`${image.path} patch_size ${written}: the prompt gets ${written ** 2} tokens per tile, the model gives ${side}x${side} patches at downsample_factor ${merge}; transformers takes the square of patch_size`,
		);
	}
	const crops = image.read("crop_to_patches", flag) ?? true;
	return {
		family: "cohere2-vision",
		constants: {
			tile,
			patch: tower.patch,
			merge,
			maxTiles: image.read("max_patches", tileCount) ?? 12,
		},
		settings: crops ? {} : { crop_to_patches: false },
		tower: tower.tower,
		projector: gatedProjector(
			tower.hidden * merge ** 2,
			config.read("alignment_intermediate_size", mlpWidth) ?? 36_864,
			text.hidden,
			false,
		),
		text,
		notes,
	};
}

export const COHERE_READERS = {
	aya_vision: {
		family: "aya-vision",
		processors: ["AyaVisionProcessor"],
		// AyaVisionProcessor passes crop_to_patches true to every call.
		ignored: {
			image: ["crop_to_patches"],
			processor: [
				"start_of_img_token",
				"end_of_img_token",
				"img_patch_token",
				"img_line_break_token",
				"tile_token",
				"tile_global_token",
			],
		},
		source: "AyaVisionProcessor and GotOcr2ImageProcessor",
		read: readAya,
	},
	cohere2_vision: {
		family: "cohere2-vision",
		processors: ["Cohere2VisionProcessor"],
		ignored: { image: [...NO_CROP, "min_patches"] },
		source: "Cohere2VisionProcessor and Cohere2VisionImageProcessor",
		read: readCohere2,
	},
} as const satisfies Record<string, Reader>;
