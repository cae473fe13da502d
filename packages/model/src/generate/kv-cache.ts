/**
 * Keys and values of the tokens seen so far: one buffer for each layer and key-value head, of which a step reads the first
 * rows where they lie. New rows are written behind them.
 */

import { assertInternal, float32, type Tensor } from "@onevision/base";
import type { Tensors } from "@onevision/graph";
import { type DecoderShape, STEP } from "../modules/decoder.ts";

/** Rows that a buffer gains at least when it grows. */
const MIN_GROWTH = 256;

export class KvCache {
	readonly #shape: DecoderShape;
	/** By layer and head, [capacity, headDim]. */
	#keys: Float32Array[];
	#values: Float32Array[];
	#capacity = 0;
	#length = 0;

	constructor(shape: DecoderShape) {
		this.#shape = shape;
		const buffers = shape.layers * shape.kvHeads;
		this.#keys = Array.from({ length: buffers }, () => new Float32Array(0));
		this.#values = Array.from({ length: buffers }, () => new Float32Array(0));
	}

	/** Cached tokens. */
	get length(): number {
		return this.#length;
	}

	/** Bytes held for `capacity` tokens. */
	static bytes({ layers, kvHeads, headDim }: DecoderShape, capacity: number): number {
		return 2 * layers * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT * capacity;
	}

	get bytes(): number {
		return KvCache.bytes(this.#shape, this.#capacity);
	}

	/** Makes room for `tokens` in all. */
	reserve(tokens: number): void {
		if (tokens <= this.#capacity) return;
		const capacity = Math.max(tokens, this.#capacity + MIN_GROWTH);
		const grown = (old: Float32Array): Float32Array => {
			const buffer = new Float32Array(capacity * this.#shape.headDim);
			buffer.set(old.subarray(0, this.#length * this.#shape.headDim));
			return buffer;
		};
		this.#keys = this.#keys.map(grown);
		this.#values = this.#values.map(grown);
		this.#capacity = capacity;
	}

	/** Keeps the first `tokens`. */
	truncate(tokens: number): void {
		assertInternal(tokens <= this.#length, `${tokens} of ${this.#length} cached tokens`);
		this.#length = tokens;
	}

	/** The cache as inputs of a step. */
	feeds(): Record<string, Tensor> {
		const { layers, kvHeads, headDim } = this.#shape;
		const feeds: Record<string, Tensor> = {};
		const rows = (buffer: Float32Array | undefined): Tensor =>
			float32([this.#length, headDim], buffer?.subarray(0, this.#length * headDim) ?? []);
		for (let layer = 0; layer < layers; layer++) {
			for (let head = 0; head < kvHeads; head++) {
				feeds[STEP.pastKey(layer, head)] = rows(this.#keys[layer * kvHeads + head]);
				feeds[STEP.pastValue(layer, head)] = rows(this.#values[layer * kvHeads + head]);
			}
		}
		return feeds;
	}

	/** Appends the new rows that a step returned, `tokens` of them. */
	append(outputs: Tensors, tokens: number): void {
		const { layers, kvHeads, headDim } = this.#shape;
		this.reserve(this.#length + tokens);
		const scatter = (buffers: readonly Float32Array[], layer: number, { data }: Tensor): void => {
			for (let token = 0; token < tokens; token++) {
				for (let head = 0; head < kvHeads; head++) {
					const from = (token * kvHeads + head) * headDim;
					const row = (data as Float32Array).subarray(from, from + headDim);
					buffers[layer * kvHeads + head]?.set(row, (this.#length + token) * headDim);
				}
			}
		};
		for (let layer = 0; layer < layers; layer++) {
			const [key, value] = [outputs[STEP.key(layer)], outputs[STEP.value(layer)]];
			assertInternal(key !== undefined && value !== undefined, `no new rows of layer ${layer}`);
			scatter(this.#keys, layer, key);
			scatter(this.#values, layer, value);
		}
		this.#length += tokens;
	}
}
