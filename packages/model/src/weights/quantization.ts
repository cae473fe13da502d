/**
 * How the weights of a model may be quantized: a format for the linear layers of each part. Norms, biases, patch and token
 * embeddings stay float32. Towers are rounded to 8 bits at most, since 4 change their features by a fifth; the output head as
 * well, whose errors go into the logits as they are.
 */

import type { QuantizedFormat } from "@onevision/graph";
import type { PrecisionOf } from "../modules/scope.ts";

type Part = "vision" | "decoder" | "head";

const FORMATS = {
	/** Weights only, in blocks of 32. */
	int8: { vision: "int8", decoder: "int8", head: "int8" },
	int4: { vision: "int8", decoder: "int4", head: "int8" },
	/** Weights by row, and activations rounded as they come: prompts and images are read several times faster. */
	"int8-dynamic": { vision: "int8-columns", decoder: "int8-columns", head: "int8-columns" },
} as const satisfies Record<string, Readonly<Record<Part, QuantizedFormat>>>;

export type Quantization = keyof typeof FORMATS;
/** From the most accurate to the smallest, the fastest last. */
export const QUANTIZATIONS = Object.keys(FORMATS) as readonly Quantization[];

/** Beginnings of the names of linear layers. A tied head is the table of token embeddings. */
const PARTS: readonly (readonly [prefix: string, part: Part])[] = [
	["vision_tower.", "vision"],
	["multi_modal_projector.", "vision"],
	["language_model.embed_tokens", "head"],
	["lm_head", "head"],
	["language_model.", "decoder"],
];

/** The precision of each linear layer. */
export function quantizedPrecisions(quantization: Quantization): PrecisionOf {
	return (name) => {
		const [, part] = PARTS.find(([prefix]) => name.startsWith(prefix)) ?? [];
		return part === undefined ? "float32" : FORMATS[quantization][part];
	};
}
