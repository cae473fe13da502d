/**
 * What a mixture takes from a file: the same slices as Python, percentages rounded up, draws of exactly the requested
 * number of rows.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSampling, selectRows } from "./selection.ts";

const taken = (text: string, total: number, seed = 0): number[] => {
	const isTaken = selectRows(parseSampling(text), total, seed);
	return Array.from({ length: total }, (_, index) => index).filter(isTaken);
};

test.each([
	["all", 5, [0, 1, 2, 3, 4]],
	["first:2", 5, [0, 1]],
	["first:50%", 5, [0, 1, 2]],
	["first:1%", 5, [0]],
	["first:0", 5, []],
	["first:-2", 5, [0, 1, 2]],
	["first:9", 5, [0, 1, 2, 3, 4]],
	["end:2", 5, [3, 4]],
	["end:30%", 5, [3, 4]],
	["end:0", 5, [0, 1, 2, 3, 4]],
	["end:-2", 5, [2, 3, 4]],
	["first", 5, [0, 1, 2, 3, 4]],
	["latest:2", 5, [0, 1, 2, 3, 4]],
	["first:7%", 100, [0, 1, 2, 3, 4, 5, 6]],
])("%s of %d", (text, total, expected) => {
	expect(taken(text, total)).toEqual(expected);
});

test.each(["first:0.5%", "first:", "random:x", "first:1:2"])("%s is refused, as int() raises", (text) => {
	expect(() => parseSampling(text)).toThrow(/sampling_strategy .*expected all, first:N/);
});

test("a draw has exactly so many rows, the same for a seed, and others for another", () => {
	fc.assert(
		fc.property(fc.nat(200), fc.nat(100), fc.nat(1000), (total, percent, seed) => {
			const rows = taken(`random:${percent}%`, total, seed);
			expect(rows.length).toBe(Math.ceil((percent * total) / 100));
			expect(taken(`random:${percent}%`, total, seed)).toEqual(rows);
		}),
		{ seed: 14, numRuns: 100 },
	);
	expect(taken("random:50", 100, 1)).not.toEqual(taken("random:50", 100, 2));
});

test("every row is drawn about as often as any other", () => {
	const counts = new Array<number>(10).fill(0);
	for (let seed = 0; seed < 2000; seed++)
		for (const row of taken("random:3", 10, seed)) counts[row] = (counts[row] ?? 0) + 1;
	for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(80);
});
