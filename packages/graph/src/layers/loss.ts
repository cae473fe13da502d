/** Cross-entropy over the targets that count. */

import type { Value } from "../graph.ts";
import { Cast, Equal, GatherElements, LogSoftmax, Mul, Neg, Not, ReduceSum, Reshape, Where } from "../ops.ts";
import { elementCount } from "../shape.ts";

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
