/**
 * Scaled dot-product attention (Vaswani et al. 2017, section 3.2.1) with causal, prefix and custom masks, grouped
 * key-value heads (Ainslie et al. 2023), and rotary position embedding (Su et al. 2021, in the rotate-half form of
 * GPT-NeoX that LLaMA and Qwen use).
 */

import { float32, OnevisionError, type Tensor } from "@onevision/base";
import { divideExtents, multiplyExtents } from "../extent.ts";
import { Add, Concat, Expand, MatMul, Mul, Neg, Reshape, Slice, Softmax, Split, Transpose } from "../ops.ts";
import { formatDims } from "../shape.ts";
import type { Graph, Value } from "../value.ts";

/** Added to a masked score: exp is 0 relative to any other score. */
export const MASKED = -1e30;

/**
 * An additive mask [queries, keys]: 0 where a query attends, `MASKED` elsewhere. The queries are the last positions of
 * the keys. A query attends to keys up to its own position, and to all of the first `prefix` keys.
 */
export function causalMask(queries: number, keys: number, prefix = 0): Tensor {
	const first = keys - queries;
	const values = Float32Array.from({ length: queries * keys }, (_, i) => {
		const key = i % keys;
		return key < prefix || key <= first + Math.floor(i / keys) ? 0 : MASKED;
	});
	return float32([queries, keys], values);
}

export interface AttentionOptions {
	/** `full` (default), or `causal`: a query attends to keys up to its own position. */
	readonly kind?: "full" | "causal";
	/** With `causal`: every query attends to the first `prefix` keys (default 0). */
	readonly prefix?: number;
	/** Added to the scores; broadcasts to [batch, heads, queries, keys]. */
	readonly mask?: Value;
	/** Factor of the scores (default 1/√dim). */
	readonly scale?: number;
}

/**
 * Attention of queries [batch, heads, queries, dim] to keys [batch, kvHeads, keys, dim] and values
 * [batch, kvHeads, keys, valueDim]; heads are a multiple of kvHeads. Returns [batch, heads, queries, valueDim].
 * Throws `shape-mismatch`, or `invalid-input` for a prefix without causal attention.
 */
export function attention(q: Value, k: Value, v: Value, options: AttentionOptions = {}): Value {
	const { kind = "full", prefix = 0, mask } = options;
	if (prefix !== 0 && kind !== "causal") {
		throw new OnevisionError("invalid-input", `attention: prefix ${prefix} needs kind "causal", got ${kind}`);
	}
	const [heads = 0, queries = 0] = q.shape.slice(1);
	const keys = k.shape[2] ?? 0;
	const [key, value] = [repeatHeads(k, heads), repeatHeads(v, heads)];
	const plain = kind === "causal" && prefix === 0 && mask === undefined && queries === keys;
	return plain && queries >= MIN_HALVED && queries % 2 === 0
		? halved(q, key, value, options)
		: attended(q, key, value, options);
}

/** Fewest queries for which causal attention is computed in halves. */
const MIN_HALVED = 256;

/** The first half of the queries attends to the first half of the keys alone, which skips a quarter of the scores. */
function halved(q: Value, k: Value, v: Value, options: AttentionOptions): Value {
	const half = (q.shape[2] ?? 0) / 2;
	const [first, second] = Split(q, [half, half], 2) as [Value, Value];
	const [earlyKeys, earlyValues] = [k, v].map((each) => Slice(each, [{ axis: 2, start: 0, end: half }])) as [
		Value,
		Value,
	];
	return Concat([attention(first, earlyKeys, earlyValues, options), attended(second, k, v, options)], 2);
}

/** softmax(scale·Q·Kᵀ + masks)·V with equally many heads of queries and keys. */
function attended(
	q: Value,
	k: Value,
	v: Value,
	{ kind = "full", prefix = 0, mask, scale }: AttentionOptions,
) {
	const [queries = 0, dim = 1] = q.shape.slice(2);
	const factor = scale ?? 1 / Math.sqrt(dim);
	const scores = MatMul(Mul(q, factor), Transpose(k, [0, 1, 3, 2]));
	const causal = kind === "causal" ? causalConstant(q.graph, queries, k.shape[2] ?? 0, prefix) : undefined;
	const masked = [causal, mask].reduce<Value>((sum, each) => (each ? Add(sum, each) : sum), scores);
	return MatMul(Softmax(masked), v);
}

/** Causal masks by graph, shared by its layers. */
const causalConstants = new WeakMap<Graph, Map<string, Value>>();

function causalConstant(graph: Graph, queries: number, keys: number, prefix: number): Value {
	const known = causalConstants.get(graph) ?? new Map<string, Value>();
	causalConstants.set(graph, known);
	const key = `${queries} ${keys} ${prefix}`;
	const mask = known.get(key) ?? graph.constant(causalMask(queries, keys, prefix));
	known.set(key, mask);
	return mask;
}

/** Repeats each key-value head for the query heads that share it. */
function repeatHeads(x: Value, heads: number): Value {
	const [batch = 0, own = 0, rows = 0, dim = 0] = x.shape;
	if (own === heads) return x;
	if (own === 0 || heads % own !== 0) {
		throw new OnevisionError(
			"shape-mismatch",
			`attention: ${heads} query heads are not a multiple of the heads of ${formatDims(x.dims)}`,
		);
	}
	const repeated = Expand(Reshape(x, [batch, own, 1, rows, dim]), [batch, own, heads / own, rows, dim]);
	return Reshape(repeated, [batch, heads, rows, dim]);
}

/** [batch, seq, heads·dim] to [batch, heads, seq, dim]. */
export function splitHeads(x: Value, heads: number): Value {
	const [batch = 0, seq = 0, width] = x.dims;
	const dim = divideExtents(width?.size ?? 0, heads);
	if (x.dims.length !== 3 || dim === undefined) {
		throw new OnevisionError(
			"shape-mismatch",
			`splitHeads: ${formatDims(x.dims)} is not [batch, seq, width] with a width of ${heads} heads`,
		);
	}
	return Transpose(Reshape(x, [batch, seq, heads, dim]), [0, 2, 1, 3]);
}

/** [batch, heads, seq, dim] to [batch, seq, heads·dim]. */
export function mergeHeads(x: Value): Value {
	const [batch = 0, heads, seq = 0, dim] = x.dims;
	const width = multiplyExtents(heads?.size ?? 0, dim?.size ?? 0);
	return Reshape(Transpose(x, [0, 2, 1, 3]), [batch, seq, width]);
}

/**
 * Rotates pairs (i, i + dim/2) of the last axis by position: x·cos + rotateHalf(x)·sin. `cos` and `sin` broadcast to
 * `x`, for example [seq, dim] to [batch, heads, seq, dim]; `rotaryTables` makes them.
 */
export function rotaryEmbedding(x: Value, cos: Value, sin: Value): Value {
	const dim = x.dims.at(-1)?.size ?? 0;
	if (typeof dim !== "number" || dim % 2 !== 0) {
		throw new OnevisionError(
			"shape-mismatch",
			`rotaryEmbedding: the last axis of ${formatDims(x.dims)} must be even`,
		);
	}
	const [low, high] = Split(x, [dim / 2, dim / 2], x.dims.length - 1) as [Value, Value];
	const rotated = Concat([Neg(high), low], x.dims.length - 1);
	return Add(Mul(x, cos), Mul(rotated, sin));
}

/** Cosines and sines for positions 0 to `length` − 1, each [length, dim]; angles are position · base^(−2i/dim). */
export function rotaryTables(length: number, dim: number, base = 10_000): { cos: Tensor; sin: Tensor } {
	const angle = (i: number) => Math.floor(i / dim) * base ** ((-2 * (i % (dim / 2))) / dim);
	const angles = Float64Array.from({ length: length * dim }, (_, i) => angle(i));
	return {
		cos: float32([length, dim], angles.map(Math.cos)),
		sin: float32([length, dim], angles.map(Math.sin)),
	};
}
