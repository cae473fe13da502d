/**
 * Which rows of a file a mixture uses: `all`, `first:N`, `end:N`, `random:N`, with N a number or a percentage.
 * Follows LLaVA-NeXT's llava/train/train.py `LazySupervisedDataset` at df179663, but seeded where that is not.
 */

import { OnevisionError } from "@onevision/base";
import { mulberry32 } from "../random.ts";

/** Called for each row in order; whether it is selected. */
export type Selection = (index: number) => boolean;

export interface Sampling {
	readonly strategy: string;
	/** Number or percentage of rows; absent means all. */
	readonly amount?: { readonly value: number; readonly isPercent: boolean };
}

/** Splits `first:50%` into its parts. Throws `invalid-input` where Python's `int()` raises. */
export function parseSampling(text: string): Sampling {
	const [strategy = "", amount, ...rest] = text.split(":");
	if (amount === undefined) return { strategy };
	const isPercent = amount.includes("%");
	const digits = (isPercent ? amount.slice(0, amount.indexOf("%")) : amount).trim();
	if (rest.length > 0 || !/^[+-]?\d{1,15}$/.test(digits)) {
		throw new OnevisionError(
			"invalid-input",
			`sampling_strategy ${text.slice(0, 80)}: expected all, first:N, end:N or random:N, N a whole number or percentage`,
		);
	}
	return { strategy, amount: { value: Number(digits), isPercent } };
}

/**
 * Rows selected from `total`. Percentages are rounded up. An unknown strategy means all, and so does `end:0`
 * (Python's `[-0:]`). Negative numbers cut from the other end, as in slices.
 */
export function selectRows({ strategy, amount }: Sampling, total: number, seed: number): Selection {
	if (amount === undefined) return () => true;
	const count = amount.isPercent ? Math.ceil((amount.value * total) / 100) : amount.value;
	const first = count < 0 ? Math.max(0, total + count) : Math.min(count, total);
	if (strategy === "first") return (index) => index < first;
	if (strategy === "end") {
		// [-count:]
		const start = count <= 0 ? Math.min(total, -count) : Math.max(0, total - count);
		return (index) => index >= start;
	}
	return strategy === "random" ? drawRows(first, total, seed) : () => true;
}

/** A uniformly random subset of `count` rows; call in row order (Knuth, 3.4.2, algorithm S). */
function drawRows(count: number, total: number, seed: number): Selection {
	const random = mulberry32(seed);
	let left = count;
	return (index) => {
		if (random() * (total - index) >= left) return false;
		left--;
		return true;
	};
}
