/** Linear layers, patch embeddings, and the SiLU gate: one matrix product each. */

import { OnevisionError } from "@onevision/base";
import { multiplyExtents } from "../extent.ts";
import { Concat, Gemm, Mul, Reshape, Shape, Sigmoid, Transpose } from "../ops.ts";
import { formatDims, sizesOf } from "../shape.ts";
import type { Value } from "../value.ts";

/** Layout of a weight: `[in, out]`, or `[out, in]` as in PyTorch. */
export interface LinearOptions {
	/** True for `[out, in]` (default false). */
	readonly transposed?: boolean;
}

/** x·W + b over the last axis: [.., in] to [.., out]. One Gemm for any rank. */
export function linear(
	x: Value,
	weight: Value,
	bias?: Value,
	{ transposed = false }: LinearOptions = {},
): Value {
	const product = Gemm(rowsOf(x), weight, bias, { transB: transposed ? 1 : 0 });
	return inRowsOf(product, x);
}

/** All axes but the last as one: [rows, cols]. */
export function rowsOf(x: Value): Value {
	const [lead, last] = [x.dims.slice(0, -1), x.dims.at(-1)];
	if (x.dims.length === 2) return x;
	return Reshape(x, [multiplyExtents(...sizesOf(lead)), last ?? 1]);
}

/** [rows, cols] in the leading axes of `x`: [.., cols]. */
export function inRowsOf(rows: Value, x: Value): Value {
	if (x.dims.length === 2) return rows;
	const [lead, cols] = [x.dims.slice(0, -1), rows.dims[1] ?? { size: 1 }];
	const dynamic = lead.filter(({ size }) => typeof size === "string");
	if (dynamic.length <= 1 || typeof cols.size === "string") return Reshape(rows, [...lead, cols]);
	return Reshape(rows, Concat([Shape(x, { end: -1 }), x.graph.ints([cols.size])], 0));
}

/** x·σ(x), the SiLU (also called Swish) of gated feed-forward layers. */
export function silu(x: Value): Value {
	return Mul(x, Sigmoid(x));
}

/**
 * A convolution whose stride is its kernel, as one Gemm forward and backward: image [batch, channels, rows, cols] and
 * kernel [dim, channels, patch, patch] to [batch, patches, dim], patches in reading order. Throws `shape-mismatch` when
 * the image is not a multiple of the patch.
 */
export function patchEmbedding(image: Value, kernel: Value, bias?: Value): Value {
	const [batch = 0, channels = 0, rows = 0, cols = 0] = image.shape;
	const [dim = 0, inner = 0, down = 0, right = 0] = kernel.shape;
	if (
		image.shape.length !== 4 ||
		kernel.shape.length !== 4 ||
		channels !== inner ||
		rows % down ||
		cols % right
	) {
		throw new OnevisionError(
			"shape-mismatch",
			`patchEmbedding: ${formatDims(image.dims)} is not a multiple of the patches of ${formatDims(kernel.dims)}`,
		);
	}
	const [tall, wide] = [rows / down, cols / right];
	const cells = Reshape(image, [batch, channels, tall, down, wide, right]);
	const patches = Transpose(cells, [0, 2, 4, 1, 3, 5]); // [batch, tall, wide, channels, down, right]
	const flat = Reshape(patches, [batch * tall * wide, channels * down * right]);
	const weight = Reshape(kernel, [dim, channels * down * right]);
	return Reshape(Gemm(flat, weight, bias, { transB: 1 }), [batch, tall * wide, dim]);
}
