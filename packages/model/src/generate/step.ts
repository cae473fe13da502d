/** One step of the decoder over a cache: what is fed beside it. */

import { float32, int64 } from "@onevision/base";
import { MASKED, type Tensors } from "@onevision/graph";
import { type DecoderShape, STEP } from "../modules/decoder.ts";
import { inverseFrequencies, rotaryTables } from "./rope.ts";

export interface StepRequest {
	/** [tokens, hidden] */
	readonly embeddings: Float32Array;
	/** Of the new tokens. */
	readonly positions: ArrayLike<number>;
	/** New tokens whose logits are asked for, counted from the first new one. */
	readonly rows: readonly number[];
}

/** Makes the inputs of steps; the last mask is kept, since all chunks but the last are alike. */
export class StepFeeds {
	readonly #shape: DecoderShape;
	readonly #frequencies: Float32Array;
	#mask = { tokens: 0, values: new Float32Array(0) };

	constructor(shape: DecoderShape) {
		this.#shape = shape;
		this.#frequencies = inverseFrequencies(shape.headDim, shape.ropeTheta);
	}

	of({ embeddings, positions, rows }: StepRequest): Tensors {
		const { hidden, headDim, heads, kvHeads } = this.#shape;
		const tokens = positions.length;
		const { cos, sin } = rotaryTables(positions, this.#frequencies);
		return {
			[STEP.embeddings]: float32([tokens, hidden], embeddings),
			[STEP.cos]: float32([tokens, 1, headDim], cos),
			[STEP.sin]: float32([tokens, 1, headDim], sin),
			[STEP.mask]: float32([(tokens * heads) / kvHeads, tokens], this.#masked(tokens, heads / kvHeads)),
			[STEP.rows]: int64([rows.length], rows),
		};
	}

	/** Causal among the new tokens; a row for each query head of a group. */
	#masked(tokens: number, group: number): Float32Array {
		if (this.#mask.tokens !== tokens) {
			const values = new Float32Array(tokens * group * tokens);
			for (let row = 0; row < tokens * group; row++) {
				values.fill(MASKED, row * tokens + Math.floor(row / group) + 1, (row + 1) * tokens);
			}
			this.#mask = { tokens, values };
		}
		return this.#mask.values;
	}
}

/** Bytes of the keys and values of so many tokens, float32. */
export function cacheBytes({ layers, kvHeads, headDim }: DecoderShape, tokens: number): number {
	return 2 * layers * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT * tokens;
}
