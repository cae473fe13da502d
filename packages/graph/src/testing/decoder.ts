/** A small decoder of the LLaMA form in every way that layers build one, for tests and benchmarks. */

import { float32, type Tensor } from "@onevision/base";
import { Graph } from "../graph.ts";
import {
	type DecoderBlockWeights,
	decoderBlock,
	type LayerForm,
	type Norm,
	normalize,
	type Residual,
} from "../layers/blocks.ts";
import {
	type CachedAttention,
	decodeAttention,
	prefillAttention,
	type RotaryTables,
	trainingAttention,
} from "../layers/cached-attention.ts";
import { declareProjection, type Precision, project } from "../layers/projection.ts";
import { Slice } from "../ops.ts";
import type { Value } from "../value.ts";

export interface DecoderSizes {
	readonly layers: number;
	readonly width: number;
	readonly heads: number;
	readonly kvHeads: number;
	readonly dim: number;
	readonly mlp: number;
	readonly vocabulary: number;
	/** Precision of the weights of all products; default float32. */
	readonly precision?: Precision;
}

export type DecoderWay = "training" | "prefill" | "decode";

export interface BuiltDecoder {
	readonly graph: Graph;
	readonly outputs: Readonly<Record<string, Value>>;
	readonly binding: CachedAttention["binding"] | undefined;
}

/** Logits of every row in training, of the last one elsewhere. Inputs are `x` [1, seq, width] and the tables `cos`, `sin`. */
export function buildDecoder(sizes: DecoderSizes, way: DecoderWay, seq: number | string): BuiltDecoder {
	const graph = new Graph(way);
	const { layers, width, dim, vocabulary, precision = "float32" } = sizes;
	const x = graph.input("x", "float32", [1, seq, width]);
	const [cos, sin] = ["cos", "sin"].map((name) => graph.input(name, "float32", [1, seq, dim / 2])) as [
		Value,
		Value,
	];
	const form: LayerForm = way === "training" ? "standard" : "fused";
	const { attention, cached } = attentionFor(graph, sizes, way, { cos, sin });
	let stream: Residual = { x };
	for (let layer = 0; layer < layers; layer++) {
		const weights = blockWeights(graph, `layers.${layer}`, sizes);
		stream = decoderBlock(stream, weights, { layer, activation: "silu", form, attention });
	}
	const { normalized } = normalize(stream, norm(graph, "norm", width), form);
	const last =
		way === "training" ? normalized : Slice(normalized, [{ axis: 1, start: -1, end: 2 ** 31 - 1 }]);
	const logits = project(
		last,
		declareProjection(graph, "head", { inputs: width, outputs: vocabulary, precision }),
	);
	return { graph, outputs: { logits, ...cached?.outputs }, binding: cached?.binding };
}

function attentionFor(graph: Graph, sizes: DecoderSizes, way: DecoderWay, tables: RotaryTables) {
	if (way === "training") return { attention: trainingAttention(sizes, tables), cached: undefined };
	const cached = (way === "prefill" ? prefillAttention : decodeAttention)(graph, sizes, tables);
	return { attention: cached.attention, cached };
}

function norm(graph: Graph, name: string, width: number): Norm {
	return { kind: "rms", scale: graph.shared(`${name}.weight`, [width]), epsilon: 1e-6 };
}

function blockWeights(graph: Graph, name: string, sizes: DecoderSizes): DecoderBlockWeights {
	const { width, heads, kvHeads, dim, mlp, precision = "float32" } = sizes;
	const declare = (part: string, inputs: number, outputs: number, hasBias = false) =>
		declareProjection(graph, `${name}.${part}`, { inputs, outputs, hasBias, precision });
	return {
		norm1: norm(graph, `${name}.norm1`, width),
		query: declare("query", width, heads * dim, true),
		key: declare("key", width, kvHeads * dim, true),
		value: declare("value", width, kvHeads * dim, true),
		out: declare("out", heads * dim, width),
		norm2: norm(graph, `${name}.norm2`, width),
		gate: declare("gate", width, mlp),
		up: declare("up", width, mlp),
		down: declare("down", mlp, width),
	};
}

/** Cosines and sines of positions `from` to `from + count`, [1, count, dim/2]. */
export function rotaryRows(
	from: number,
	count: number,
	dim: number,
	base = 10_000,
): { cos: Tensor; sin: Tensor } {
	const half = dim / 2;
	const angles = Float64Array.from({ length: count * half }, (_, i) => {
		return (from + Math.floor(i / half)) * base ** (-(i % half) / half);
	});
	return {
		cos: float32([1, count, half], angles.map(Math.cos)),
		sin: float32([1, count, half], angles.map(Math.sin)),
	};
}
