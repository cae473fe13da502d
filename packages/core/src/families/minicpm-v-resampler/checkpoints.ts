/** Checkpoints of MiniCPM-V 2 to 4.5. */

import type { CheckpointRow } from "../checkpoint.ts";
import { SLICES } from "../minicpm-v/checkpoints.ts";
import type { MinicpmVResamplerConstants, MinicpmVResamplerSettings } from "./layout.ts";
import { resampler } from "./resampler.ts";

type MinicpmVResamplerCheckpoint = CheckpointRow<
	"minicpm-v-resampler",
	MinicpmVResamplerConstants,
	MinicpmVResamplerSettings
>;

const older = (
	version: string,
	aliases: readonly string[],
	constants: Pick<MinicpmVResamplerCheckpoint["constants"], "queries" | "imageId" | "maxFrames">,
	[languageModel, width]: readonly [MinicpmVResamplerCheckpoint["parts"]["languageModel"], number],
	{ tokens, source }: { readonly tokens: number; readonly source?: string },
): MinicpmVResamplerCheckpoint => ({
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

export const checkpoints = {
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
} as const satisfies Record<string, MinicpmVResamplerCheckpoint>;
