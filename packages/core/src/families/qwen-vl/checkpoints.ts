/** Checkpoints of Qwen-VL (2, 2.5, 3, 3.5). */

import { type CheckpointPixels, normalizedBy } from "../../facts/normalizations.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { QwenVlConstants, QwenVlSettings } from "./constants.ts";
import { QWEN2, QWEN2_5, QWEN3, QWEN3_5 } from "./positions.ts";

export type QwenVlCheckpoint = CheckpointRow<"qwen-vl", QwenVlConstants, QwenVlSettings>;

/**
 * Images: 4 to 16,384 tokens, as shipped with the checkpoints (the class default is 1,280). Video: the video
 * processor's class default per frame. A checkpoint folder without its own video file uses the image limits instead.
 */
const QWEN_2: QwenVlConstants = {
	patch: 14,
	merge: 2,
	factor: 28,
	temporalPatch: 2,
	minPixels: 4 * 28 ** 2,
	maxPixels: 16_384 * 28 ** 2,
	videoMinPixels: 128 * 28 ** 2,
	videoMaxPixels: 768 * 28 ** 2,
	videoLimits: "per-frame",
	fps: "all",
	timestamps: false,
};

/** Images: 65,536 to 16,777,216 px. Video: 4,096 to 25,165,824 px for the whole clip, at 2 frames per second. */
const QWEN_3: QwenVlConstants = {
	patch: 16,
	merge: 2,
	factor: 32,
	temporalPatch: 2,
	minPixels: 65_536,
	maxPixels: 16_777_216,
	videoMinPixels: 4096,
	videoMaxPixels: 25_165_824,
	videoLimits: "per-clip",
	fps: 2,
	timestamps: true,
};

const CLIP_PIXELS: CheckpointPixels = {
	image: normalizedBy("clip"),
	source:
		"preprocessor_config.json of Qwen/Qwen2-VL-7B-Instruct and Qwen/Qwen2.5-VL-7B-Instruct, read in copies; class defaults of Qwen2VLImageProcessor and Qwen2VLVideoProcessor",
};

const HALF_PIXELS: CheckpointPixels = {
	image: normalizedBy("half"),
	source:
		"preprocessor_config.json and video_preprocessor_config.json of Qwen/Qwen3-VL-8B-Instruct, read in copies; apple/coreai-models issue 82 compares the 2B, 4B and 8B",
};

const GENERATIONS = {
	"2": {
		constants: QWEN_2,
		contextTokens: 32_768,
		pixels: CLIP_PIXELS,
		positions: QWEN2,
		source:
			"huggingface.co/Qwen/Qwen2-VL-7B-Instruct preprocessor_config.json (min_pixels 3136, max_pixels 12845056), config.json (max_position_embeddings 32768); video: transformers 5.18 models/qwen2_vl/video_processing_qwen2_vl.py",
	},
	"2.5": {
		constants: QWEN_2,
		contextTokens: 128_000,
		pixels: CLIP_PIXELS,
		positions: QWEN2_5,
		source:
			"huggingface.co/Qwen/Qwen2.5-VL-7B-Instruct preprocessor_config.json (min_pixels 3136, max_pixels 12845056), config.json (max_position_embeddings 128000); video: transformers 5.18 models/qwen2_vl/video_processing_qwen2_vl.py",
	},
	"3": {
		constants: QWEN_3,
		contextTokens: 262_144,
		pixels: HALF_PIXELS,
		positions: QWEN3,
		source:
			"huggingface.co/Qwen/Qwen3-VL-8B-Instruct preprocessor_config.json, video_preprocessor_config.json, config.json (max_position_embeddings 262144)",
	},
} as const;

const qwen = (
	generation: keyof typeof GENERATIONS,
	size: string,
	tower: QwenVlCheckpoint["parts"]["tower"],
	languageModel: QwenVlCheckpoint["parts"]["languageModel"],
	aliases: readonly string[] = [],
): QwenVlCheckpoint => {
	const { constants, contextTokens, pixels, positions, source } = GENERATIONS[generation];
	const name = `Qwen${generation}-VL-${size}`;
	return {
		title: name.replaceAll("-", " ").replace(" VL", "-VL"),
		family: "qwen-vl",
		aliases: [...aliases, `Qwen/${name}-Instruct`, name],
		constants,
		parts: { tower, projector: { kind: "patch-merger", merge: 2 }, languageModel },
		contextTokens,
		recommendedSettings: { fps: 2 },
		pixels,
		positions,
		source,
	};
};

/** Qwen3.5 has no separate VL line: every model accepts images and video. */
const qwen35 = (
	size: string,
	tower: "qwen3.5-vit-large" | "qwen3.5-vit-so400m",
	languageModel: QwenVlCheckpoint["parts"]["languageModel"],
	aliases: readonly string[] = [],
): QwenVlCheckpoint => ({
	title: `Qwen3.5 ${size}`,
	family: "qwen-vl",
	aliases: [...aliases, `Qwen/Qwen3.5-${size}`],
	constants: QWEN_3,
	parts: { tower, projector: { kind: "patch-merger", merge: 2 }, languageModel },
	contextTokens: 262_144,
	recommendedSettings: { fps: 2 },
	pixels: {
		image: normalizedBy("half"),
		source:
			"preprocessor_config.json of Qwen3.5, as Qwen3-VL's (read in copies); video: class default of Qwen3VLVideoProcessor",
	},
	positions: QWEN3_5,
	source:
		"preprocessor_config.json and video_preprocessor_config.json of Qwen3.5-9B, read in copies (as Qwen3-VL's; the Base models allow 234,881,024 px of video); transformers 5.18.0 auto/processing_auto.py maps qwen3_5 to Qwen3VLProcessor",
});

export const checkpoints = {
	"qwen2-vl-2b": qwen("2", "2B", "qwen2-vl-vit", "qwen2-1.5b"),
	"qwen2-vl-7b": qwen("2", "7B", "qwen2-vl-vit", "qwen2-7b", ["qwen2-vl"]),
	"qwen2-vl-72b": qwen("2", "72B", "qwen2-vl-vit", "qwen2-72b"),
	"qwen2.5-vl-3b": qwen("2.5", "3B", "qwen2.5-vl-vit", "qwen2.5-3b"),
	"qwen2.5-vl-7b": qwen("2.5", "7B", "qwen2.5-vl-vit", "qwen2.5-7b", ["qwen2.5-vl"]),
	"qwen2.5-vl-32b": qwen("2.5", "32B", "qwen2.5-vl-vit-3456", "qwen2.5-32b"),
	"qwen2.5-vl-72b": qwen("2.5", "72B", "qwen2.5-vl-vit-3456", "qwen2.5-72b"),
	"qwen3-vl-2b": qwen("3", "2B", "qwen3-vl-vit-large", "qwen3-1.7b"),
	"qwen3-vl-4b": qwen("3", "4B", "qwen3-vl-vit-large", "qwen3-4b"),
	"qwen3-vl-8b": qwen("3", "8B", "qwen3-vl-vit-so400m", "qwen3-8b", ["qwen3-vl"]),
	"qwen3-vl-32b": qwen("3", "32B", "qwen3-vl-vit-so400m", "qwen3-32b"),
	"qwen3-vl-30b-a3b": qwen("3", "30B-A3B", "qwen3-vl-vit-so400m", "qwen3-30b-a3b"),
	"qwen3-vl-235b-a22b": qwen("3", "235B-A22B", "qwen3-vl-vit-so400m", "qwen3-235b-a22b"),
	"qwen3.5-2b": qwen35("2B", "qwen3.5-vit-large", "qwen3.5-2b"),
	"qwen3.5-4b": qwen35("4B", "qwen3.5-vit-large", "qwen3.5-4b"),
	"qwen3.5-9b": qwen35("9B", "qwen3.5-vit-so400m", "qwen3.5-9b", ["qwen3.5"]),
	"qwen3.5-27b": qwen35("27B", "qwen3.5-vit-so400m", "qwen3.5-27b"),
	"qwen3.5-35b-a3b": qwen35("35B-A3B", "qwen3.5-vit-so400m", "qwen3.5-35b-a3b"),
	"qwen3.5-122b-a10b": qwen35("122B-A10B", "qwen3.5-vit-so400m", "qwen3.5-122b-a10b"),
	"qwen3.5-397b-a17b": qwen35("397B-A17B", "qwen3.5-vit-so400m", "qwen3.5-397b-a17b"),
} as const satisfies Record<string, QwenVlCheckpoint>;
