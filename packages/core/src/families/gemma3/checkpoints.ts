/** Checkpoints of Gemma 3. */

import { normalizedBy } from "../../facts/normalizations.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { Gemma3Constants, Gemma3Settings } from "./layout.ts";

export type Gemma3Checkpoint = CheckpointRow<"gemma3", Gemma3Constants, Gemma3Settings>;

const GEMMA_3_CONSTANTS = { tile: 896, patch: 14, pooledSide: 16 } as const;

const GEMMA_3_SOURCE =
	"huggingface.co/google/gemma-3-4b-it preprocessor_config.json (896 px), config.json (mm_tokens_per_image 256)";

const gemma3 = (size: "4b" | "12b" | "27b", aliases: readonly string[] = []): Gemma3Checkpoint => ({
	title: `Gemma 3 ${size.toUpperCase()}`,
	family: "gemma3",
	aliases: [...aliases, `google/gemma-3-${size}-it`, `google/gemma-3-${size}-pt`],
	constants: GEMMA_3_CONSTANTS,
	parts: {
		tower: "siglip-so400m-patch14-896",
		projector: { kind: "linear" },
		languageModel: `gemma-3-${size}`,
	},
	contextTokens: 131_072,
	pixels: {
		image: normalizedBy("half"),
		source:
			"preprocessor_config.json of google/gemma-3-4b-it, read in copies; class default of Gemma3ImageProcessor",
	},
	source: GEMMA_3_SOURCE,
});

export const checkpoints = {
	"gemma-3-4b": gemma3("4b", ["gemma-3"]),
	"gemma-3-12b": gemma3("12b"),
	"gemma-3-27b": gemma3("27b"),
} as const satisfies Record<string, Gemma3Checkpoint>;
