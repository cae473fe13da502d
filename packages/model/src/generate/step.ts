/** One step of the decoder over a cache: what is fed beside it. */

import { float32, int64 } from "@onevision/base";
import type { Tensors } from "@onevision/graph";
import { type DecoderShape, STEP } from "../modules/decoder.ts";
import { inverseFrequencies, rotaryTables } from "./rope.ts";

export interface StepRequest {
	/** [tokens, hidden] */
	readonly embeddings: Float32Array;
	/** Of the new tokens, one list for each axis of the rotary embedding. */
	readonly positions: readonly ArrayLike<number>[];
	/** New tokens whose logits are asked for, counted from the first new one. */
	readonly rows: readonly number[];
}

/** Whether the graph of a single token does: it gives the logits of that token. */
export function isSingle({ positions, rows }: StepRequest): boolean {
	return tokensOf(positions) === 1 && rows.length === 1;
}

/** New tokens of a step. */
export function tokensOf(positions: StepRequest["positions"]): number {
	return positions[0]?.length ?? 0;
}

/** Makes the inputs of steps. */
export class StepFeeds {
	readonly #shape: DecoderShape;
	readonly #frequencies: Float32Array;

	constructor(shape: DecoderShape) {
		this.#shape = shape;
		this.#frequencies = inverseFrequencies(shape.headDim, shape.ropeTheta);
	}

	/** Single tokens of several sequences; the rows up to `size` are idle. */
	ofSeveral(requests: readonly StepRequest[], size: number): Tensors {
		const { hidden } = this.#shape;
		const embeddings = new Float32Array(size * hidden);
		for (const [index, request] of requests.entries()) embeddings.set(request.embeddings, index * hidden);
		const axes = requests[0]?.positions.length ?? 1;
		const positions = Array.from({ length: axes }, (_, axis) =>
			Array.from({ length: size }, (_row, index) => requests[index]?.positions[axis]?.[0] ?? 0),
		);
		return this.#feeds(embeddings, positions);
	}

	of(request: StepRequest): Tensors {
		const { embeddings, positions, rows } = request;
		const feeds = this.#feeds(embeddings, positions);
		return isSingle(request) ? feeds : { ...feeds, [STEP.rows]: int64([rows.length], rows) };
	}

	#feeds(embeddings: Float32Array, positions: StepRequest["positions"]): Tensors {
		const { hidden, headDim, rotaryAxes } = this.#shape;
		const tokens = tokensOf(positions);
		const { cos, sin } = rotaryTables(positions, this.#frequencies, rotaryAxes);
		return {
			[STEP.embeddings]: float32([1, tokens, hidden], embeddings),
			[STEP.cos]: float32([1, tokens, headDim / 2], cos),
			[STEP.sin]: float32([1, tokens, headDim / 2], sin),
		};
	}
}

/** Bytes of the keys and values of so many tokens, float32. */
export function cacheBytes({ layers, kvHeads, headDim }: DecoderShape, tokens: number): number {
	return 2 * layers * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT * tokens;
}
