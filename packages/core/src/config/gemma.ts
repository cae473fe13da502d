/**
 * Snapshots of Gemma 3 and PaliGemma: one square view per picture. Source: transformers 5.18 models/gemma3 and
 * models/paligemma, {processing,configuration}_<model>.py, models/gemma3/image_processing_gemma3.py.
 */

import { checkView } from "./checks.ts";
import { languageModel } from "./language-models.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, unsupported } from "./section.ts";
import { expectClass, type OpenSnapshot } from "./snapshot.ts";
import { squareTower } from "./square-towers.ts";
import { tokenCount } from "./values.ts";
import { SIGLIP_VIEW, squareView } from "./view.ts";

const PAN_AND_SCAN = [
	"do_pan_and_scan",
	"pan_and_scan_min_crop_size",
	"pan_and_scan_max_num_crops",
	"pan_and_scan_min_ratio_to_activate",
];

/** What PaliGemmaConfig and Gemma3Config make of an absent `vision_config`. */
const ABSENT_SO400M = {
	model_type: "siglip_vision_model",
	hidden_size: 1152,
	intermediate_size: 4096,
	patch_size: 14,
	image_size: 224,
	num_hidden_layers: 27,
	num_attention_heads: 16,
} as const;

function readGemma3(snapshot: OpenSnapshot): ReadingOf<"gemma3"> {
	const { config, processor, image } = snapshot;
	const tower = squareTower(config, {
		absent: { model_type: "siglip_vision_model" },
		type: "siglip_vision_model",
	});
	const text = languageModel(config, { type: "gemma3_text" });
	expectClass(image, "image_processor_type", ["Gemma3ImageProcessor"]);
	const notes = [...tower.notes, ...text.notes];
	const view = squareView(image, SIGLIP_VIEW, { numberIsSquare: true });
	checkView(view, tower, notes);
	const tokens = processor.read("image_seq_length", tokenCount) ?? 256;
	const model = config.read("mm_tokens_per_image", tokenCount) ?? 256;
	const pooledSide = Math.sqrt(tokens);
	if (tokens !== model || !Number.isInteger(pooledSide) || pooledSide === 0) {
		throw contradiction(
			`processor_config.json image_seq_length ${tokens}, config.json mm_tokens_per_image ${model}: they must be the same square number`,
		);
	}
	if (pooledSide > Math.floor(view.side / tower.patch)) {
		throw contradiction(
			`config.json mm_tokens_per_image ${model}: more than the patches of a view of ${view.side} px`,
		);
	}
	return {
		family: "gemma3",
		constants: { tile: view.side, patch: tower.patch, pooledSide },
		tower: tower.tower,
		projector: { kind: "linear" },
		text,
		notes,
	};
}

function readPaligemma(snapshot: OpenSnapshot): ReadingOf<"paligemma"> {
	const { config, image } = snapshot;
	const tower = squareTower(config, { absent: ABSENT_SO400M, type: "siglip_vision_model" });
	const text = languageModel(config, { type: "gemma" });
	expectClass(image, "image_processor_type", ["SiglipImageProcessor"]);
	const notes = [...tower.notes, ...text.notes];
	const view = squareView(image, SIGLIP_VIEW);
	checkView(view, tower, notes);
	const patches = Math.floor(view.side / tower.patch) ** 2;
	const tokens = image.read("image_seq_length", tokenCount);
	if (tokens === undefined) {
		throw unsupported(
			`${image.path} image_seq_length: missing; transformers fails on every picture without it (here it would be ${patches})`,
		);
	}
	if (tokens !== patches) {
		throw contradiction(
			`${image.path} image_seq_length ${tokens}: a view has ${patches} patches; the prompt and the model would disagree`,
		);
	}
	return {
		family: "paligemma",
		constants: { tile: view.side, patch: tower.patch },
		tower: tower.tower,
		projector: { kind: "linear" },
		text,
		notes,
	};
}

export const GEMMA_READERS = {
	gemma3: {
		family: "gemma3",
		processors: ["Gemma3Processor"],
		// Gemma3Processor passes its own values for pan and scan to every call, so those of the file do nothing.
		ignored: {
			image: PAN_AND_SCAN,
			processor: ["boi_token", "eoi_token", "full_image_sequence", "image_token_id"],
		},
		source: "Gemma3Processor and Gemma3ImageProcessor",
		read: readGemma3,
	},
	paligemma: {
		family: "paligemma",
		processors: ["PaliGemmaProcessor"],
		ignored: { processor: ["image_seq_length"] },
		source: "PaliGemmaProcessor and SiglipImageProcessor",
		read: readPaligemma,
	},
} as const satisfies Record<string, Reader>;
