/**
 * Vision transformers over views of any size: Qwen2.5-VL's. Most layers attend within windows, some within the whole view;
 * positions are rotary, by row and column. Rows are in the order of the windows, see windows.ts. A view is an image or a
 * group of frames: groups of one clip do not see each other. Source: transformers 5.18
 * models/qwen2_5_vl/modeling_qwen2_5_vl.py.
 */

import {
	type Activation,
	activate,
	fullAttention,
	type GatedBlockWeights,
	gatedBlock,
	type LayerForm,
	normalize,
	ops,
	project,
	type Residual,
	type RotaryTables,
	type RowWindows,
	sumOf,
	type Value,
	windowedAttention,
} from "@onevision/graph";
import type { Scope } from "./scope.ts";

export interface NativeTowerShape {
	readonly layers: number;
	readonly hidden: number;
	readonly heads: number;
	readonly mlp: number;
	/** Side of a patch, px. */
	readonly patchSize: number;
	/** Frames of a patch. */
	readonly temporalPatch: number;
	/** Patches per side of a token. */
	readonly merge: number;
	/** Tokens per side of a window. */
	readonly window: number;
	/** Layers that attend to the whole view. */
	readonly fullLayers: readonly number[];
	/** Base of the rotary embedding. */
	readonly ropeTheta: number;
	readonly activation: Activation;
	readonly epsilon: number;
}

/** Values of one patch. */
export function patchWidth({ patchSize, temporalPatch }: NativeTowerShape): number {
	return 3 * temporalPatch * patchSize ** 2;
}

/** A view, in the order of its windows. */
export interface NativeView {
	/** [patches, patchWidth] */
	readonly pixels: Value;
	/** Of each patch, [1, patches, head / 2]. */
	readonly tables: RotaryTables;
	readonly windows: RowWindows;
}

/** Features of a view, [1, patches, hidden]. */
export function nativeTower(view: NativeView, scope: Scope, shape: NativeTowerShape, form: LayerForm): Value {
	const { hidden, activation, patchSize, temporalPatch } = shape;
	const sizes = [hidden, 3, temporalPatch, patchSize, patchSize];
	const kernel = scope.at("patch_embed.proj").parameter("weight", sizes);
	const flat = ops.Reshape(kernel, [hidden, patchWidth(shape)]);
	const patches = view.pixels.dims[0] ?? 1;
	let stream: Residual = {
		x: ops.Reshape(ops.Gemm(view.pixels, flat, undefined, { transB: 1 }), [1, patches, hidden]),
	};
	for (let layer = 0; layer < shape.layers; layer++) {
		const block = scope.at("blocks").at(layer);
		const attend = attentionOf(view, block.at("attn"), shape, { layer, form });
		stream = gatedBlock(stream, blockWeights(block, shape), { activation, form, attend });
	}
	return sumOf(stream);
}

/** Query, key and value are one product in the files. */
function attentionOf(
	{ tables, windows }: NativeView,
	scope: Scope,
	{ hidden, heads, fullLayers }: NativeTowerShape,
	{ layer, form }: { readonly layer: number; readonly form: LayerForm },
): (rows: Value) => Value {
	const joined = scope.linear("qkv", { inputs: hidden, outputs: 3 * hidden, hasBias: true });
	const out = scope.linear("proj", { inputs: hidden, outputs: hidden, hasBias: true });
	const rotate = (x: Value) =>
		ops.RotaryEmbedding(x, tables.cos, tables.sin, undefined, { num_heads: heads });
	return (rows) => {
		const [query, key, value] = ops.Split(project(rows, joined), [hidden, hidden, hidden], 2) as [
			Value,
			Value,
			Value,
		];
		const [q, k] = [rotate(query), rotate(key)];
		const attended = fullLayers.includes(layer)
			? fullAttention(q, k, value, { heads, form })
			: windowedAttention(q, k, value, { ...windows, heads, form });
		return project(attended, out);
	};
}

function blockWeights(scope: Scope, { hidden, mlp, epsilon }: NativeTowerShape): GatedBlockWeights {
	const feedForward = scope.at("mlp");
	return {
		norm1: scope.rmsNorm("norm1", hidden, epsilon),
		norm2: scope.rmsNorm("norm2", hidden, epsilon),
		gate: feedForward.linear("gate_proj", { inputs: hidden, outputs: mlp, hasBias: true }),
		up: feedForward.linear("up_proj", { inputs: hidden, outputs: mlp, hasBias: true }),
		down: feedForward.linear("down_proj", { inputs: mlp, outputs: hidden, hasBias: true }),
	};
}

export interface MergerShape {
	readonly inputs: number;
	readonly outputs: number;
	/** Patches per side of a token. */
	readonly merge: number;
	readonly epsilon: number;
}

/** Tokens of the language model of blocks of patches: [1, unit·tokens, inputs] to [1, tokens, outputs]. */
export function merger(x: Value, scope: Scope, shape: MergerShape, form: LayerForm): Value {
	const { inputs, outputs, merge, epsilon } = shape;
	const { normalized } = normalize({ x }, scope.rmsNorm("ln_q", inputs, epsilon), form);
	const width = inputs * merge ** 2;
	const blocks = ops.Reshape(normalized, [1, -1, width]);
	const sizes = { inputs: width, hasBias: true };
	const inner = project(blocks, scope.linear("mlp.0", { ...sizes, outputs: width }));
	return project(activate(inner, "gelu", form), scope.linear("mlp.2", { ...sizes, outputs }));
}
