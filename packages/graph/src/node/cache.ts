/**
 * Rows that a model computes once and reads in every later run: the keys and values of attention. Each entry is one buffer,
 * [heads, capacity, dim], of which the first `length` rows of a head are fed as a view, and to which new rows are copied in
 * place: onnxruntime takes inputs where they lie and copies every output, so that a cache must not be one.
 */

import { assertDefined, float32, OnevisionError, type Tensor } from "@onevision/base";
import type { CacheBinding, CacheRead, CacheSpec } from "../cache-binding.ts";
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

	/** An input that a model reads from the first `length` rows. */
	feed({ entry, head }: CacheRead, length: number): Tensor {
		return head === undefined ? this.#heads(entry, length) : this.#rows(entry, head, length);
	}

	/** Appends rows of an output, [heads, `given`, dim], after the first `length`: `rows` of them, from `first` on. */
	append(
		entry: string,
		{ name, tensor }: NamedOutput,
		length: number,
		{ first, rows, given }: AppendedRows,
	): void {
		const { heads, capacity, dim } = this.#spec;
		const { data, shape } = tensor;
		const sizes = shape.length === 4 ? shape.slice(1) : shape;
		if (sizes.join() !== [heads, given, dim].join() || !(data instanceof Float32Array)) {
			throw new OnevisionError(
				"shape-mismatch",
				`cache: ${name} is [${shape.join(", ")}], the rows to append are [${heads}, ${given}, ${dim}]`,
			);
		}
		const kept = this.#entry(entry);
		for (let head = 0; head < heads; head++) {
			const from = (head * given + first) * dim;
			kept.set(data.subarray(from, from + rows * dim), (head * capacity + length) * dim);
		}
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
}

interface NamedOutput {
	readonly name: string;
	readonly tensor: Tensor;
}

interface AppendedRows {
	readonly first: number;
	readonly rows: number;
	readonly given: number;
}

/** A sequence of a run: its cache, and the rows that count. */
export interface Sequence {
	readonly cache: RowCache;
	readonly length: number;
}

/** The inputs that a model reads from the caches of a run. Where it takes more sequences, the rest read almost nothing. */
export function cacheFeeds({ reads }: CacheBinding, sequences: readonly Sequence[]): Tensors {
	const feeds = Object.entries(reads).map(([input, read]) => {
		const own = sequences[read.sequence ?? 0];
		const { cache, length } = own ?? assertDefined(sequences[0], "a sequence");
		return [input, cache.feed(read, own === undefined ? Math.min(1, length) : length)] as const;
	});
	return Object.fromEntries(feeds);
}

/** Appends what a run adds: `rows` to its only sequence, or one to each of several. Returns the other outputs. */
export function appendRows(
	{ writes, sequences: given = 1 }: CacheBinding,
	sequences: readonly Sequence[],
	outputs: Tensors,
	rows: number,
): Tensors {
	const others = Object.entries(outputs).filter(([name, tensor]) => {
		const entry = Object.hasOwn(writes, name) ? writes[name] : undefined;
		if (entry === undefined) return true;
		for (const [index, { cache, length }] of sequences.entries()) {
			const part = given === 1 ? { first: 0, rows, given: rows } : { first: index, rows: 1, given };
			cache.append(entry, { name, tensor }, length, part);
		}
		return false;
	});
	return Object.fromEntries(others);
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
