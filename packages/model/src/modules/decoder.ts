/**
 * Decoders of the LLaMA form (LLaMA, Mistral, Qwen2): one step over any number of new tokens after any number of cached
 * ones. Prefill in chunks and decoding are the same graph. Source: transformers 5.18 models/llama, models/mistral,
 * models/qwen2 modeling files, with eager attention.
 *
 * Attention is in two parts, over the cache and over the new tokens, under one softmax. The cache is only read: what a
 * step returns is the keys and values of its new tokens.
 */

import { type Graph, ops, type Value } from "@onevision/graph";
import { ACTIVATIONS, type Activation, linear, rmsNorm } from "./layers.ts";
import { Scope } from "./scope.ts";

export interface DecoderShape {
	readonly layers: number;
	readonly hidden: number;
	readonly heads: number;
	/** Key-value heads; each is shared by heads / kvHeads query heads in a row. */
	readonly kvHeads: number;
	readonly headDim: number;
	readonly mlp: number;
	readonly vocabulary: number;
	/** Whether query, key and value projections have biases. */
	readonly attentionBias: boolean;
	/** Whether the output head is the embedding table. */
	readonly tiedEmbeddings: boolean;
	readonly activation: Activation;
	readonly epsilon: number;
	/** Base of the rotary embedding. */
	readonly ropeTheta: number;
}

/** Names of inputs and outputs of a step, of a layer and, for the cache, a key-value head. */
export const STEP = {
	embeddings: "embeddings",
	cos: "cos",
	sin: "sin",
	mask: "mask",
	rows: "rows",
	logits: "logits",
	pastKey: (layer: number, head: number) => `past_key.${layer}.${head}`,
	pastValue: (layer: number, head: number) => `past_value.${layer}.${head}`,
	key: (layer: number) => `key.${layer}`,
	value: (layer: number) => `value.${layer}`,
} as const;

/** Sizes of a step that are known when it runs, or numbers for a graph of fixed sizes. */
export interface StepSizes {
	/** New tokens. */
	readonly tokens: number | string;
	/** Cached tokens. */
	readonly past: number | string;
	/** `tokens` times the query heads of a key-value head. */
	readonly queries: number | string;
	/** Rows whose logits are asked for. */
	readonly rows: number | string;
}

/**
 * Outputs by name: `logits` [rows, vocabulary] of the chosen rows, and for each layer `key` and `value` [kvHeads, tokens,
 * headDim]. Inputs: `embeddings` [tokens, hidden]; `cos` and `sin` [tokens, 1, headDim]; `mask` [queries, tokens], added
 * to the scores of new tokens, a row for each query head of a group; `rows` int64; the cache, [past, headDim] each.
 */
export function decoderStep(graph: Graph, shape: DecoderShape, sizes: StepSizes): Record<string, Value> {
	const { hidden, headDim, vocabulary } = shape;
	const model = new Scope(graph, "language_model.");
	const inputs: StepInputs = {
		cos: graph.input(STEP.cos, "float32", [sizes.tokens, 1, headDim]),
		sin: graph.input(STEP.sin, "float32", [sizes.tokens, 1, headDim]),
		mask: graph.input(STEP.mask, "float32", [sizes.queries, sizes.tokens]),
		past: (name) => graph.input(name, "float32", [sizes.past, headDim]),
	};
	let x = graph.input(STEP.embeddings, "float32", [sizes.tokens, hidden]);
	const outputs: Record<string, Value> = {};
	for (let layer = 0; layer < shape.layers; layer++) {
		const scope = model.at("layers").at(layer);
		const normed = rmsNorm(x, scope, "input_layernorm", hidden, shape.epsilon);
		const { mixed, key, value } = attention(normed, scope.at("self_attn"), layer, shape, inputs);
		outputs[STEP.key(layer)] = key;
		outputs[STEP.value(layer)] = value;
		x = ops.Add(x, mixed);
		const inner = rmsNorm(x, scope, "post_attention_layernorm", hidden, shape.epsilon);
		x = ops.Add(x, gatedMlp(inner, scope.at("mlp"), shape));
	}
	const rows = ops.Gather(x, graph.input(STEP.rows, "int64", [sizes.rows]));
	const head = shape.tiedEmbeddings ? model.at("embed_tokens") : new Scope(graph, "lm_head.");
	const weight = head.parameter("weight", [vocabulary, hidden]);
	const logits = linear(rmsNorm(rows, model, "norm", hidden, shape.epsilon), { weight });
	return { [STEP.logits]: logits, ...outputs };
}

/** What every layer of a step reads. */
interface StepInputs {
	readonly cos: Value;
	readonly sin: Value;
	readonly mask: Value;
	past(name: string): Value;
}

interface Attended {
	/** [tokens, hidden] */
	readonly mixed: Value;
	/** New rows of the cache, [kvHeads, tokens, headDim]; keys are rotated. */
	readonly key: Value;
	readonly value: Value;
}

function attention(x: Value, scope: Scope, layer: number, shape: DecoderShape, inputs: StepInputs): Attended {
	const { hidden, heads, kvHeads, headDim, attentionBias } = shape;
	const group = heads / kvHeads;
	const project = (name: string, count: number): Value =>
		ops.Reshape(linear(x, scope.linear(name, hidden, count * headDim, attentionBias)), [-1, count, headDim]);
	const queries = rotated(project("q_proj", heads), inputs);
	const keys = rotated(project("k_proj", kvHeads), inputs);
	const values = project("v_proj", kvHeads);
	const scale = headDim ** -0.5;
	const byHead = perHead(ops.Reshape(queries, [-1, kvHeads, group * headDim]), kvHeads, headDim);
	const newKeys = perHead(keys, kvHeads, headDim);
	const newValues = perHead(values, kvHeads, headDim);
	const parts = byHead.map((query, head) => {
		const [newKey, newValue] = [newKeys[head], newValues[head]] as [Value, Value];
		const pastKey = inputs.past(STEP.pastKey(layer, head));
		const pastValue = inputs.past(STEP.pastValue(layer, head));
		// Rows are (token, query head of the group).
		const onPast = ops.Gemm(query, pastKey, undefined, { transB: 1, alpha: scale }); // [queries, past]
		const onNew = ops.Gemm(query, newKey, inputs.mask, { transB: 1, alpha: scale }); // [queries, tokens]
		const weights = ops.Softmax(ops.Concat([onPast, onNew], 1));
		const [pastWeights, newWeights] = splitLike(weights, pastKey, newKey);
		const mixed = ops.Add(ops.Gemm(pastWeights, pastValue), ops.Gemm(newWeights, newValue));
		return ops.Reshape(mixed, [-1, group * headDim]); // [tokens, group · headDim]
	});
	const merged = parts.length === 1 ? (parts[0] as Value) : ops.Concat(parts, 1);
	return {
		mixed: linear(merged, scope.linear("o_proj", heads * headDim, hidden, false)),
		key: ops.Transpose(keys, [1, 0, 2]),
		value: ops.Transpose(values, [1, 0, 2]),
	};
}

/** [tokens, kvHeads, …] to one [rows, headDim] for each key-value head. */
function perHead(x: Value, kvHeads: number, headDim: number): readonly Value[] {
	const parts = kvHeads === 1 ? [x] : ops.Split(x, new Array<number>(kvHeads).fill(1), 1);
	return parts.map((part) => ops.Reshape(part, [-1, headDim]));
}

/** Columns of `weights` for the rows of `first` and of `second`. */
function splitLike(weights: Value, first: Value, second: Value): readonly [Value, Value] {
	const rows = [first, second].map((each) => ops.Shape(each, { start: 0, end: 1 }));
	return ops.Split(weights, ops.Concat(rows, 0), 1) as unknown as readonly [Value, Value];
}

/** x·cos + rotateHalf(x)·sin over the last axis of [tokens, heads, headDim]. */
function rotated(x: Value, { cos, sin }: StepInputs): Value {
	const half = (cos.dims[2]?.size as number) / 2;
	const [low, high] = ops.Split(x, [half, half], 2) as unknown as [Value, Value];
	return ops.Add(ops.Mul(x, cos), ops.Mul(ops.Concat([ops.Neg(high), low], 2), sin));
}

function gatedMlp(x: Value, scope: Scope, { hidden, mlp, activation }: DecoderShape): Value {
	const gate = ACTIVATIONS[activation](linear(x, scope.linear("gate_proj", hidden, mlp, false)));
	const up = linear(x, scope.linear("up_proj", hidden, mlp, false));
	return linear(ops.Mul(gate, up), scope.linear("down_proj", mlp, hidden, false));
}
