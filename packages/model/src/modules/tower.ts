/**
 * Vision transformers over one view of fixed size: SigLIP and CLIP. Source: transformers 5.18
 * models/siglip/modeling_siglip.py and models/clip/modeling_clip.py.
 */

import {
	type Activation,
	type LayerForm,
	normalize,
	ops,
	patchEmbedding,
	type Residual,
	sumOf,
	type Value,
	type VisionBlockWeights,
	visionBlock,
} from "@onevision/graph";
import type { Scope } from "./scope.ts";

export interface TowerShape {
	/** Blocks that are run: up to the one whose output is taken. */
	readonly layers: number;
	readonly hidden: number;
	readonly heads: number;
	readonly mlp: number;
	/** Side of the view, px. */
	readonly imageSize: number;
	/** Side of a patch, px. */
	readonly patchSize: number;
	/** Learned tokens before the patches: 1 in CLIP, 0 in SigLIP. */
	readonly classTokens: number;
	/** Whether the class tokens are dropped from the features. */
	readonly dropsClassTokens: boolean;
	/** A norm between the embeddings and the first block, as in CLIP. */
	readonly preNorm: boolean;
	readonly patchBias: boolean;
	readonly activation: Activation;
	readonly epsilon: number;
}

/**
 * Features of views: pixels [views, 3, side, side] to [views, patches, hidden], patches in reading order. The fused form
 * takes one view.
 */
export function tower(pixels: Value, scope: Scope, shape: TowerShape, form: LayerForm): Value {
	const { hidden, heads, activation, epsilon, classTokens } = shape;
	const embedded = embeddings(pixels, scope.at("embeddings"), shape, form);
	const first = shape.preNorm
		? normalize({ x: embedded }, scope.layerNorm("pre_layrnorm", hidden, epsilon), form).normalized
		: embedded;
	let stream: Residual = { x: first };
	for (let layer = 0; layer < shape.layers; layer++) {
		const weights = blockWeights(scope.at("encoder.layers").at(layer), shape);
		stream = visionBlock(stream, weights, { heads, activation, form });
	}
	const features = sumOf(stream);
	if (!shape.dropsClassTokens || classTokens === 0) return features;
	return ops.Slice(features, [{ axis: 1, start: classTokens, end: classTokens + patchesOf(shape) }]);
}

/** Patches of a view. */
function patchesOf({ imageSize, patchSize }: TowerShape): number {
	return Math.floor(imageSize / patchSize) ** 2;
}

/** [views, class tokens and patches, hidden] */
function embeddings(pixels: Value, scope: Scope, shape: TowerShape, form: LayerForm): Value {
	const { hidden, patchSize: side, classTokens } = shape;
	const patches = patchesOf(shape);
	const patch = scope.at("patch_embedding");
	const kernel = patch.parameter("weight", [hidden, 3, side, side]);
	const bias = shape.patchBias ? patch.parameter("bias", [hidden]) : undefined;
	const rows = PATCHES[form](pixels, kernel, bias);
	const tokens = classTokens === 0 ? rows : ops.Concat([classEmbeddings(rows, scope, shape), rows], 1);
	const positions = scope.at("position_embedding").parameter("weight", [classTokens + patches, hidden]);
	return ops.Add(tokens, positions);
}

/** Patch embeddings [views, patches, hidden]: the convolution is what onnxruntime runs faster, the product has a gradient that is one. */
const PATCHES = {
	standard: patchEmbedding,
	fused: (pixels: Value, kernel: Value, bias?: Value): Value => {
		const [hidden = 0, , side = 0] = kernel.shape;
		const grid = ops.Conv(pixels, kernel, bias, { kernel_shape: [side, side], strides: [side, side] });
		const [rows = 0, cols = 0] = grid.shape.slice(2);
		return ops.Transpose(ops.Reshape(grid, [1, hidden, rows * cols]), [0, 2, 1]);
	},
} as const satisfies Record<LayerForm, (pixels: Value, kernel: Value, bias?: Value) => Value>;

function classEmbeddings(rows: Value, scope: Scope, { hidden, classTokens }: TowerShape): Value {
	const [views = 1] = rows.shape;
	const one = ops.Reshape(scope.parameter("class_embedding", [hidden]), [1, classTokens, hidden]);
	return views === 1 ? one : ops.Expand(one, [views, classTokens, hidden]);
}

function blockWeights(scope: Scope, { hidden, mlp, epsilon }: TowerShape): VisionBlockWeights {
	const [attention, feedForward] = [scope.at("self_attn"), scope.at("mlp")];
	const square = { inputs: hidden, outputs: hidden, hasBias: true };
	return {
		norm1: scope.layerNorm("layer_norm1", hidden, epsilon),
		query: attention.linear("q_proj", square),
		key: attention.linear("k_proj", square),
		value: attention.linear("v_proj", square),
		out: attention.linear("out_proj", square),
		norm2: scope.layerNorm("layer_norm2", hidden, epsilon),
		up: feedForward.linear("fc1", { inputs: hidden, outputs: mlp, hasBias: true }),
		down: feedForward.linear("fc2", { inputs: mlp, outputs: hidden, hasBias: true }),
	};
}
