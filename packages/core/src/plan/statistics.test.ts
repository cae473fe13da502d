/** Weighted nearest-rank statistics against the simplest definition: repeat every value as often as its weight says. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { statistics } from "./statistics.ts";

/** Nearest rank: the ⌈share · n⌉-th of the repeated values. */
function nearestRank(values: readonly number[], counts: readonly number[], percentage: number): number {
	const all = values.flatMap((value, index) => Array.from({ length: counts[index] ?? 0 }, () => value));
	all.sort((a, b) => a - b);
	return all[Math.ceil((percentage * all.length) / 100) - 1] ?? Number.NaN;
}

const entry = fc.record({
	value: fc.integer({ min: 0, max: 50_000 }),
	count: fc.integer({ min: 0, max: 40 }),
});
const entries = fc
	.array(entry, { minLength: 1, maxLength: 60 })
	.filter((all) => all.some(({ count }) => count > 0));
const FUZZ = { seed: 3, numRuns: 1000 };

test("integer weights: every quantile equals that of the repeated values", () => {
	fc.assert(
		fc.property(entries, (all) => {
			const values = all.map(({ value }) => value);
			const counts = all.map(({ count }) => count);
			const total = counts.reduce((sum, count) => sum + count, 0);
			const { mean, p50, p95, max } = statistics(values, counts);
			expect([p50, p95, max]).toEqual([50, 95, 100].map((share) => nearestRank(values, counts, share)));
			expect(mean).toBeCloseTo(
				values.reduce((sum, value, at) => sum + value * (counts[at] ?? 0), 0) / total,
				6,
			);
		}),
		FUZZ,
	);
});

test("weights matter by ratio only: a thousandth of each gives the same quantiles", () => {
	fc.assert(
		fc.property(entries, (all) => {
			const values = all.map(({ value }) => value);
			const whole = statistics(
				values,
				all.map(({ count }) => count),
			);
			const small = statistics(
				values,
				all.map(({ count }) => count / 1000),
			);
			expect([small.p50, small.p95, small.max]).toEqual([whole.p50, whole.p95, whole.max]);
		}),
		FUZZ,
	);
});

test("the median of two is the lower: a value that occurs", () => {
	expect(statistics([10, 20], [1, 1])).toEqual({ mean: 15, p50: 10, p95: 20, max: 20 });
});

test("0.95 of twenty is the nineteenth, not skipped by a rounding error", () => {
	const values = Array.from({ length: 20 }, (_, index) => index + 1);
	expect(
		statistics(
			values,
			values.map(() => 0.1),
		).p95,
	).toBe(19);
});

test("a value with zero weight is not the maximum", () => {
	expect(statistics([1, 1000], [1, 0]).max).toBe(1);
});

test("order does not matter", () => {
	expect(statistics([5, 1, 3], [1, 2, 3])).toEqual(statistics([1, 3, 5], [2, 3, 1]));
});
