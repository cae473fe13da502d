/** Layers around one matrix product: linear layers, patch embeddings, and the SiLU gate. */

import { elementCount, OnevisionError } from "@onevision/base";
import type { Value } from "../graph.ts";
import { Gemm, Mul, Reshape, Sigmoid, Transpose } from "../ops.ts";
import { formatDims } from "../shape.ts";

/** How a weight lies in memory: `[in, out]`, or `[out, in]` as PyTorch stores it. */
export interface LinearOptions {
	/** True for `[out, in]` (default false). */
	readonly transposed?: boolean;
}

/** x·W + b over the last axis: [.., in] to [.., out]. One matrix product whatever comes before that axis. */
export function linear(
	x: Value,
	weight: Value,
	bias?: Value,
	{ transposed = false }: LinearOptions = {},
): Value {
	const lead = x.shape.slice(0, -1);
	const rows = x.shape.length === 2 ? x : Reshape(x, [elementCount(lead), x.shape.at(-1) ?? 1]);
	const product = Gemm(rows, weight, bias, { transB: transposed ? 1 : 0 });
	return x.shape.length === 2 ? product : Reshape(product, [...lead, product.shape[1] ?? 1]);
}

/** x·σ(x), the SiLU (also called Swish) of gated feed-forward layers. */
export function silu(x: Value): Value {
	return Mul(x, Sigmoid(x));
}

/**
 * Patches of an image as rows times a weight: [batch, channels, rows, cols] with kernel [dim, channels, patch, patch]
 * to [batch, patches, dim], patches in reading order. The same as a convolution whose stride is its kernel, as one
 * matrix product forward and backward. Rows and columns that fill no patch are refused.
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
			`patchEmbedding: ${formatDims(image.dims)} is no whole number of patches of ${formatDims(kernel.dims)}`,
		);
	}
	const [tall, wide] = [rows / down, cols / right];
	const cells = Reshape(image, [batch, channels, tall, down, wide, right]);
	const patches = Transpose(cells, [0, 2, 4, 1, 3, 5]); // [batch, tall, wide, channels, down, right]
	const flat = Reshape(patches, [batch * tall * wide, channels * down * right]);
	const weight = Reshape(kernel, [dim, channels * down * right]);
	return Reshape(Gemm(flat, weight, bias, { transB: 1 }), [batch, tall * wide, dim]);
}
