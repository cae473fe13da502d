/** Filters at their knots, and axis weights against a plain transcription of the references' formulas. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FILTERS, type Filter, RESAMPLERS } from "./filters.ts";
import { axisWeights, BACKENDS } from "./weights.ts";

const WEIGHING = FILTERS.filter((filter): filter is Exclude<Filter, "nearest"> => filter !== "nearest");

describe("filters", () => {
	test.each([
		// Half open: the pixel at −0.5 belongs to its neighbor.
		["box", [-0.5, -0.49, 0, 0.5, 0.51], [0, 1, 1, 1, 0]],
		["bilinear", [-1, -0.25, 0, 0.5, 1, 1.5], [0, 0.75, 1, 0.5, 0, 0]],
		// 0.54 + 0.46 · cos(π/2) times 2/π.
		["hamming", [-1, 0, 0.5, 1, 1.5], [0, 1, 0.343_774_68, 0, 0]],
		["hamming", [-0.25, 0.25], [0.779_015_93, 0.779_015_93]],
		// Catmull-Rom: 9/16 between two pixels, −1/16 beyond; 0 at whole distances.
		[
			"bicubic",
			[-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5],
			[0, -1 / 16, 0, 9 / 16, 1, 9 / 16, 0, -1 / 16, 0, 0],
		],
		["bicubic", [0.25, 1.25], [0.867_187_5, -0.070_312_5]],
		// sinc(x) · sinc(x/3).
		["lanczos", [-3, 0, 0.5, 1.5, 3], [0, 1, 0.607_927_1, -0.135_094_91, 0]],
		["lanczos", [-2.5, 2.5, 2.9, -2.9], [0.024_317_08, 0.024_317_08, 0.001_167_46, 0.001_167_46]],
	] as const)("%s at %j", (filter, places, weights) => {
		for (const [index, x] of places.entries()) {
			expect(RESAMPLERS[filter].weight(x)).toBeCloseTo(weights[index] ?? Number.NaN, 6);
		}
	});
	test("single-precision constants of the C source", () => {
		const half = (2 / Math.PI) * Math.fround(0.54);
		expect(RESAMPLERS.hamming.weight(0.5)).toBeCloseTo(half, 15);
		expect(RESAMPLERS.hamming.weight(0.5)).not.toBe((2 / Math.PI) * 0.54);
		const quarter = Math.PI / 4;
		const swing = Math.fround(0.54) + Math.fround(0.46) * Math.cos(quarter);
		expect(RESAMPLERS.hamming.weight(0.25)).toBe((Math.sin(quarter) / quarter) * swing);
	});
	test("at the support's end as in the C source, where a rounded π leaves less than 1e-17", () => {
		expect([RESAMPLERS.hamming.weight(1), RESAMPLERS.lanczos.weight(3)]).toEqual([0, 0]);
		expect(RESAMPLERS.lanczos.weight(-3)).not.toBe(0);
		expect(RESAMPLERS.lanczos.weight(-3)).toBeCloseTo(0, 17);
	});
	test("weights are zero beyond the support", () => {
		for (const filter of WEIGHING) {
			const { support, weight } = RESAMPLERS[filter];
			for (const x of [support + 1e-9, support + 0.5, support + 7]) {
				expect([filter, weight(x), weight(-x)]).toEqual([filter, 0, 0]);
			}
		}
	});
});

/** Resample.c `precompute_coeffs` and `normalize_coeffs_8bpc`, pixel by pixel, without fixed-width arrays. */
function plainly(from: number, to: number, filter: Exclude<Filter, "nearest">) {
	const { support, weight } = RESAMPLERS[filter];
	const stretch = Math.max(from / to, 1);
	return Array.from({ length: to }, (_, i) => {
		const center = (i + 0.5) * (from / to);
		const first = Math.max(0, Math.trunc(center - support * stretch + 0.5));
		const end = Math.min(from, Math.trunc(center + support * stretch + 0.5));
		const raw = Array.from({ length: end - first }, (_, j) =>
			weight((first + j - center + 0.5) * (1 / stretch)),
		);
		const total = raw.reduce((sum, value) => sum + value, 0);
		return { first, shares: raw.map((value) => (total === 0 ? value : value / total)) };
	});
}

const awayFromZero = (value: number) => (value < 0 ? Math.trunc(value - 0.5) : Math.trunc(value + 0.5));

test.each(WEIGHING)("%s: starts, counts and fixed-point weights of any axis", (filter) => {
	const side = fc.integer({ min: 1, max: 60 });
	fc.assert(
		fc.property(side, side, fc.constantFrom(...BACKENDS), (from, to, backend) => {
			const { starts, counts, weights, taps, shift } = axisWeights(from, to, filter, backend);
			const plain = plainly(from, to, filter);
			const largest = Math.max(0, ...plain.flatMap(({ shares }) => shares));
			if (backend === "pillow") expect(shift).toBe(22);
			else {
				// UpSampleKernel.cpp: one more bit would not fit in 15 bits.
				expect(Math.trunc(0.5 + largest * 2 ** shift)).toBeLessThan(2 ** 15);
				expect(shift === 22 || Math.trunc(0.5 + largest * 2 ** (shift + 1)) >= 2 ** 15).toBe(true);
			}
			for (const [i, { first, shares }] of plain.entries()) {
				expect([starts[i], counts[i]]).toEqual([first, shares.length]);
				const row = Array.from({ length: taps }, (_, j) => awayFromZero((shares[j] ?? 0) * 2 ** shift));
				expect([...weights.subarray(i * taps, (i + 1) * taps)]).toEqual(row.map((value) => value + 0));
			}
		}),
		{ seed: 9, numRuns: 120 },
	);
});

test("taps are as Pillow reserves them: twice the rounded-up support and one", () => {
	expect(axisWeights(10, 20, "bilinear", "pillow").taps).toBe(3);
	expect(axisWeights(30, 20, "bilinear", "pillow").taps).toBe(5);
	expect(axisWeights(20, 10, "lanczos", "pillow").taps).toBe(13);
	expect(axisWeights(20, 10, "box", "pillow").taps).toBe(3);
	expect(axisWeights(20, 10, "hamming", "pillow").taps).toBe(5);
	expect(axisWeights(20, 10, "bicubic", "pillow").taps).toBe(9);
});

test("refuses a side whose weights would fill memory, accepts the largest that fits", () => {
	// 2^22 weights: 3 taps for each of 1,398,101 pixels.
	expect(() => axisWeights(1, 1_398_102, "bilinear", "pillow")).toThrow(
		/4194306 weights, over the limit of 4194304/,
	);
	expect(axisWeights(4, 2 ** 22 / 4 / 2 ** 10, "bilinear", "pillow").weights.length).toBe(3 * 1024);
	// One target pixel from 2,097,151 source pixels: 2 · 2,097,151 + 1 weights with the filter of support 1.
	expect(axisWeights(2_097_151, 1, "bilinear", "pillow").taps).toBe(4_194_303);
	expect(() => axisWeights(2_097_152, 1, "bilinear", "pillow")).toThrow(/over the limit/);
});
