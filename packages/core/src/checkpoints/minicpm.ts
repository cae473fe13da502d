/** MiniCPM-V checkpoints, 2.5 to 4.6. */

import type { Checkpoint, CheckpointOf } from "./checkpoint.ts";

const SLICES = { patch: 14, slice: 448, maxSlices: 9 } as const;

/**
 * The perceiver resampler into `width` dimensions: one attention block over `queries` learned
 * tokens. Source: resampler.py of MiniCPM-V 2.6, read in OpenBMB/Scicore-Omics model/resampler.py at f81d2ae.
 */
export const resampler = (width: number, queries: number) =>
	({
		kind: "q-former",
		parameters: queries * width + 1152 * width + 5 * width ** 2 + 10 * width,
	}) as const;

const older = (
	version: string,
	aliases: readonly string[],
	constants: Pick<CheckpointOf<"minicpm-v-resampler">["constants"], "queries" | "imageId" | "maxFrames">,
	[languageModel, width]: readonly [CheckpointOf<"minicpm-v-resampler">["parts"]["languageModel"], number],
	{ tokens, source }: { readonly tokens: number; readonly source?: string },
): CheckpointOf<"minicpm-v-resampler"> => ({
	title: `MiniCPM-V ${version}`,
	family: "minicpm-v-resampler",
	aliases,
	constants: { ...SLICES, frameSlices: 2, ...constants },
	parts: {
		tower: "siglip2-navit-so400m-980",
		projector: resampler(width, constants.queries),
		languageModel,
	},
	contextTokens: tokens,
	...(source === undefined ? { unverified: ["contextTokens"] as const } : {}),
	source: `preprocessor_config.json of MiniCPM-V ${version}, read in copies (max_slice_nums 9, scale_resolution 448, image_feature_size ${constants.queries}); frames and their cuts of the model card; context length of ${source ?? "its language model"}`,
});

export const MINICPM_CHECKPOINTS = {
	"minicpm-v-2.5": older(
		"2.5 (Llama 3)",
		["openbmb/MiniCPM-Llama3-V-2_5"],
		{ queries: 96, imageId: false, maxFrames: 0 },
		["llama-3-8b", 4096],
		{ tokens: 8192 },
	),
	"minicpm-v-2.6": older(
		"2.6",
		["openbmb/MiniCPM-V-2_6"],
		{ queries: 64, imageId: true, maxFrames: 64 },
		["qwen2-7b", 3584],
		{ tokens: 32_768, source: "OpenBMB/Scicore-Omics model/config.json at 85c6090, built on it" },
	),
	"minicpm-v-4.0": older(
		"4.0",
		["openbmb/MiniCPM-V-4"],
		{ queries: 64, imageId: true, maxFrames: 64 },
		["minicpm4-3b", 2560],
		{ tokens: 32_768, source: "sophgo/LLM-TPU models/MiniCPMV4/config/config.json at 714c98e" },
	),
	"minicpm-v-4.5": older(
		"4.5",
		["openbmb/MiniCPM-V-4_5"],
		{ queries: 64, imageId: true, maxFrames: 0 },
		["qwen3-8b", 4096],
		{ tokens: 40_960 },
	),
	"minicpm-v-4.6": {
		title: "MiniCPM-V 4.6",
		family: "minicpm-v",
		aliases: ["minicpm-v", "openbmb/MiniCPM-V-4.6", "openbmb/MiniCPM-V-4.6-Thinking"],
		constants: { ...SLICES, maxFrames: 128, downsample: "16x" },
		parts: {
			tower: "siglip2-navit-so400m-980",
			// The merger inside the tower and the one after it, as transformers 5.18 counts them.
			projector: { kind: "q-former", parameters: 104_507_072 + 25_967_104 },
			languageModel: "qwen3.5-0.8b",
		},
		contextTokens: 262_144,
		trainedFrames: 128,
		source:
			"preprocessor_config.json of MiniCPM-V-4.6, read in a copy (9 cuts, 448 px, patch 14); transformers 5.18.0 models/minicpmv4_6 for the rest; parts: recipes.vllm.ai (SigLIP2-400M, Qwen3.5-0.8B, 1.3B, 256K)",
	},
} as const satisfies Record<string, Checkpoint>;
