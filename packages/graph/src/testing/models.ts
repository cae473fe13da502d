/** Two models that tests and benchmarks share with PyTorch: a causal transformer and a small ViT. */

import { Graph } from "../graph.ts";
import { attention, mergeHeads, splitHeads } from "../layers/attention.ts";
import { feedForward } from "../layers/feed-forward.ts";
import { linear, patchEmbedding } from "../layers/linear.ts";
import { lossInParts, maskedCrossEntropy, type SummedLoss } from "../layers/loss.ts";
import { Add, Gather, LayerNormalization, ReduceMean, Split } from "../ops.ts";
import type { Initializer, Value } from "../value.ts";

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

/** A model's loss in a graph with the inputs `x` and `y`. */
export interface Model extends SummedLoss {
	readonly graph: Graph;
}

const ONES: Initializer = { kind: "constant", value: 1 };
const ZEROS: Initializer = { kind: "constant", value: 0 };
const SMALL: Initializer = { kind: "normal", deviation: 0.02 };

/** A weight [out, in] and a bias. */
function affine({ graph }: Value, name: string, width: number, from: number) {
	const weight = graph.shared(`${name}.weight`, [width, from], SMALL);
	return { weight, bias: graph.shared(`${name}.bias`, [width], ZEROS) };
}

/** A linear layer with its own parameters. */
function dense(x: Value, name: string, width: number): Value {
	const { weight, bias } = affine(x, name, width, x.shape.at(-1) ?? 1);
	return linear(x, weight, bias, { transposed: true });
}

function norm(x: Value, name: string): Value {
	const width = x.shape.at(-1) ?? 1;
	const scale = x.graph.shared(`${name}.weight`, [width], ONES);
	return LayerNormalization(x, scale, x.graph.shared(`${name}.bias`, [width], ZEROS), { epsilon: 1e-5 });
}

/** A pre-norm transformer block over [batch, seq, dim]. The joint weight is split, which is cheaper than its product. */
function block(x: Value, name: string, { heads, dim }: BlockSizes, kind: "full" | "causal"): Value {
	const normed = norm(x, `${name}.norm1`);
	const weights = Split(x.graph.shared(`${name}.qkv.weight`, [3 * dim, dim], SMALL), [dim, dim, dim], 0);
	const biases = Split(x.graph.shared(`${name}.qkv.bias`, [3 * dim], ZEROS), [dim, dim, dim], 0);
	const [q, k, v] = weights.map((weight, i) =>
		splitHeads(linear(normed, weight, biases[i], { transposed: true }), heads),
	) as [Value, Value, Value];
	const attended = Add(x, dense(mergeHeads(attention(q, k, v, { kind })), `${name}.out`, dim));
	const normedAgain = norm(attended, `${name}.norm2`);
	const [up, down] = [affine(x, `${name}.up`, 4 * dim, dim), affine(x, `${name}.down`, dim, 4 * dim)];
	return Add(attended, feedForward(normedAgain, up, down, { transposed: true }));
}

/** A causal transformer; its loss is computed in `parts` of the batch. */
export function transformer(sizes: TransformerSizes, parts = 1): Model {
	const { batch, seq } = sizes;
	const graph = new Graph("transformer");
	const x = graph.input("x", "int64", { batch, seq });
	const y = graph.input("y", "int64", { batch, seq });
	return {
		graph,
		...lossInParts([x, y], parts, (ids, targets) => transformerLoss(sizes, ids as Value, targets as Value)),
	};
}

function transformerLoss(sizes: TransformerSizes, ids: Value, targets: Value): SummedLoss {
	const { seq, dim, layers, vocabulary } = sizes;
	const { graph } = ids;
	const table = graph.shared("embedding.weight", [vocabulary, dim], SMALL);
	let x = Add(Gather(table, ids), graph.shared("position", [seq, dim], SMALL));
	for (let layer = 0; layer < layers; layer++) x = block(x, `blocks.${layer}`, sizes, "causal");
	return maskedCrossEntropy(dense(norm(x, "norm"), "head", vocabulary), targets);
}

/** A small ViT that classifies; its loss is computed in `parts` of the batch. */
export function vit(sizes: VitSizes, parts = 1): Model {
	const { batch, image } = sizes;
	const graph = new Graph("vit");
	const x = graph.input("x", "float32", { batch, channels: 3, rows: image, cols: image });
	const y = graph.input("y", "int64", { batch });
	return {
		graph,
		...lossInParts([x, y], parts, (pixels, targets) => vitLoss(sizes, pixels as Value, targets as Value)),
	};
}

function vitLoss(sizes: VitSizes, pixels: Value, targets: Value): SummedLoss {
	const { image, patch, dim, layers, classes } = sizes;
	const { graph } = pixels;
	const kernel = graph.shared("patch.weight", [dim, 3, patch, patch], SMALL);
	const seq = (image / patch) ** 2;
	const patches = patchEmbedding(pixels, kernel, graph.shared("patch.bias", [dim], ZEROS));
	let x = Add(patches, graph.shared("position", [seq, dim], SMALL));
	for (let layer = 0; layer < layers; layer++) x = block(x, `blocks.${layer}`, { ...sizes, seq }, "full");
	const pooled = ReduceMean(norm(x, "norm"), { axes: [1], keepdims: false });
	return maskedCrossEntropy(dense(pooled, "head", classes), targets);
}
