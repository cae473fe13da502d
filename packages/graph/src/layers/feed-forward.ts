/** The feed-forward layer of a transformer, computed in blocks of its hidden width. */

import { OnevisionError } from "@onevision/base";
import { type Extent, multiplyExtents } from "../extent.ts";
import { Gelu, Gemm, Split } from "../ops.ts";
import { formatDims, sizesOf } from "../shape.ts";
import type { Value } from "../value.ts";
import { inRowsOf, type LinearOptions, rowsOf } from "./linear.ts";

/** Parameters of a linear layer. */
export interface LinearParameters {
	readonly weight: Value;
	readonly bias?: Value;
}

export interface FeedForwardOptions extends LinearOptions {
	/** Between the layers (default exact `Gelu`). Must be elementwise. */
	readonly activation?: (x: Value) => Value;
	/** Blocks of equal width (default: the fewest with at most 2^18 elements each, at least 128 wide). */
	readonly blocks?: number;
}

/** Most elements of a block: 1 MiB, so that the activation's operators hit the L2 cache. */
const MAX_BLOCK = 2 ** 18;
/** Fewest columns of a block: the width of onnxruntime's Gemm tiles. */
const MIN_COLUMNS = 128;

/**
 * down(activation(up(x))) over the last axis of `x`, [.., in] to [.., out]; weights as in `linear`. With the hidden width
 * in blocks i: Σᵢ activation(x·Upᵢ + bᵢ)·Downᵢ, so that a hidden layer larger than the cache never leaves it. Throws
 * `shape-mismatch` when weights do not fit or the width is not a multiple of `blocks`.
 */
export function feedForward(
	x: Value,
	up: LinearParameters,
	down: LinearParameters,
	{ activation = Gelu, transposed = false, blocks }: FeedForwardOptions = {},
): Value {
	const rows = multiplyExtents(...sizesOf(x.dims.slice(0, -1)));
	const width = up.weight.shape[transposed ? 0 : 1] ?? 0;
	const count = blocks ?? fittingBlocks(rows, width);
	if (!(Number.isInteger(count) && count >= 1) || width % count !== 0) {
		const weight = formatDims(up.weight.dims);
		throw new OnevisionError(
			"shape-mismatch",
			`feedForward: the width ${width} of ${weight} is not divisible into ${count} blocks`,
		);
	}
	const cut = (value: Value, axis: number) =>
		count === 1 ? [value] : Split(value, new Array<number>(count).fill(width / count), axis);
	const biases = up.bias === undefined ? [] : cut(up.bias, 0);
	const inward = cut(up.weight, transposed ? 0 : 1);
	const outward = cut(down.weight, transposed ? 1 : 0);
	const flat = rowsOf(x);
	const product = { transB: transposed ? 1 : 0 };
	const sum = inward.reduce<Value | undefined>((total, weight, i) => {
		const hidden = activation(Gemm(flat, weight, biases[i], product));
		return Gemm(hidden, outward[i] as Value, total, product);
	}, down.bias) as Value;
	return inRowsOf(sum, x);
}

/** One block where the rows are dynamic. */
function fittingBlocks(rows: Extent, width: number): number {
	if (typeof rows === "string") return 1;
	const most = Math.max(1, Math.floor(width / MIN_COLUMNS));
	for (let blocks = 1; blocks <= most; blocks++) {
		if (width % blocks === 0 && (rows * width) / blocks <= MAX_BLOCK) return blocks;
	}
	return Array.from({ length: most }, (_, i) => most - i).find((blocks) => width % blocks === 0) ?? 1;
}
