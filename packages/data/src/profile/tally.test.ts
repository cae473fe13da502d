/** Tallies give the same results as a sorted list, at a cost that depends only on the number of distinct values. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { Tally } from "./tally.ts";

const values = fc.array(fc.nat(50), { minLength: 1, maxLength: 200 });
const of = (list: readonly number[]): Tally => {
	const tally = new Tally();
	for (const value of list) tally.add(value);
	return tally;
};

test("quantiles by nearest rank, what is above, bins, and the way through storage", () => {
	fc.assert(
		fc.property(values, fc.nat(60), fc.integer({ min: 1, max: 10 }), (list, limit, bins) => {
			const tally = new Tally(of(list).entries());
			const sorted = [...list].sort((a, b) => a - b);
			for (const share of [0.01, 0.5, 0.95, 0.99, 1]) {
				expect(tally.quantile(share)).toBe(
					sorted[Math.max(0, Math.ceil(share * list.length * (1 - 1e-12)) - 1)],
				);
			}
			const over = list.filter((value) => value > limit);
			expect(tally.above(limit)).toEqual({
				count: over.length,
				excess: over.reduce((sum, value) => sum + value - limit, 0),
			});
			const { width, counts } = tally.bins(bins);
			expect(counts).toEqual(
				Array.from(
					{ length: bins },
					(_, bin) => list.filter((value) => Math.floor(value / width) === bin).length,
				),
			);
			expect(tally.summary()).toMatchObject({
				count: list.length,
				min: sorted[0],
				max: sorted.at(-1),
				total: list.reduce((a, b) => a + b),
			});
		}),
		{ seed: 14, numRuns: 200 },
	);
});

test("two merged are one of both", () => {
	fc.assert(
		fc.property(values, values, (one, other) => {
			const merged = of(one);
			merged.merge(of(other));
			expect(merged.entries()).toEqual(of([...one, ...other]).entries());
			expect(merged.count).toBe(one.length + other.length);
		}),
		{ seed: 14, numRuns: 100 },
	);
});

test("nothing added", () => {
	expect(new Tally().summary()).toBeUndefined();
	expect(new Tally().quantile(0.5)).toBe(0);
});
