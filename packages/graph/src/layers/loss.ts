/** Masked cross-entropy, and losses over parts of a batch. */

import { elementCount, OnevisionError } from "@onevision/base";
import {
	Add,
	Cast,
	Equal,
	GatherElements,
	LogSoftmax,
	Mul,
	Neg,
	Not,
	ReduceSum,
	Reshape,
	Slice,
	Where,
} from "../ops.ts";
import { formatDims } from "../shape.ts";
import type { Value } from "../value.ts";

/** A loss as a sum and a count, so that sums over several batches can be averaged exactly. */
export interface SummedLoss {
	/** Sum of −log p(target), one float. */
	readonly sum: Value;
	/** Targets that were not ignored, one float. */
	readonly count: Value;
}

/** The target to ignore, as in PyTorch and transformers. */
export const IGNORED = -100;

/**
 * −log softmax(logits)[target], summed over the targets that are not `ignored`. `logits` are [.., classes], `targets`
 * int64 [..]. Targets must be from 0 to classes − 1 or `ignored`.
 */
export function maskedCrossEntropy(logits: Value, targets: Value, ignored: number = IGNORED): SummedLoss {
	const classes = logits.shape.at(-1) ?? 0;
	const rows = elementCount(targets.shape);
	const flat = Reshape(targets, [rows, 1]);
	const counts = Not(Equal(flat, ignored));
	const chosen = GatherElements(
		LogSoftmax(Reshape(logits, [rows, classes])),
		Where(counts, flat, flat.graph.scalar(0, "int64")),
		1,
	);
	const weights = Cast(counts, "float32"); // [rows, 1]
	return {
		sum: Neg(ReduceSum(Mul(chosen, weights), { keepdims: false })),
		count: ReduceSum(weights, { keepdims: false }),
	};
}

/**
 * A loss summed over consecutive parts of a batch within one graph; `inputs` are sliced along their first axis. Each
 * part runs forward and backward while its activations are cached, which is faster where a layer's activations exceed
 * the cache; the result is that of the whole batch. Declare the weights that `lossOf` uses before, or with
 * `graph.shared`. Throws `shape-mismatch` when the batch is not divisible into `parts`.
 */
export function lossInParts(
	inputs: readonly Value[],
	parts: number,
	lossOf: (...inputs: Value[]) => SummedLoss,
): SummedLoss {
	const uneven = inputs.find(({ shape }) => !Number.isInteger((shape[0] ?? 0.5) / parts));
	if (uneven !== undefined || inputs.length === 0 || !(Number.isInteger(parts) && parts >= 1)) {
		throw new OnevisionError(
			"shape-mismatch",
			`lossInParts: ${uneven === undefined ? "no input" : formatDims(uneven.dims)} is not divisible into ${parts} parts`,
		);
	}
	const losses = Array.from({ length: parts }, (_, part) =>
		lossOf(
			...inputs.map((value) => {
				if (parts === 1) return value;
				const size = (value.shape[0] ?? 0) / parts;
				return Slice(value, [{ axis: 0, start: part * size, end: (part + 1) * size }]);
			}),
		),
	);
	return losses.reduce((total, { sum, count }) => ({
		sum: Add(total.sum, sum),
		count: Add(total.count, count),
	}));
}
