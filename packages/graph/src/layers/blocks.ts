/**
 * Transformer blocks, one definition each for training and for inference. In the `standard` form they are of ONNX's own
 * operators, with gradients, over static shapes; in the `fused` form of those that onnxruntime runs fastest, over dynamic
 * ones. Both take the same weights. Sources: the pre-norm ViT (Dosovitskiy et al. 2021) as in SigLIP and CLIP, and the
 * decoder of LLaMA (Touvron et al. 2023) as in Qwen2 and Mistral.
 */

import {
	Add,
	FastGelu,
	Gelu,
	LayerNormalization,
	Mul,
	MultiHeadAttention,
	QuickGelu,
	RMSNormalization,
	SkipLayerNormalization,
	SkipSimplifiedLayerNormalization,
} from "../ops.ts";
import type { Value } from "../value.ts";
import { attention, mergeHeads, splitHeads } from "./attention.ts";
import { silu } from "./linear.ts";
import { type Projection, project } from "./projection.ts";

/** `standard` operators have gradients; `fused` ones are onnxruntime's for inference. */
export type LayerForm = "standard" | "fused";

/** Activations by the names of Hugging Face configurations, in each form. */
const ACTIVATIONS = {
	gelu: { standard: (x: Value) => Gelu(x), fused: (x: Value) => Gelu(x) },
	gelu_pytorch_tanh: {
		standard: (x: Value) => Gelu(x, { approximate: "tanh" }),
		fused: (x: Value) => FastGelu(x),
	},
	quick_gelu: { standard: (x: Value) => QuickGelu(x), fused: (x: Value) => QuickGelu(x) },
	silu: { standard: silu, fused: (x: Value) => QuickGelu(x, { alpha: 1 }) },
} as const satisfies Record<string, Readonly<Record<LayerForm, (x: Value) => Value>>>;

/** Names of Hugging Face configurations. */
export type Activation = keyof typeof ACTIVATIONS;

/** An elementwise function in either form. */
export function activate(x: Value, activation: Activation, form: LayerForm): Value {
	return ACTIVATIONS[activation][form](x);
}

/** LayerNormalization, or RMSNormalization, over the last axis. */
export interface Norm {
	readonly kind: "layer" | "rms";
	/** [width] */
	readonly scale: Value;
	/** [width]; of LayerNormalization only. */
	readonly bias?: Value;
	readonly epsilon: number;
}

/**
 * The residual stream between blocks, [batch, seq, width]: x, and what the last layer adds to it, kept apart so that the
 * next norm can add and normalize at once.
 */
export interface Residual {
	readonly x: Value;
	readonly added?: Value;
}

/** The stream as one value. */
export function sumOf({ x, added }: Residual): Value {
	return added === undefined ? x : Add(x, added);
}

export interface Normalized {
	readonly normalized: Value;
	/** The stream that was normalized. */
	readonly sum: Value;
}

/** Normalizes the stream. */
export function normalize({ x, added }: Residual, norm: Norm, form: LayerForm): Normalized {
	const { epsilon, scale, bias } = norm;
	if (added === undefined || form === "standard") {
		const sum = sumOf({ x, ...(added && { added }) });
		return { sum, normalized: NORMS[norm.kind].standard(sum, scale, bias, epsilon) };
	}
	return NORMS[norm.kind].fused(x, added, scale, bias, epsilon);
}

const NORMS = {
	layer: {
		standard: (x: Value, scale: Value, bias: Value | undefined, epsilon: number) =>
			LayerNormalization(x, scale, bias, { epsilon }),
		fused: (x: Value, added: Value, scale: Value, bias: Value | undefined, epsilon: number): Normalized =>
			SkipLayerNormalization(x, added, scale, bias, { epsilon }),
	},
	rms: {
		standard: (x: Value, scale: Value, _bias: Value | undefined, epsilon: number) =>
			RMSNormalization(x, scale, { epsilon }),
		fused: (x: Value, added: Value, scale: Value, _bias: Value | undefined, epsilon: number): Normalized =>
			SkipSimplifiedLayerNormalization(x, added, scale, { epsilon }),
	},
} as const;

/** The weights of a block of a vision transformer. */
export interface VisionBlockWeights {
	readonly norm1: Norm;
	readonly query: Projection;
	readonly key: Projection;
	readonly value: Projection;
	readonly out: Projection;
	readonly norm2: Norm;
	readonly up: Projection;
	readonly down: Projection;
}

export interface VisionBlockOptions {
	readonly heads: number;
	readonly activation: Activation;
	readonly form: LayerForm;
}

/** Full attention and a feed-forward layer, each after its norm: a stream of [batch, patches, width]. */
export function visionBlock(
	stream: Residual,
	weights: VisionBlockWeights,
	options: VisionBlockOptions,
): Residual {
	const { heads, activation, form } = options;
	const first = normalize(stream, weights.norm1, form);
	const [query, key, value] = [weights.query, weights.key, weights.value].map((each) =>
		project(first.normalized, each),
	) as [Value, Value, Value];
	const attended = project(fullAttention(query, key, value, { heads, form }), weights.out);
	const second = normalize({ x: first.sum, added: attended }, weights.norm2, form);
	const hidden = activate(project(second.normalized, weights.up), activation, form);
	return { x: second.sum, added: project(hidden, weights.down) };
}

/** Every row attends to every row, [batch, seq, heads·dim] each; `bias` [batch, 1, seq, seq] is added to the scores. */
export function fullAttention(
	query: Value,
	key: Value,
	value: Value,
	{ heads, form, bias }: { readonly heads: number; readonly form: LayerForm; readonly bias?: Value },
): Value {
	if (form === "fused") {
		const inputs = bias === undefined ? {} : { attentionBias: bias };
		return MultiHeadAttention(query, key, value, { num_heads: heads }, inputs);
	}
	const [q, k, v] = [query, key, value].map((each) => splitHeads(each, heads)) as [Value, Value, Value];
	return mergeHeads(attention(q, k, v, bias === undefined ? {} : { mask: bias }));
}

/** The weights of a gated block without those of its attention. */
export interface GatedBlockWeights {
	readonly norm1: Norm;
	readonly norm2: Norm;
	readonly gate: Projection;
	readonly up: Projection;
	readonly down: Projection;
}

export interface GatedBlockOptions {
	readonly activation: Activation;
	readonly form: LayerForm;
	/** What attention makes of the normalized rows, output projection included: [batch, seq, width] to the same. */
	readonly attend: (rows: Value) => Value;
}

/** Attention and a gated feed-forward layer, each after its norm: a stream of [batch, seq, width]. */
export function gatedBlock(
	stream: Residual,
	weights: GatedBlockWeights,
	{ activation, form, attend }: GatedBlockOptions,
): Residual {
	const first = normalize(stream, weights.norm1, form);
	const second = normalize({ x: first.sum, added: attend(first.normalized) }, weights.norm2, form);
	const gate = activate(project(second.normalized, weights.gate), activation, form);
	const hidden = Mul(gate, project(second.normalized, weights.up));
	return { x: second.sum, added: project(hidden, weights.down) };
}

/** The weights of a block of a decoder. */
export interface DecoderBlockWeights extends GatedBlockWeights {
	readonly query: Projection;
	readonly key: Projection;
	readonly value: Projection;
	readonly out: Projection;
}

/** Rows before rotation: [batch, seq, heads·dim] and twice [batch, seq, kvHeads·dim]; gives [batch, seq, heads·dim]. */
export type DecoderAttention = (query: Value, key: Value, value: Value, layer: number) => Value;

export interface DecoderBlockOptions {
	readonly layer: number;
	readonly activation: Activation;
	readonly form: LayerForm;
	/** One of `trainingAttention`, `prefillAttention` and `decodeAttention`. */
	readonly attention: DecoderAttention;
}

/** A gated block with causal attention: a stream of [batch, seq, width]. */
export function decoderBlock(
	stream: Residual,
	weights: DecoderBlockWeights,
	{ layer, activation, form, attention: attended }: DecoderBlockOptions,
): Residual {
	const attend = (rows: Value): Value => {
		const [query, key, value] = [weights.query, weights.key, weights.value].map((each) =>
			project(rows, each),
		) as [Value, Value, Value];
		return project(attended(query, key, value, layer), weights.out);
	};
	return gatedBlock(stream, weights, { activation, form, attend });
}
