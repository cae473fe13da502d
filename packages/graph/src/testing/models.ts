/** Two models that tests and benchmarks share with PyTorch: a causal transformer and a small ViT. */

import { Graph, type Value } from "../graph.ts";
import { attention, mergeHeads, splitHeads } from "../layers/attention.ts";
import { linear, patchEmbedding } from "../layers/linear.ts";
import { maskedCrossEntropy, type SummedLoss } from "../layers/loss.ts";
import { Add, Gather, Gelu, LayerNormalization, ReduceMean, Split } from "../ops.ts";
import type { Initializer } from "../random.ts";

export interface BlockSizes {
	readonly batch: number;
	readonly seq: number;
	readonly dim: number;
	readonly heads: number;
	readonly layers: number;
}

export interface TransformerSizes extends BlockSizes {
	readonly vocabulary: number;
}

export interface VitSizes extends Omit<BlockSizes, "seq"> {
	/** Side of the square image and of its patches, in pixels. */
	readonly image: number;
	readonly patch: number;
	readonly classes: number;
}

/** A model's loss and logits in a graph with the inputs `x` and `y`. */
export interface Model extends SummedLoss {
	readonly graph: Graph;
	readonly logits: Value;
}

const ONES: Initializer = { kind: "constant", value: 1 };
const ZEROS: Initializer = { kind: "constant", value: 0 };
const SMALL: Initializer = { kind: "normal", deviation: 0.02 };

/** A linear layer with its own weight [out, in] and bias. */
function dense(x: Value, name: string, width: number): Value {
	const { graph } = x;
	const weight = graph.parameter(`${name}.weight`, [width, x.shape.at(-1) ?? 1], SMALL);
	return linear(x, weight, graph.parameter(`${name}.bias`, [width], ZEROS), { transposed: true });
}

function norm(x: Value, name: string): Value {
	const width = x.shape.at(-1) ?? 1;
	const scale = x.graph.parameter(`${name}.weight`, [width], ONES);
	return LayerNormalization(x, scale, x.graph.parameter(`${name}.bias`, [width], ZEROS), { epsilon: 1e-5 });
}

/** A pre-norm transformer block over [batch, seq, dim]. */
function block(x: Value, name: string, { heads, dim }: BlockSizes, kind: "full" | "causal"): Value {
	const qkv = dense(norm(x, `${name}.norm1`), `${name}.qkv`, 3 * dim);
	const [q, k, v] = Split(qkv, [dim, dim, dim], 2).map((each) => splitHeads(each, heads)) as [
		Value,
		Value,
		Value,
	];
	const attended = Add(x, dense(mergeHeads(attention(q, k, v, { kind })), `${name}.out`, dim));
	const wide = Gelu(dense(norm(attended, `${name}.norm2`), `${name}.up`, 4 * dim));
	return Add(attended, dense(wide, `${name}.down`, dim));
}

export function transformer(sizes: TransformerSizes): Model {
	const { batch, seq, dim, layers, vocabulary } = sizes;
	const graph = new Graph("transformer");
	const ids = graph.input("x", "int64", { batch, seq });
	const table = graph.parameter("embedding.weight", [vocabulary, dim], SMALL);
	let x = Add(Gather(table, ids), graph.parameter("position", [seq, dim], SMALL));
	for (let layer = 0; layer < layers; layer++) x = block(x, `blocks.${layer}`, sizes, "causal");
	const logits = dense(norm(x, "norm"), "head", vocabulary);
	return { graph, logits, ...maskedCrossEntropy(logits, graph.input("y", "int64", { batch, seq })) };
}

export function vit(sizes: VitSizes): Model {
	const { batch, image, patch, dim, layers, classes } = sizes;
	const graph = new Graph("vit");
	const pixels = graph.input("x", "float32", { batch, channels: 3, rows: image, cols: image });
	const kernel = graph.parameter("patch.weight", [dim, 3, patch, patch], SMALL);
	const seq = (image / patch) ** 2;
	const patches = patchEmbedding(pixels, kernel, graph.parameter("patch.bias", [dim], ZEROS));
	let x = Add(patches, graph.parameter("position", [seq, dim], SMALL));
	for (let layer = 0; layer < layers; layer++) x = block(x, `blocks.${layer}`, { ...sizes, seq }, "full");
	const pooled = ReduceMean(norm(x, "norm"), { axes: [1], keepdims: false });
	const logits = dense(pooled, "head", classes);
	return { graph, logits, ...maskedCrossEntropy(logits, graph.input("y", "int64", { batch })) };
}
