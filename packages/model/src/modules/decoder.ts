/**
 * Decoders of the LLaMA form (LLaMA, Mistral, Qwen2), as two graphs over one cache: many new tokens, and one. Source:
 * transformers 5.18 models/llama, models/mistral, models/qwen2 modeling files.
 */

import {
	type Activation,
	type CacheBinding,
	type CachedAttention,
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
	const stream = layers(scope, shape, "tokens", attention);
	const rows = ops.Gather(sumOf(stream), graph.input(STEP.rows, "int64", ["rows"]), 1);
	return stepOf(logits(rows, scope, shape), attention);
}

/** One new token after any number of cached ones: inputs as for `prefillStep` without `rows`, `logits` [1, 1, vocabulary]. */
export function decodeStep(scope: Scope, shape: DecoderShape): StepGraph {
	const tables = rotaryInputs(scope.graph, shape, 1);
	const attention = decodeAttention(scope.graph, headsOf(shape), tables);
	const stream = layers(scope, shape, 1, attention);
	return stepOf(logits(sumOf(stream), scope, shape), attention);
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

/** Form of the operators: a cache is for inference alone. */
const FORM: LayerForm = "fused";

function layers(
	scope: Scope,
	shape: DecoderShape,
	tokens: number | string,
	{ attention }: CachedAttention,
): Residual {
	const { activation } = shape;
	const model = scope.at("language_model");
	let stream: Residual = {
		x: scope.graph.input(STEP.embeddings, "float32", [1, tokens, shape.hidden]),
	};
	for (let layer = 0; layer < shape.layers; layer++) {
		const weights = blockWeights(model.at("layers").at(layer), shape);
		stream = decoderBlock(stream, weights, { layer, activation, form: FORM, attention });
	}
	return stream;
}

function logits(
	x: Value,
	scope: Scope,
	{ hidden, vocabulary, epsilon, tiedEmbeddings }: DecoderShape,
): Value {
	const model = scope.at("language_model");
	const { normalized } = normalize({ x }, model.rmsNorm("norm", hidden, epsilon), FORM);
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
