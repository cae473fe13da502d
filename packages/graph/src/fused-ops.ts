/**
 * Operators of transformers as functions under their ONNX names: rotary embedding of opset 23, and onnxruntime's own fused
 * operators (domain `com.microsoft`), which only it runs. Fused ones have no gradient: for training, build the layer of
 * standard operators (`layers/`). All throw `shape-mismatch` or `invalid-input` when the inputs do not fit.
 */

import { assertDefined } from "@onevision/base";
import type { AttributesOf } from "./operators.ts";
import type { Value } from "./value.ts";

/**
 * Rotates pairs of the last axis by position: of [batch, heads, seq, dim], or of [batch, seq, heads·dim] with `num_heads`.
 * Pairs are (i, i + dim/2), or (2i, 2i + 1) with `interleaved`. `cos` and `sin` are [positions, dim/2], of which `positions`
 * [batch, seq] takes rows, or [batch, seq, dim/2] without it.
 */
export function RotaryEmbedding(
	x: Value,
	cos: Value,
	sin: Value,
	positions?: Value,
	attributes: AttributesOf<"RotaryEmbedding"> = {},
): Value {
	return x.graph.op(
		"RotaryEmbedding",
		positions === undefined ? [x, cos, sin] : [x, cos, sin, positions],
		attributes,
	);
}

/** The tanh approximation of Gelu, of x + bias; faster in onnxruntime than `Gelu` with `approximate: "tanh"`. */
export function FastGelu(x: Value, bias?: Value): Value {
	return x.graph.op("FastGelu", bias === undefined ? [x] : [x, bias]);
}

/** x·σ(alpha·x), alpha 1.702 by default: the activation of CLIP. */
export function QuickGelu(x: Value, attributes: AttributesOf<"QuickGelu"> = {}): Value {
	return x.graph.op("QuickGelu", [x], attributes);
}

/** A normalized sum, and the sum itself. */
export interface NormalizedSum {
	readonly normalized: Value;
	readonly sum: Value;
}

function normalizedSum(outputs: readonly Value[]): NormalizedSum {
	return {
		normalized: assertDefined(outputs[0], "the normalized sum"),
		sum: assertDefined(outputs[3], "the sum"),
	};
}

/** LayerNormalization of x + skip over the last axis, both [batch, seq, width]; scale and bias are [width]. */
export function SkipLayerNormalization(
	x: Value,
	skip: Value,
	scale: Value,
	bias?: Value,
	attributes: AttributesOf<"SkipLayerNormalization"> = {},
): NormalizedSum {
	const inputs = bias === undefined ? [x, skip, scale] : [x, skip, scale, bias];
	return normalizedSum(x.graph.node("SkipLayerNormalization", inputs, attributes));
}

/** RMSNormalization of x + skip over the last axis, both [batch, seq, width]; scale is [width]. */
export function SkipSimplifiedLayerNormalization(
	x: Value,
	skip: Value,
	scale: Value,
	attributes: AttributesOf<"SkipSimplifiedLayerNormalization"> = {},
): NormalizedSum {
	return normalizedSum(x.graph.node("SkipSimplifiedLayerNormalization", [x, skip, scale], attributes));
}

/** Inputs of MultiHeadAttention that may be left out. */
export interface MultiHeadAttentionInputs {
	/** Added to query, key and value: the three one after the other. */
	readonly bias?: Value;
	/** Added to the scores: [batch or 1, heads or 1, queries, keys]. Never −∞: a row without a key would be NaN. */
	readonly attentionBias?: Value;
}

/**
 * Attention of queries [batch, queries, heads·dim] to keys [batch, keys, heads·dim] and values [batch, keys, heads·valueDim];
 * returns [batch, queries, heads·valueDim]. Scores are scaled by `scale` (default 1/√dim).
 */
export function MultiHeadAttention(
	query: Value,
	key: Value,
	value: Value,
	attributes: AttributesOf<"MultiHeadAttention"> & { readonly num_heads: number },
	{ bias, attentionBias }: MultiHeadAttentionInputs = {},
): Value {
	const inputs = [query, key, value, bias, undefined, attentionBias];
	while (inputs.at(-1) === undefined) inputs.pop();
	return query.graph.op("MultiHeadAttention", inputs, attributes);
}

/** What GroupQueryAttention needs besides the new rows. */
export interface GroupQueryAttentionInputs {
	/** Rows of earlier runs, [batch, kvHeads, past, dim]. */
	readonly pastKey: Value;
	readonly pastValue: Value;
	/** int32 [batch]: all rows, old and new, less one. One too small gives wrong results without an error. */
	readonly lastIndices: Value;
	/** int32 scalar: all rows, old and new, of the longest sequence. */
	readonly total: Value;
	/** With `do_rotary`: [positions, dim/2]. */
	readonly cos?: Value;
	readonly sin?: Value;
}

/** Attention, and all rows to be the past of the next run. */
export interface GroupQueryAttentionOutputs {
	/** [batch, seq, heads·dim]. */
	readonly output: Value;
	/** [batch, kvHeads, past + seq, dim]. */
	readonly presentKey: Value;
	readonly presentValue: Value;
}

/**
 * Causal attention with a past and grouped key-value heads: query [batch, seq, heads·dim], key and value
 * [batch, seq, kvHeads·dim]. onnxruntime wants a `dim` that is a multiple of 8, of 16 with `do_rotary`.
 */
export function GroupQueryAttention(
	query: Value,
	key: Value,
	value: Value,
	{ pastKey, pastValue, lastIndices, total, cos, sin }: GroupQueryAttentionInputs,
	attributes: AttributesOf<"GroupQueryAttention"> & {
		readonly num_heads: number;
		readonly kv_num_heads: number;
	},
): GroupQueryAttentionOutputs {
	const inputs = [query, key, value, pastKey, pastValue, lastIndices, total, cos, sin];
	while (inputs.at(-1) === undefined) inputs.pop();
	const outputs = query.graph.node("GroupQueryAttention", inputs, attributes);
	return {
		output: assertDefined(outputs[0], "attention"),
		presentKey: assertDefined(outputs[1], "keys"),
		presentValue: assertDefined(outputs[2], "values"),
	};
}

/**
 * x·Wᵀ + bias for a weight in blocks of `block_size` along its inputs: `weight` uint8 [N, blocks, block_size·bits/8], low
 * bits first, `scales` [N, blocks]; a stored q stands for (q − 2^(bits − 1))·scale. x is [.., K], the result [.., N]; K need
 * not be a multiple of the block. `accuracy_level: 4` also rounds x to int8, per block.
 */
export function MatMulNBits(
	x: Value,
	weight: Value,
	scales: Value,
	attributes: AttributesOf<"MatMulNBits"> & { readonly K: number; readonly N: number; readonly bits: number },
	bias?: Value,
): Value {
	const inputs = bias === undefined ? [x, weight, scales] : [x, weight, scales, undefined, undefined, bias];
	return x.graph.op("MatMulNBits", inputs, attributes);
}

/**
 * x·W + bias for an int8 or uint8 weight [in, out] with a scale for each column, or one: x is rounded to uint8 over its
 * whole range, one scale for all of it.
 */
export function DynamicQuantizeMatMul(
	x: Value,
	weight: Value,
	scale: Value,
	zeroPoint?: Value,
	bias?: Value,
): Value {
	const inputs = [x, weight, scale, zeroPoint, bias];
	while (inputs.at(-1) === undefined) inputs.pop();
	return x.graph.op("DynamicQuantizeMatMul", inputs);
}
