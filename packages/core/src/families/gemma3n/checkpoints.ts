/** Checkpoints of Gemma 3n. */

import type { CheckpointRow } from "../checkpoint.ts";
import type { Gemma3Constants } from "../gemma3/layout.ts";
import type { Gemma3nSettings } from "./layout.ts";

export type Gemma3nCheckpoint = CheckpointRow<"gemma3n", Gemma3Constants, Gemma3nSettings>;

const gemma3n = (size: "E2B" | "E4B", aliases: readonly string[] = []): Gemma3nCheckpoint => ({
	title: `Gemma 3n ${size}`,
	family: "gemma3n",
	aliases: [...aliases, `google/gemma-3n-${size}-it`, `google/gemma-3n-${size}`],
	constants: { tile: 768, patch: 48, pooledSide: 16 },
	parts: {
		tower: "mobilenet-v5-300m",
		projector: { kind: "linear" },
		languageModel: size === "E2B" ? "gemma-3n-e2b" : "gemma-3n-e4b",
	},
	contextTokens: 32_768,
	source:
		"transformers 5.18.0 models/gemma3n (vision_soft_tokens_per_image 256); 768 px of the model card; a convolutional tower, counted as 16×16 patches of 48 px",
});

export const checkpoints = {
	"gemma-3n-e2b": gemma3n("E2B"),
	"gemma-3n-e4b": gemma3n("E4B", ["gemma-3n"]),
} as const satisfies Record<string, Gemma3nCheckpoint>;
