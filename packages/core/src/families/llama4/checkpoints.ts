/** Checkpoints of Llama 4. */

import { type CheckpointPixels, normalizedBy } from "../../facts/normalizations.ts";
import type { CheckpointRow } from "../checkpoint.ts";
import type { Llama4Constants, Llama4Settings } from "./layout.ts";

type Llama4Checkpoint = CheckpointRow<"llama4", Llama4Constants, Llama4Settings>;

const LLAMA4_SOURCE =
	"transformers 5.18.0 models/llama4 (336 px, 16 tiles, pixel_shuffle_ratio 0.5) and config.json of huggingface.co/meta-llama/Llama-4-Scout-17B-16E-Instruct (image_size 336, patch_size 14), confirmed by its total of 108,641,793,536 parameters";

const LLAMA4_PIXELS: CheckpointPixels = {
	image: normalizedBy("half"),
	source: "class default of Llama4ImageProcessor, transformers 5.18.0",
};

const LLAMA4 = { tile: 336, patch: 14, merge: 2, maxTiles: 16 } as const;

/** One matrix from the tower's 4,096 channels to 5,120. */
const LLAMA4_PROJECTOR = { kind: "q-former", parameters: 20_971_520 } as const;

export const checkpoints = {
	"llama-4-scout-17b-16e": {
		title: "Llama 4 Scout 17B-16E",
		family: "llama4",
		aliases: ["llama-4", "llama-4-scout", "meta-llama/Llama-4-Scout-17B-16E-Instruct"],
		constants: LLAMA4,
		parts: { tower: "llama4-vit-336", projector: LLAMA4_PROJECTOR, languageModel: "llama-4-scout" },
		contextTokens: 10_485_760,
		pixels: LLAMA4_PIXELS,
		source: LLAMA4_SOURCE,
	},
	"llama-4-maverick-17b-128e": {
		title: "Llama 4 Maverick 17B-128E",
		family: "llama4",
		aliases: ["llama-4-maverick", "meta-llama/Llama-4-Maverick-17B-128E-Instruct"],
		constants: LLAMA4,
		parts: { tower: "llama4-vit-336", projector: LLAMA4_PROJECTOR, languageModel: "llama-4-maverick" },
		contextTokens: 1_048_576,
		pixels: LLAMA4_PIXELS,
		source: LLAMA4_SOURCE,
	},
} as const satisfies Record<string, Llama4Checkpoint>;
