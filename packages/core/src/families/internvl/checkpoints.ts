/** Checkpoints of InternVL (2, 2.5, 3, 3.5). */

import { normalizedBy } from "../../facts/normalizations.ts";
import type { CheckpointRow, ModelParts } from "../checkpoint.ts";
import type { InternvlConstants, InternvlSettings } from "./layout.ts";

export type InternvlCheckpoint = CheckpointRow<"internvl", InternvlConstants, InternvlSettings>;

/**
 * Tiles of 448 px, up to 12 and a thumbnail, 256 tokens each. 8 to 32 frames per clip in training, 8 on the model card.
 */
const INTERNVL: InternvlConstants = {
	tile: 448,
	patch: 14,
	merge: 2,
	minTiles: 1,
	maxTiles: 12,
	trainedFrames: 32,
	cardFrames: 8,
};

const SOURCE =
	"OpenGVLab model cards (load_image with max_num 12, load_video with num_segments 8); OpenGVLab/InternVL internvl_chat training arguments (max_dynamic_patch 12, min_num_frame 8, max_num_frame 32)";

/** Context length by generation, in tokens. */
const CONTEXT = {
	"2": { tokens: 8192, source: "context window of the InternVL2 model cards (8k)", unverified: true },
	"2.5": { tokens: 16_384, source: "context length of training in arXiv 2412.05271", unverified: true },
	"3": { tokens: 32_768, source: "context length of training in arXiv 2504.10479", unverified: true },
	"3.5": {
		tokens: 40_960,
		unverified: false,
		source:
			"max_position_embeddings of llm_config, and max_dynamic_patch 12, in config.json of OpenGVLab/InternVL3_5-8B; language models of the model card",
	},
} as const;

const internvl = (
	generation: keyof typeof CONTEXT,
	size: string,
	tower: ModelParts["tower"],
	languageModel: ModelParts["languageModel"],
	aliases: readonly string[] = [],
): InternvlCheckpoint => {
	const repository = `OpenGVLab/InternVL${generation.replace(".", "_")}-${size}`;
	const { tokens, source, unverified } = CONTEXT[generation];
	return {
		title: `InternVL${generation} ${size}`,
		family: "internvl",
		aliases: [...aliases, repository, `${repository}-${generation === "3.5" ? "HF" : "hf"}`],
		constants: INTERNVL,
		parts: { tower, projector: { kind: "pixel-shuffle", merge: 2 }, languageModel },
		contextTokens: tokens,
		pixels: {
			image: normalizedBy("imagenet"),
			source:
				"preprocessor_config.json of OpenGVLab/InternVL3-8B-hf (the class default is CLIP's) and OpenGVLab/InternVL2-2B, read in copies; IMAGENET_MEAN and IMAGENET_STD of the model cards",
		},
		trainedFrames: INTERNVL.trainedFrames,
		recommendedSettings: { num_frames: INTERNVL.cardFrames },
		...(unverified ? { unverified: ["contextTokens"] as const } : {}),
		source: `${SOURCE}; ${source}`,
	};
};

export const checkpoints = {
	"internvl2-1b": internvl("2", "1B", "internvit-300m-448", "qwen2-0.5b"),
	"internvl2-2b": internvl("2", "2B", "internvit-300m-448", "internlm2-1.8b"),
	"internvl2-4b": internvl("2", "4B", "internvit-300m-448", "phi-3-mini"),
	"internvl2-8b": internvl("2", "8B", "internvit-300m-448", "internlm2.5-7b", ["internvl2"]),
	"internvl2-26b": internvl("2", "26B", "internvit-6b-448", "internlm2.5-20b"),
	"internvl2-40b": internvl("2", "40B", "internvit-6b-448", "yi-34b"),
	"internvl2-76b": internvl("2", "Llama3-76B", "internvit-6b-448", "llama-3-70b"),
	"internvl2.5-1b": internvl("2.5", "1B", "internvit-300m-448", "qwen2-0.5b"),
	"internvl2.5-2b": internvl("2.5", "2B", "internvit-300m-448", "internlm2-1.8b"),
	"internvl2.5-4b": internvl("2.5", "4B", "internvit-300m-448", "qwen2.5-3b"),
	"internvl2.5-8b": internvl("2.5", "8B", "internvit-300m-448", "internlm2.5-7b", ["internvl2.5"]),
	"internvl2.5-26b": internvl("2.5", "26B", "internvit-6b-448", "internlm2.5-20b"),
	"internvl2.5-38b": internvl("2.5", "38B", "internvit-6b-448", "qwen2.5-32b"),
	"internvl2.5-78b": internvl("2.5", "78B", "internvit-6b-448", "qwen2.5-72b"),
	"internvl3-1b": internvl("3", "1B", "internvit-300m-448", "qwen2-0.5b"),
	"internvl3-2b": internvl("3", "2B", "internvit-300m-448", "qwen2-1.5b"),
	"internvl3-8b": internvl("3", "8B", "internvit-300m-448", "qwen2.5-7b", ["internvl", "internvl3"]),
	"internvl3-9b": internvl("3", "9B", "internvit-300m-448", "internlm3-8b"),
	"internvl3-14b": internvl("3", "14B", "internvit-300m-448", "qwen2.5-14b"),
	"internvl3-38b": internvl("3", "38B", "internvit-6b-448", "qwen2.5-32b"),
	"internvl3-78b": internvl("3", "78B", "internvit-6b-448", "qwen2.5-72b"),
	"internvl3.5-1b": internvl("3.5", "1B", "internvit-300m-448", "qwen3-0.6b"),
	"internvl3.5-2b": internvl("3.5", "2B", "internvit-300m-448", "qwen3-1.7b-untied"),
	"internvl3.5-4b": internvl("3.5", "4B", "internvit-300m-448", "qwen3-4b-untied"),
	"internvl3.5-8b": internvl("3.5", "8B", "internvit-300m-448", "qwen3-8b", ["internvl3.5"]),
	"internvl3.5-14b": internvl("3.5", "14B", "internvit-300m-448", "qwen3-14b"),
	"internvl3.5-38b": internvl("3.5", "38B", "internvit-6b-448", "qwen3-32b"),
	"internvl3.5-20b-a4b": internvl("3.5", "GPT-OSS-20B-A4B-Preview", "internvit-300m-448", "gpt-oss-20b"),
	"internvl3.5-30b-a3b": internvl("3.5", "30B-A3B", "internvit-300m-448", "qwen3-30b-a3b"),
	"internvl3.5-241b-a28b": internvl("3.5", "241B-A28B", "internvit-6b-448", "qwen3-235b-a22b"),
} as const satisfies Record<string, InternvlCheckpoint>;
