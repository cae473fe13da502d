/**
 * Rows that a model computes once and reads in every later run: the keys and values of attention. Each entry is one buffer,
 * [heads, capacity, dim], of which the first `length` rows of a head are fed as a view, and to which new rows are copied in
 * place: onnxruntime takes inputs where they lie and copies every output, so that a cache must not be one.
 */

import { assertDefined, float32, OnevisionError, type Tensor } from "@onevision/base";
import type { CacheBinding, CacheSpec } from "../cache-binding.ts";
import type { Tensors } from "../runtime.ts";

export class RowCache {
	readonly #spec: CacheSpec;
	readonly #entries: ReadonlyMap<string, Float32Array>;

	/** Its memory is taken by the system as rows are written. */
	constructor(spec: CacheSpec) {
		const { entries, heads, capacity, dim } = spec;
		this.#spec = spec;
		this.#entries = new Map(entries.map((name) => [name, new Float32Array(heads * capacity * dim)]));
	}

	/** The inputs that a model reads from the first `length` rows. */
	feeds({ reads }: CacheBinding, length: number): Tensors {
		const feeds = Object.entries(reads).map(([input, { entry, head }]) => {
			return [
				input,
				head === undefined ? this.#heads(entry, length) : this.#rows(entry, head, length),
			] as const;
		});
		return Object.fromEntries(feeds);
	}

	/** Appends `rows` rows after the first `length`; returns the other outputs. */
	append({ writes }: CacheBinding, outputs: Tensors, length: number, rows: number): Tensors {
		const others = Object.entries(outputs).filter(([name, output]) => {
			const entry = Object.hasOwn(writes, name) ? writes[name] : undefined;
			if (entry !== undefined) this.#write(entry, name, output, length, rows);
			return entry === undefined;
		});
		return Object.fromEntries(others);
	}

	#entry(name: string): Float32Array {
		const entry = this.#entries.get(name);
		if (entry === undefined) throw new OnevisionError("unknown-name", `cache: no entry ${name}`);
		return entry;
	}

	/** One head's rows, [length, dim], not copied. */
	#rows(name: string, head: number, length: number): Tensor {
		const { capacity, dim } = this.#spec;
		const start = head * capacity * dim;
		return float32([length, dim], this.#entry(name).subarray(start, start + length * dim));
	}

	/** All heads' rows, [1, heads, length, dim], copied unless they fill the buffer. */
	#heads(name: string, length: number): Tensor {
		const { heads, capacity, dim } = this.#spec;
		const entry = this.#entry(name);
		if (length === capacity) return float32([1, heads, length, dim], entry);
		const joined = new Float32Array(heads * length * dim);
		for (let head = 0; head < heads; head++) {
			const start = head * capacity * dim;
			joined.set(entry.subarray(start, start + length * dim), head * length * dim);
		}
		return float32([1, heads, length, dim], joined);
	}

	#write(name: string, output: string, { data, shape }: Tensor, length: number, rows: number): void {
		const { heads, capacity, dim } = this.#spec;
		const sizes = shape.length === 4 ? shape.slice(1) : shape;
		if (sizes.join() !== [heads, rows, dim].join() || !(data instanceof Float32Array)) {
			throw new OnevisionError(
				"shape-mismatch",
				`cache: ${output} is [${shape.join(", ")}], the rows to append are [${heads}, ${rows}, ${dim}]`,
			);
		}
		const entry = this.#entry(name);
		for (let head = 0; head < heads; head++) {
			const from = head * rows * dim;
			entry.set(data.subarray(from, from + rows * dim), (head * capacity + length) * dim);
		}
	}
}

/** Models and caches by number. */
export class Numbered<T> {
	readonly #items = new Map<number, T>();
	#next = 0;

	add(item: T): number {
		this.#items.set(this.#next, item);
		return this.#next++;
	}

	get(id: number): T {
		return assertDefined(this.#items.get(id), `number ${id}`);
	}

	take(id: number): T | undefined {
		const item = this.#items.get(id);
		this.#items.delete(id);
		return item;
	}
}
