/** Checkpoints of Fuyu. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { FuyuConstants, FuyuSettings } from "./layout.ts";

type FuyuCheckpoint = CheckpointRow<"fuyu", FuyuConstants, FuyuSettings>;

export const checkpoints = {
	"fuyu-8b": {
		title: "Fuyu 8B",
		family: "fuyu",
		aliases: ["fuyu", "adept/fuyu-8b"],
		constants: { patch: 30, box: { width: 1920, height: 1080 } },
		// There is no projector. The patch embedding's matrix counts as the tower and its bias as the projector.
		parts: {
			tower: "fuyu-patches",
			projector: { kind: "q-former", parameters: 4096 },
			languageModel: "persimmon-8b",
		},
		contextTokens: 16_384,
		source: "transformers 5.18.0 models/fuyu image processor defaults (1920×1080, patches of 30 px)",
	},
} as const satisfies Record<string, FuyuCheckpoint>;
