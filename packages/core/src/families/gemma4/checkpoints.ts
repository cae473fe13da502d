/** Checkpoints of Gemma 4. */

import { normalizedBy } from "../../facts/normalizations.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { Gemma4Constants, Gemma4Settings } from "./layout.ts";

export type Gemma4Checkpoint = CheckpointRow<"gemma4", Gemma4Constants, Gemma4Settings>;

/** Patches of 16 px pooled 3×3; 280 tokens per image, 70 per frame, 32 frames. */
const GEMMA_4_CONSTANTS = { patch: 16, merge: 3, imageTokens: 280, frameTokens: 70, frames: 32 } as const;

const gemma4 = (
	size: string,
	tower: "gemma-4-vit-150m" | "gemma-4-vit-550m",
	languageModel: Gemma4Checkpoint["parts"]["languageModel"],
	contextTokens: number,
	aliases: readonly string[] = [],
): Gemma4Checkpoint => ({
	title: `Gemma 4 ${size}`,
	family: "gemma4",
	aliases: [...aliases, `google/gemma-4-${size}-it`, `google/gemma-4-${size}`],
	constants: GEMMA_4_CONSTANTS,
	parts: { tower, projector: { kind: "linear" }, languageModel },
	contextTokens,
	// Both have mean 0 and deviation 1, but only frames are normalized with them, and the division rounds differently.
	pixels: {
		image: { ...normalizedBy("none"), doNormalize: false },
		video: normalizedBy("none"),
		source: "class defaults of Gemma4ImageProcessor and Gemma4VideoProcessor, transformers 5.18.0",
	},
	trainedFrames: 32,
	source:
		"transformers 5.18.0 models/gemma4 image and video processor defaults (280 and 70 tokens, 32 frames); context length of the model card",
});

export const checkpoints = {
	"gemma-4-e2b": gemma4("E2B", "gemma-4-vit-150m", "gemma-4-e2b", 131_072),
	"gemma-4-e4b": gemma4("E4B", "gemma-4-vit-150m", "gemma-4-e4b", 131_072),
	"gemma-4-26b-a4b": gemma4("26B-A4B", "gemma-4-vit-550m", "gemma-4-26b-a4b", 262_144),
	"gemma-4-31b": gemma4("31B", "gemma-4-vit-550m", "gemma-4-31b", 262_144, ["gemma-4"]),
} as const satisfies Record<string, Gemma4Checkpoint>;
