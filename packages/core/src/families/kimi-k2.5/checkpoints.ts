/** Checkpoints of Kimi K2.5. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { KimiK25Constants, KimiK25Settings } from "./layout.ts";

type KimiK25Checkpoint = CheckpointRow<"kimi-k2.5", KimiK25Constants, KimiK25Settings>;

export const checkpoints = {
	"kimi-k2.5": {
		title: "Kimi K2.5 1T-A32B",
		family: "kimi-k2.5",
		aliases: ["kimi", "moonshotai/Kimi-K2.5", "moonshotai/Kimi-K2.6"],
		constants: {
			patch: 14,
			merge: 2,
			maxPatches: 16_384,
			frameMaxPatches: 4096,
			maxSide: 512,
			chunk: 4,
			fps: 2,
		},
		parts: {
			tower: "moonvit",
			projector: { kind: "patch-merger", merge: 2 },
			languageModel: "kimi-k2",
		},
		contextTokens: 262_144,
		source:
			"preprocessor_config.json of Kimi-K2.5, read in a copy (in_patch_limit 16384, in_patch_limit_each_frame 4096, patch_limit_on_one_side 512, sample_fps 2), as the transformers 5.18 defaults",
	},
} as const satisfies Record<string, KimiK25Checkpoint>;
