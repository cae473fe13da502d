/**
 * Decoders of the LLaMA form (LLaMA, Mistral, Qwen2, Qwen2.5-VL): for inference as two graphs over one cache, many new tokens and one;
 * for training over whole sequences. Source: transformers 5.18 models/llama, models/mistral, models/qwen2, models/qwen2_5_vl modeling files.
 */

import {
	type Activation,
	type CacheBinding,
	type CachedAttention,
	type DecodeOptions,
	type DecoderAttention,
	type DecoderBlockWeights,
	decodeAttention,
	decoderBlock,
	type Graph,
	type LayerForm,
	normalize,
	ops,
	prefillAttention,
	project,
	type Residual,
	type RotaryTables,
	sumOf,
	trainingAttention,
	type Value,
} from "@onevision/graph";
import type { Scope } from "./scope.ts";

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
	/** Which of a token's positions each rotary frequency takes. Absent: a token has one. */
	readonly rotaryAxes?: readonly number[];
}

/** Names of inputs and of the output. */
export const STEP = {
	embeddings: "embeddings",
	cos: "cos",
	sin: "sin",
	rows: "rows",
	logits: "logits",
} as const;

/** A graph that reads and extends a cache. */
export interface StepGraph {
	readonly outputs: Readonly<Record<string, Value>>;
	readonly binding: CacheBinding;
}

/**
 * Any number of new tokens after any number of cached ones. Inputs: `embeddings` [1, tokens, hidden], `cos` and `sin`
 * [1, tokens, headDim / 2], `rows` int64, the tokens whose `logits` [1, rows, vocabulary] are asked for.
 */
export function prefillStep(scope: Scope, shape: DecoderShape): StepGraph {
	const { graph } = scope;
	const tables = rotaryInputs(graph, shape, "tokens");
	const attention = prefillAttention(graph, headsOf(shape), tables);
	const stream = layers(embeddingsInput(graph, shape, "tokens"), scope, shape, attention.attention, "fused");
	const rows = ops.Gather(sumOf(stream), graph.input(STEP.rows, "int64", ["rows"]), 1);
	return stepOf(logits(rows, scope, shape, "fused"), attention);
}

/**
 * One new token of each of several sequences, after any number of cached ones: inputs as for `prefillStep` without `rows`,
 * `logits` [1, sequences, vocabulary]. With `keepsWeights`, also what the token of one sequence attends to in each layer.
 */
export function decodeStep(scope: Scope, shape: DecoderShape, options: DecodeOptions = {}): StepGraph {
	const { graph } = scope;
	const { sequences = 1 } = options;
	const tables = rotaryInputs(graph, shape, sequences);
	const attention = decodeAttention(graph, headsOf(shape), tables, options);
	const input = embeddingsInput(graph, shape, sequences);
	const stream = layers(input, scope, shape, attention.attention, "fused");
	return stepOf(logits(sumOf(stream), scope, shape, "fused"), attention);
}

/** What whole sequences are trained on. */
export interface TrainingRows {
	/** [sequences, length, hidden] */
	readonly embeddings: Value;
	/** Of every row, [sequences, length, headDim / 2]. */
	readonly tables: RotaryTables;
	/** What attends to what, [sequences, 1, length, length]. */
	readonly mask: Value;
	/** int64 [answers]: the rows whose logits are asked for, counted through all sequences. */
	readonly answers: Value;
}

/** Logits [answers, vocabulary] of rows of whole sequences, with gradients. */
export function trainingLogits(rows: TrainingRows, scope: Scope, shape: DecoderShape): Value {
	const { embeddings, tables, mask, answers } = rows;
	const attention = trainingAttention(headsOf(shape), tables, mask);
	const stream = sumOf(layers(embeddings, scope, shape, attention, "standard"));
	const [sequences = 0, length = 0, width = 0] = stream.shape;
	const asked = ops.Gather(ops.Reshape(stream, [sequences * length, width]), answers, 0);
	return logits(asked, scope, shape, "standard");
}

function stepOf(output: Value, { outputs, binding }: CachedAttention): StepGraph {
	return { outputs: { [STEP.logits]: output, ...outputs }, binding };
}

function headsOf({ heads, kvHeads, headDim: dim }: DecoderShape) {
	return { heads, kvHeads, dim };
}

function rotaryInputs(graph: Graph, { headDim }: DecoderShape, tokens: number | string): RotaryTables {
	const input = (name: string) => graph.input(name, "float32", [1, tokens, headDim / 2]);
	return { cos: input(STEP.cos), sin: input(STEP.sin) };
}

function embeddingsInput(graph: Graph, { hidden }: DecoderShape, tokens: number | string): Value {
	return graph.input(STEP.embeddings, "float32", [1, tokens, hidden]);
}

function layers(
	embeddings: Value,
	scope: Scope,
	shape: DecoderShape,
	attention: DecoderAttention,
	form: LayerForm,
): Residual {
	const { activation } = shape;
	const model = scope.at("language_model");
	let stream: Residual = { x: embeddings };
	for (let layer = 0; layer < shape.layers; layer++) {
		const weights = blockWeights(model.at("layers").at(layer), shape);
		stream = decoderBlock(stream, weights, { layer, activation, form, attention });
	}
	return stream;
}

/** The table of token embeddings, [vocabulary, hidden]: read beside the graphs for inference, a parameter in training. */
export function tokenEmbeddings(scope: Scope, { vocabulary, hidden }: DecoderShape): Value {
	return scope.at("language_model").at("embed_tokens").parameter("weight", [vocabulary, hidden]);
}

function logits(
	x: Value,
	scope: Scope,
	{ hidden, vocabulary, epsilon, tiedEmbeddings }: DecoderShape,
	form: LayerForm,
): Value {
	const model = scope.at("language_model");
	const { normalized } = normalize({ x }, model.rmsNorm("norm", hidden, epsilon), form);
	const sizes = { inputs: hidden, outputs: vocabulary, hasBias: false };
	return project(
		normalized,
		tiedEmbeddings ? model.linear("embed_tokens", sizes) : scope.linear("lm_head", sizes),
	);
}

function blockWeights(scope: Scope, shape: DecoderShape): DecoderBlockWeights {
	const { hidden, mlp, heads, kvHeads, headDim, attentionBias: hasBias, epsilon } = shape;
	const [attention, feedForward] = [scope.at("self_attn"), scope.at("mlp")];
	const [inner, shared] = [heads * headDim, kvHeads * headDim];
	return {
		norm1: scope.rmsNorm("input_layernorm", hidden, epsilon),
		query: attention.linear("q_proj", { inputs: hidden, outputs: inner, hasBias }),
		key: attention.linear("k_proj", { inputs: hidden, outputs: shared, hasBias }),
		value: attention.linear("v_proj", { inputs: hidden, outputs: shared, hasBias }),
		out: attention.linear("o_proj", { inputs: inner, outputs: hidden, hasBias: false }),
		norm2: scope.rmsNorm("post_attention_layernorm", hidden, epsilon),
		gate: feedForward.linear("gate_proj", { inputs: hidden, outputs: mlp, hasBias: false }),
		up: feedForward.linear("up_proj", { inputs: hidden, outputs: mlp, hasBias: false }),
		down: feedForward.linear("down_proj", { inputs: mlp, outputs: hidden, hasBias: false }),
	};
}
