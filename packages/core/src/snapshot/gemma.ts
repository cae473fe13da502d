/**
 * Snapshots of Gemma 3, 3n and 4, and PaliGemma. Source: transformers 5.18 models/{gemma3,gemma3n,gemma4,paligemma},
 * {processing,image_processing,video_processing,configuration}_<model>.py.
 */

import { integer } from "@onevision/base/schema";
import { normalizedBy } from "../checkpoints/pixels.ts";
import { checkView } from "./checks.ts";
import { expectVideoClass, readSampling } from "./frames.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { expectResize, NO_SUCH_STEP, videoNotes } from "./pixel-limits.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, type Section, section, unsupported } from "./section.ts";
import { squareTower } from "./square-towers.ts";
import { kindTower, timmTower } from "./tower-kinds.ts";
import { mergeSide, patchSide, tokenCount } from "./values.ts";
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
	const { config, image } = snapshot;
	const tower = squareTower(config, {
		absent: { model_type: "siglip_vision_model" },
		type: "siglip_vision_model",
	});
	const text = languageModel(config, { type: "gemma3_text" });
	expectClass(image, "image_processor_type", ["Gemma3ImageProcessor"]);
	const notes = [...tower.notes, ...text.notes];
	const view = squareView(image, SIGLIP_VIEW, { numberIsSquare: true });
	checkView(view, tower, notes);
	const pooledSide = readPooledSide(snapshot, "mm_tokens_per_image", Math.floor(view.side / tower.patch));
	return {
		family: "gemma3",
		pixels: { image: normalizedBy("half") },
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

/** What SiglipImageProcessor does not turn into tokens; the prompt is written for `image_seq_length`. */
const GEMMA_3N_PROCESSOR = ["audio_seq_length", "boi_token", "eoi_token", "full_image_sequence"];

function readGemma3n(snapshot: OpenSnapshot): ReadingOf<"gemma3n"> {
	const { config, processor, image } = snapshot;
	// Of audio, yet a null fails for pictures too.
	processor.read("audio_seq_length", tokenCount);
	const vision = config.child("vision_config") ?? section("config.json vision_config", {});
	const tower = timmTower(vision, "mobilenetv5_300m_enc");
	const text = languageModel(config, { type: "gemma3n_text" });
	expectClass(image, "image_processor_type", ["SiglipImageProcessor"]);
	const view = squareView(image, SIGLIP_VIEW);
	const pooledSide = readPooledSide(
		snapshot,
		"vision_soft_tokens_per_image",
		Math.floor(view.side / tower.patch),
	);
	return {
		family: "gemma3n",
		constants: { tile: view.side, patch: tower.patch, pooledSide },
		tower: tower.tower,
		projector: { kind: "linear" },
		text,
		notes: [...text.notes],
	};
}

/** The side of the square of tokens that the model and its processor both name, at most that of the tower's grid. */
function readPooledSide({ config, processor }: OpenSnapshot, key: string, towerSide: number): number {
	const tokens = processor.read("image_seq_length", tokenCount) ?? 256;
	const model = config.read(key, tokenCount) ?? 256;
	const side = Math.sqrt(tokens);
	if (tokens !== model || !Number.isInteger(side) || side === 0) {
		throw contradiction(
			`processor_config.json image_seq_length ${tokens}, config.json ${key} ${model}: they must be the same square number`,
		);
	}
	if (side > towerSide) {
		throw contradiction(
			`config.json ${key} ${model}: more than the ${towerSide ** 2} features that the tower gives of a view`,
		);
	}
	return side;
}

const GEMMA_4_BUDGETS = [70, 140, 280, 560, 1120];
const budget = integer("Tokens", { min: 1, max: 2 ** 20 });

function readGemma4(snapshot: OpenSnapshot): ReadingOf<"gemma4"> {
	const { config, image } = snapshot;
	const vision = config.child("vision_config");
	if (vision === undefined) {
		throw unsupported("config.json vision_config: missing; this Gemma 4 takes text only");
	}
	const tower = kindTower(config, { type: "gemma4_vision" });
	const text = languageModel(config, { type: "gemma4_text" });
	const merge = vision.read("pooling_kernel_size", mergeSide) ?? 3;
	expectClass(image, "image_processor_type", ["Gemma4ImageProcessor"]);
	const imageTokens = gemma4Budget(image, tower.patch, merge, 280);
	const video = snapshot.video();
	expectVideoClass(video, "Gemma4VideoProcessor", ["Gemma4ImageProcessor"]);
	const frameTokens = gemma4Budget(video, tower.patch, merge, 70);
	const { samples, frames } = readSampling(video, { samples: true, frames: 32 });
	return {
		family: "gemma4",
		// Both have the mean 0 and the deviation 1, but only frames are normalised by them.
		pixels: { image: { ...normalizedBy("none"), doNormalize: false }, video: normalizedBy("none") },
		constants: { patch: tower.patch, merge, imageTokens, frameTokens, frames: frames ?? 32 },
		settings: samples ? {} : { num_frames: "all" },
		trainedFrames: 32,
		tower: tower.tower,
		projector: { kind: "linear" },
		text,
		notes: videoNotes(video, image, text.notes),
	};
}

/** `max_soft_tokens` of a processor whose patches and pooling are the tower's. */
function gemma4Budget(part: Section, patch: number, merge: number, fallback: number): number {
	const own = part.read("patch_size", patchSide) ?? 16;
	const pooling = part.read("pooling_kernel_size", mergeSide) ?? 3;
	if (own !== patch || pooling !== merge) {
		throw contradiction(
			`${part.path}: patch_size ${own} and pooling_kernel_size ${pooling}, config.json vision_config: ${patch} and ${merge}; the prompt and the model would disagree, make them equal`,
		);
	}
	expectResize(part);
	const tokens = part.read("max_soft_tokens", budget) ?? fallback;
	if (GEMMA_4_BUDGETS.includes(tokens)) return tokens;
	throw contradiction(
		`${part.path} max_soft_tokens: ${tokens}; transformers accepts ${GEMMA_4_BUDGETS.join(", ")}`,
	);
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
		processors: ["PaliGemmaProcessor", "ColPaliProcessor"],
		ignored: { processor: ["image_seq_length"] },
		source: "PaliGemmaProcessor and SiglipImageProcessor",
		read: readPaligemma,
	},
	gemma3n: {
		family: "gemma3n",
		processors: ["Gemma3nProcessor"],
		ignored: { processor: GEMMA_3N_PROCESSOR },
		source: "Gemma3nProcessor and SiglipImageProcessor",
		read: readGemma3n,
	},
	gemma4: {
		family: "gemma4",
		processors: ["Gemma4Processor"],
		ignored: {
			image: [...NO_SUCH_STEP, "size"],
			video: [...NO_SUCH_STEP, "size"],
			processor: ["image_seq_length", "audio_seq_length", "audio_ms_per_token"],
		},
		source: "Gemma4ImageProcessor and Gemma4VideoProcessor",
		read: readGemma4,
	},
} as const satisfies Record<string, Reader>;
