/**
 * Causal attention of decoders with rotary embedding: over a whole sequence for training, and with a cache of keys and
 * values for inference. A cache is only read; a run returns the rows to append (see node/cache.ts).
 *
 *     prefill   many new rows after any number of old ones: GroupQueryAttention over the past as one tensor
 *     decode    one new row: softmax over [q·Kᵀ, q·k′], split again at the past's end, both products added; each head's
 *               past is an input of its own, read where it lies, so that nothing of it is copied for a token
 */

import { assertDefined, OnevisionError } from "@onevision/base";
import type { CacheBinding } from "../cache-binding.ts";
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

/**
 * Attention of one new row, [1, 1, …], to a past of any length. Its inputs are `past_key.LAYER.HEAD` and
 * `past_value.LAYER.HEAD`, [past, dim].
 */
export function decodeAttention(graph: Graph, sizes: AttentionHeads, tables: RotaryTables): CachedAttention {
	const { heads, kvHeads, dim } = sizes;
	const cache = new CacheBuilder(graph, sizes);
	const group = heads / kvHeads;
	const byHead = (x: Value, rows: number) => {
		const split = Reshape(x, [kvHeads * rows, dim]);
		return kvHeads === 1 ? [split] : Split(split, new Array<number>(kvHeads).fill(rows), 0);
	};
	return cache.with((query, key, value, layer) => {
		if (query.dims[1]?.size !== 1)
			throw new OnevisionError("shape-mismatch", "decodeAttention: takes one row at a time");
		const rotated = rotate(key, kvHeads, tables);
		cache.append(layer, rotated, value);
		const [queries, keys, values] = [
			byHead(rotate(query, heads, tables), group),
			byHead(rotated, 1),
			byHead(value, 1),
		];
		const mixed = queries.map((q, head) => {
			const [ownKey, ownValue] = [keys[head], values[head]].map((row) =>
				assertDefined(row, "a head's row"),
			) as [Value, Value];
			const [pastKey, pastValue] = ["key", "value"].map((part) => cache.head(`${part}.${layer}`, head)) as [
				Value,
				Value,
			];
			const scores = [pastKey, ownKey].map((rows) =>
				Gemm(q, rows, undefined, { transB: 1, alpha: 1 / Math.sqrt(dim) }),
			);
			const sizesOfParts = Concat([Shape(pastKey, { end: 1 }), graph.ints([1])], 0);
			const [before, own] = Split(Softmax(Concat(scores, 1)), sizesOfParts, 1) as [Value, Value];
			return Gemm(before, pastValue, Gemm(own, ownValue));
		});
		return Reshape(mixed.length === 1 ? (mixed[0] as Value) : Concat(mixed, 0), [1, 1, heads * dim]);
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
	readonly #reads: Record<string, { entry: string; head?: number }> = {};
	readonly #writes: Record<string, string> = {};

	constructor(graph: Graph, sizes: AttentionHeads) {
		this.#graph = graph;
		this.#sizes = sizes;
	}

	with(attend: DecoderAttention): CachedAttention {
		return {
			attention: attend,
			outputs: this.#outputs,
			binding: { reads: this.#reads, writes: this.#writes },
		};
	}

	whole(entry: string): Value {
		const { kvHeads, dim } = this.#sizes;
		const name = `past_${entry}`;
		this.#reads[name] = { entry };
		return this.#graph.input(name, "float32", [1, kvHeads, "past", dim]);
	}

	head(entry: string, head: number): Value {
		const name = `past_${entry}.${head}`;
		this.#reads[name] = { entry, head };
		return this.#graph.input(name, "float32", ["past", this.#sizes.dim]);
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
