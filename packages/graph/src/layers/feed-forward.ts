/** The feed-forward part of a transformer block, a block of its hidden width at a time. */

import { elementCount, OnevisionError } from "@onevision/base";
import type { Value } from "../graph.ts";
import { Gelu, Gemm, Reshape, Split } from "../ops.ts";
import { formatDims } from "../shape.ts";
import type { LinearOptions } from "./linear.ts";

/** Parameters of a linear layer. */
export interface LinearParameters {
	readonly weight: Value;
	readonly bias?: Value;
}

export interface FeedForwardOptions extends LinearOptions {
	/** What is between the layers (default: `Gelu`, exact). It must work on each element by itself. */
	readonly activation?: (x: Value) => Value;
	/** Blocks of equal width (default: as few as keep one within 2^18 elements, each 128 wide at least). */
	readonly blocks?: number;
}

/** Elements of a block: 1 MiB, so that an activation's chain of operators finds its tensors in the second cache. */
const BLOCK = 2 ** 18;
/** Columns of a block at least: as many as onnxruntime's products compute at a time. */
const NARROWEST = 128;

/**
 * down(activation(up(x))) over the last axis of `x`, [.., in] to [.., out]; weights lie as in `linear`. Each block of
 * the hidden width goes from its product through the activation into the sum, so that a hidden layer that is larger
 * than the cache never leaves it; the result is that of the whole. Throws `shape-mismatch` when weights do not fit or
 * the width is no multiple of `blocks`.
 */
export function feedForward(
	x: Value,
	up: LinearParameters,
	down: LinearParameters,
	{ activation = Gelu, transposed = false, blocks }: FeedForwardOptions = {},
): Value {
	const lead = x.shape.slice(0, -1);
	const rows = elementCount(lead);
	const width = up.weight.shape[transposed ? 0 : 1] ?? 0;
	const count = blocks ?? fittingBlocks(rows, width);
	if (!(Number.isInteger(count) && count >= 1) || width % count !== 0) {
		const weight = formatDims(up.weight.dims);
		throw new OnevisionError(
			"shape-mismatch",
			`feedForward: the width ${width} of ${weight} cannot be cut into ${count} equal blocks`,
		);
	}
	const cut = (value: Value, axis: number) =>
		count === 1 ? [value] : Split(value, new Array<number>(count).fill(width / count), axis);
	const biases = up.bias === undefined ? [] : cut(up.bias, 0);
	const inward = cut(up.weight, transposed ? 0 : 1);
	const outward = cut(down.weight, transposed ? 1 : 0);
	const flat = x.shape.length === 2 ? x : Reshape(x, [rows, x.shape.at(-1) ?? 1]);
	const product = { transB: transposed ? 1 : 0 };
	const sum = inward.reduce<Value | undefined>((total, weight, i) => {
		const hidden = activation(Gemm(flat, weight, biases[i], product));
		return Gemm(hidden, outward[i] as Value, total, product);
	}, down.bias) as Value;
	return x.shape.length === 2 ? sum : Reshape(sum, [...lead, sum.shape[1] ?? 1]);
}

function fittingBlocks(rows: number, width: number): number {
	const most = Math.max(1, Math.floor(width / NARROWEST));
	for (let blocks = 1; blocks <= most; blocks++) {
		if (width % blocks === 0 && (rows * width) / blocks <= BLOCK) return blocks;
	}
	return Array.from({ length: most }, (_, i) => most - i).find((blocks) => width % blocks === 0) ?? 1;
}
