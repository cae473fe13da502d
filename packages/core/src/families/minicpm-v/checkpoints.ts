/** Checkpoints of MiniCPM-V 4.6. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { MinicpmVConstants, MinicpmVSettings } from "./layout.ts";

export type MinicpmVCheckpoint = CheckpointRow<"minicpm-v", MinicpmVConstants, MinicpmVSettings>;

export const SLICES = { patch: 14, slice: 448, maxSlices: 9 } as const;

export const checkpoints = {
	"minicpm-v-4.6": {
		title: "MiniCPM-V 4.6",
		family: "minicpm-v",
		aliases: ["minicpm-v", "openbmb/MiniCPM-V-4.6", "openbmb/MiniCPM-V-4.6-Thinking"],
		constants: { ...SLICES, maxFrames: 128, downsample: "16x" },
		parts: {
			tower: "siglip2-navit-so400m-980",
			// The merger inside the tower and the one after it, as counted by transformers 5.18.
			projector: { kind: "q-former", parameters: 104_507_072 + 25_967_104 },
			languageModel: "qwen3.5-0.8b",
		},
		contextTokens: 262_144,
		trainedFrames: 128,
		source:
			"preprocessor_config.json of MiniCPM-V-4.6, read in a copy (9 cuts, 448 px, patch 14); transformers 5.18.0 models/minicpmv4_6 for the rest; parts: recipes.vllm.ai (SigLIP2-400M, Qwen3.5-0.8B, 1.3B, 256K)",
	},
} as const satisfies Record<string, MinicpmVCheckpoint>;
