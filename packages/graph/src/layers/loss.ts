/** Cross-entropy over the targets that count, and losses over parts of a batch. */

import { elementCount, OnevisionError } from "@onevision/base";
import type { Value } from "../graph.ts";
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

/** A loss as a sum, and how many targets it sums over: dividing is left to whoever knows all of a batch. */
export interface SummedLoss {
	/** Sum of −log p(target), one float. */
	readonly sum: Value;
	/** Targets that counted, one float. */
	readonly count: Value;
}

/** A target that does not count, as PyTorch and transformers mark it. */
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
 * A loss summed over consecutive parts of a batch, within one graph: `inputs` are cut along their first axis. Each part
 * runs from its activations to its gradients while they are still in the processor's cache, which makes a step faster
 * where the activations of a layer are larger than that; the result is that of the whole batch. Weights that `lossOf`
 * uses must be declared before, or with `graph.shared`. Throws `shape-mismatch` when the parts are not of one size.
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
			`lossInParts: cannot cut ${uneven === undefined ? "nothing" : formatDims(uneven.dims)} into ${parts} equal parts`,
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
