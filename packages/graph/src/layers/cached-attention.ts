/**
 * Causal attention of decoders with rotary embedding: over a whole sequence for training, and with a cache of keys and
 * values for inference. A cache is only read; a run returns the rows to append (see node/cache.ts).
 *
 *     prefill   many new rows after any number of old ones: GroupQueryAttention over the past as one tensor
 *     decode    one new row, or one of each of several sequences: softmax over [q·Kᵀ, q·k′], split again at the past's
 *               end, both products added; each head's past is an input of its own, read where it lies, so that nothing of
 *               it is copied for a token
 */

import { assertDefined, OnevisionError } from "@onevision/base";
import type { CacheBinding, CacheRead } from "../cache-binding.ts";
import {
	Add,
	Cast,
	Concat,
	Gemm,
	GroupQueryAttention,
	Reshape,
	RotaryEmbedding,
	Shape,
	Softmax,
	Split,
	Sub,
	Transpose,
} from "../ops.ts";
import type { Graph, Value } from "../value.ts";
import { attention, mergeHeads, splitHeads } from "./attention.ts";
import type { DecoderAttention } from "./blocks.ts";

/** Heads of a decoder. */
export interface AttentionHeads {
	readonly heads: number;
	/** A divisor of `heads`: each is shared by heads / kvHeads query heads in a row. */
	readonly kvHeads: number;
	/** Elements of a head. */
	readonly dim: number;
}

/** Cosines and sines of the angles of every row, [batch, seq, dim/2], whatever the positions are. */
export interface RotaryTables {
	readonly cos: Value;
	readonly sin: Value;
}

/** Attention that reads and extends a cache. */
export interface CachedAttention {
	readonly attention: DecoderAttention;
	/** Outputs of the model to add to its own: the rows to append, [kvHeads, seq, dim] for each layer. */
	readonly outputs: Readonly<Record<string, Value>>;
	/** Entries `key.LAYER` and `value.LAYER`; complete when every layer is built. */
	readonly binding: CacheBinding;
}

/**
 * Attention of a sequence to itself, of standard operators, without a cache. Shapes are static. It is causal, unless a
 * `mask` says what attends to what: 0 or `MASKED`, broadcasting to [batch, heads, seq, seq].
 */
export function trainingAttention(
	{ heads, kvHeads }: AttentionHeads,
	{ cos, sin }: RotaryTables,
	mask?: Value,
): DecoderAttention {
	const options = mask === undefined ? ({ kind: "causal" } as const) : { mask };
	return (query, key, value) => {
		const q = RotaryEmbedding(splitHeads(query, heads), cos, sin);
		const k = RotaryEmbedding(splitHeads(key, kvHeads), cos, sin);
		return mergeHeads(attention(q, k, splitHeads(value, kvHeads), options));
	};
}

/** The entries of a cache that `layers` layers need. */
export function cacheEntries(layers: number): string[] {
	return Array.from({ length: layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();
}

/**
 * Attention of new rows, [1, seq, …], to a past of any length, also none. Its inputs are `past_key.LAYER` and
 * `past_value.LAYER`, [1, kvHeads, past, dim]. onnxruntime takes heads whose `dim` is a multiple of 8.
 */
export function prefillAttention(graph: Graph, sizes: AttentionHeads, tables: RotaryTables): CachedAttention {
	const { heads, kvHeads, dim } = sizes;
	const cache = new CacheBuilder(graph, sizes);
	return cache.with((query, key, value, layer) => {
		const rotated = rotate(key, kvHeads, tables);
		cache.append(layer, rotated, value);
		const [pastKey, pastValue] = ["key", "value"].map((part) => cache.whole(`${part}.${layer}`)) as [
			Value,
			Value,
		];
		const rows = Add(Shape(pastKey, { start: 2, end: 3 }), Shape(query, { start: 1, end: 2 }));
		const total = Cast(rows, "int32");
		const lastIndices = Cast(Sub(rows, graph.ints([1])), "int32");
		return GroupQueryAttention(
			rotate(query, heads, tables),
			rotated,
			value,
			{ pastKey, pastValue, lastIndices, total },
			{ num_heads: heads, kv_num_heads: kvHeads, scale: 1 / Math.sqrt(dim) },
		).output;
	});
}

export interface DecodeOptions {
	/** Default 1. */
	readonly sequences?: number;
	/** Adds outputs `weights.LAYER`, [heads, past + 1]: what the new row attends to, of one sequence (default false). */
	readonly keepsWeights?: boolean;
}

/**
 * Attention of one new row for each of `sequences`, [1, sequences, …], to a past of any length of its own. Inputs are
 * `past_key.LAYER.HEAD` and `past_value.LAYER.HEAD`, [past, dim], of several sequences with `.SEQUENCE` behind.
 */
export function decodeAttention(
	graph: Graph,
	sizes: AttentionHeads,
	tables: RotaryTables,
	{ sequences = 1, keepsWeights = false }: DecodeOptions = {},
): CachedAttention {
	const { heads, kvHeads, dim } = sizes;
	const cache = new CacheBuilder(graph, sizes, sequences);
	const group = heads / kvHeads;
	/** Rows of each sequence's heads, [rows, dim], one sequence after the other. */
	const byHead = (x: Value, rows: number) => {
		const count = sequences * kvHeads;
		const split = Reshape(x, [count * rows, dim]);
		return count === 1 ? [split] : Split(split, new Array<number>(count).fill(rows), 0);
	};
	return cache.with((query, key, value, layer) => {
		if (query.dims[1]?.size !== sequences)
			throw new OnevisionError("shape-mismatch", `decodeAttention: takes ${sequences} rows at a time`);
		const rotated = rotate(key, kvHeads, tables);
		cache.append(layer, rotated, value);
		const [queries, keys, values] = [
			byHead(rotate(query, heads, tables), group),
			byHead(rotated, 1),
			byHead(value, 1),
		];
		const kept: Value[] = [];
		const mixed = queries.map((q, index) => {
			const [sequence, head] = [Math.floor(index / kvHeads), index % kvHeads];
			const [ownKey, ownValue] = [keys[index], values[index]].map((row) =>
				assertDefined(row, "a head's row"),
			) as [Value, Value];
			const [pastKey, pastValue] = ["key", "value"].map((part) =>
				cache.head(`${part}.${layer}`, head, sequence),
			) as [Value, Value];
			const scores = [pastKey, ownKey].map((rows) =>
				Gemm(q, rows, undefined, { transB: 1, alpha: 1 / Math.sqrt(dim) }),
			);
			const sizesOfParts = Concat([Shape(pastKey, { end: 1 }), graph.ints([1])], 0);
			const weights = Softmax(Concat(scores, 1));
			if (keepsWeights) kept.push(weights);
			const [before, own] = Split(weights, sizesOfParts, 1) as [Value, Value];
			return Gemm(before, pastValue, Gemm(own, ownValue));
		});
		if (keepsWeights)
			cache.output(`weights.${layer}`, kept.length === 1 ? (kept[0] as Value) : Concat(kept, 0));
		return Reshape(mixed.length === 1 ? (mixed[0] as Value) : Concat(mixed, 0), [1, sequences, heads * dim]);
	});
}

function rotate(x: Value, heads: number, { cos, sin }: RotaryTables): Value {
	return RotaryEmbedding(x, cos, sin, undefined, { num_heads: heads });
}

/** Inputs and outputs of a cache, and how they are bound to its entries. */
class CacheBuilder {
	readonly #graph: Graph;
	readonly #sizes: AttentionHeads;
	readonly #outputs: Record<string, Value> = {};
	readonly #sequences: number;
	readonly #reads: Record<string, CacheRead> = {};
	readonly #writes: Record<string, string> = {};

	constructor(graph: Graph, sizes: AttentionHeads, sequences = 1) {
		this.#graph = graph;
		this.#sizes = sizes;
		this.#sequences = sequences;
	}

	with(attend: DecoderAttention): CachedAttention {
		return {
			attention: attend,
			outputs: this.#outputs,
			binding: {
				...{ reads: this.#reads, writes: this.#writes },
				...(this.#sequences === 1 ? {} : { sequences: this.#sequences }),
			},
		};
	}

	whole(entry: string): Value {
		const { kvHeads, dim } = this.#sizes;
		const name = `past_${entry}`;
		this.#reads[name] = { entry };
		return this.#graph.input(name, "float32", [1, kvHeads, "past", dim]);
	}

	head(entry: string, head: number, sequence: number): Value {
		const isOne = this.#sequences === 1;
		const name = `past_${entry}.${head}${isOne ? "" : `.${sequence}`}`;
		this.#reads[name] = { entry, head, ...(isOne ? {} : { sequence }) };
		return this.#graph.input(name, "float32", [isOne ? "past" : `past${sequence}`, this.#sizes.dim]);
	}

	/** An output that goes into no entry. */
	output(name: string, value: Value): void {
		this.#outputs[name] = value;
	}

	/** Adds outputs for the new rows, [1, seq, kvHeads·dim] each. */
	append(layer: number, key: Value, value: Value): void {
		for (const [entry, rows] of [[`key.${layer}`, key] as const, [`value.${layer}`, value] as const]) {
			const { kvHeads, dim } = this.#sizes;
			const seq = assertDefined(rows.dims[1], "the rows of a sequence");
			const split = Reshape(rows, [seq, kvHeads, dim]);
			this.#outputs[`new_${entry}`] = Transpose(split, [1, 0, 2]);
			this.#writes[`new_${entry}`] = entry;
		}
	}
}
