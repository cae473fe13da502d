/**
 * Vision transformers over one view of fixed size: SigLIP and CLIP. Source: transformers 5.18
 * models/siglip/modeling_siglip.py and models/clip/modeling_clip.py, with eager attention.
 */

import { ops, type Value } from "@onevision/graph";
import { ACTIVATIONS, type Activation, layerNorm, linear } from "./layers.ts";
import type { Scope } from "./scope.ts";

export interface TowerShape {
	/** Blocks that are run: up to the one whose output is taken. */
	readonly layers: number;
	/** Blocks that the file holds. */
	readonly storedLayers: number;
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

/** Patches of one side of a view. */
export function patchesPerSide({ imageSize, patchSize }: TowerShape): number {
	return Math.floor(imageSize / patchSize);
}

/** Features of one view: pixels [1, 3, side, side] to [patches, hidden], patches in reading order. */
export function tower(pixels: Value, scope: Scope, shape: TowerShape): Value {
	const embedded = embeddings(pixels, scope.at("embeddings"), shape);
	let x = shape.preNorm ? layerNorm(embedded, scope, "pre_layrnorm", shape.hidden, shape.epsilon) : embedded;
	for (let layer = 0; layer < shape.layers; layer++)
		x = block(x, scope.at("encoder.layers").at(layer), shape);
	if (!shape.dropsClassTokens || shape.classTokens === 0) return x;
	const rows = shape.classTokens + patchesPerSide(shape) ** 2;
	return ops.Slice(x, [{ axis: 0, start: shape.classTokens, end: rows }]);
}

/** [patches with class tokens, hidden] */
function embeddings(pixels: Value, scope: Scope, shape: TowerShape): Value {
	const { hidden, patchSize: side, classTokens } = shape;
	const patches = patchesPerSide(shape) ** 2;
	const patch = scope.at("patch_embedding");
	const kernel = patch.parameter("weight", [hidden, 3, side, side]);
	const bias = shape.patchBias ? patch.parameter("bias", [hidden]) : undefined;
	const grid = ops.Conv(pixels, kernel, bias, { kernel_shape: [side, side], strides: [side, side] });
	const rows = ops.Transpose(ops.Reshape(grid, [hidden, patches]), [1, 0]);
	const tokens =
		classTokens === 0
			? rows
			: ops.Concat(
					[ops.Reshape(scope.parameter("class_embedding", [hidden]), [classTokens, hidden]), rows],
					0,
				);
	const positions = scope.at("position_embedding").parameter("weight", [classTokens + patches, hidden]);
	return ops.Add(tokens, positions);
}

function block(x: Value, scope: Scope, shape: TowerShape): Value {
	const { hidden, mlp, epsilon } = shape;
	const attended = ops.Add(
		x,
		selfAttention(layerNorm(x, scope, "layer_norm1", hidden, epsilon), scope.at("self_attn"), shape),
	);
	const inner = linear(
		layerNorm(attended, scope, "layer_norm2", hidden, epsilon),
		scope.at("mlp").linear("fc1", hidden, mlp, true),
	);
	const activated = ACTIVATIONS[shape.activation](inner);
	return ops.Add(attended, linear(activated, scope.at("mlp").linear("fc2", mlp, hidden, true)));
}

function selfAttention(x: Value, scope: Scope, { hidden, heads }: TowerShape): Value {
	const dim = hidden / heads;
	const [q, k, v] = ["q_proj", "k_proj", "v_proj"].map((name) => {
		const rows = linear(x, scope.linear(name, hidden, hidden, true));
		return ops.Reshape(rows, [-1, heads, dim]); // [tokens, heads, dim]
	}) as [Value, Value, Value];
	const queries = ops.Transpose(ops.Mul(q, dim ** -0.5), [1, 0, 2]);
	const scores = ops.MatMul(queries, ops.Transpose(k, [1, 2, 0])); // [heads, tokens, tokens]
	const mixed = ops.MatMul(ops.Softmax(scores), ops.Transpose(v, [1, 0, 2]));
	const merged = ops.Reshape(ops.Transpose(mixed, [1, 0, 2]), [-1, hidden]);
	return linear(merged, scope.linear("out_proj", hidden, hidden, true));
}
