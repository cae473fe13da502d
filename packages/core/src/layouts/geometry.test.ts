/**
 * Sizes and grids of the shared rules, derived by hand at their edge cases: ties, exact fits, one pixel more or less.
 */

import type { Grid, Size } from "@onevision/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pooledSize } from "../pooling/sizes.ts";
import { gridsUpTo, nearestAspectGrid } from "./aspect-grid.ts";
import { fitInside } from "./best-resolution.ts";
import { fitToTiles, leastScaleGrid } from "./canvas-scale.ts";
import { coveringGrid } from "./covering-grid.ts";
import {
	countByRate,
	sampleArange,
	sampleArangeShifted,
	sampleLinspace,
	sampleLinspaceRounded,
	sampleSegments,
	sampleUniform,
} from "./frame-sampling.ts";
import { resizeSlice, resizeView, sliceGrid } from "./minicpm-slice-grid.ts";
import { navitResize } from "./navit-resize.ts";
import { clampPixels, smartResize, smartResizeClip } from "./smart-resize.ts";
import { unpad } from "./unpad.ts";

const size = (width: number, height: number): Size => ({ width, height });
const grid = (rows: number, cols: number): Grid => ({ rows, cols });

describe("aspect grid", () => {
	test("all grids of a number of tiles, ordered by tiles, then columns", () => {
		expect(gridsUpTo(1, 4)).toEqual(
			[
				[1, 1],
				[2, 1],
				[1, 2],
				[3, 1],
				[1, 3],
				[4, 1],
				[2, 2],
				[1, 4],
			].map(([rows = 0, cols = 0]) => grid(rows, cols)),
		);
		expect(gridsUpTo(3, 3)).toEqual([grid(3, 1), grid(1, 3)]);
	});
	const grids = gridsUpTo(1, 6);
	test.each([
		["wide", size(900, 300), grid(1, 3)],
		["high", size(300, 900), grid(3, 1)],
		["between two ratios, nearer the first, large", size(1240, 1000), grid(2, 2)],
		["between two ratios, nearer the second", size(1260, 1000), grid(2, 3)],
		// 1×1 and 2×2 tie. 2×2 has 400² · 4 pixels, half of which are 320,000.
		["a tie at half the pixels stays with the first", size(565, 565), grid(1, 1)],
		["a tie beyond half the pixels goes on", size(566, 566), grid(2, 2)],
		// 1×2 and 2×4 would tie if 8 tiles were allowed, but they are not here.
		["a tie needs a grid that is allowed", size(2000, 1000), grid(1, 2)],
	])("%s", (_, image, expected) => {
		expect(nearestAspectGrid(image, 400, grids)).toEqual(expected);
	});
	test("exactly half the pixels is not more than half", () => {
		// 0.5 · 400² · 4 = 800 · 400: an image of ratio 2 between 1×2 (ratio 2) and 2×4.
		const both = [grid(1, 2), grid(2, 4)];
		expect(nearestAspectGrid(size(1131, 565.5), 400, both)).toEqual(grid(1, 2));
		expect(nearestAspectGrid(size(1600, 800), 400, [grid(1, 2), grid(2, 4)])).toEqual(grid(2, 4));
		// 0.5 · 400² · 8 = 640,000 = 1131.37²/2; with tiles of 200 px: 0.5 · 200² · 8 = 160,000 = 400 · 400.
		expect(nearestAspectGrid(size(400, 400), 200, [grid(1, 1), grid(2, 2)])).toEqual(grid(2, 2));
		expect(nearestAspectGrid(size(200, 400), 200, [grid(2, 1), grid(4, 1), grid(4, 2)])).toEqual(grid(2, 1));
		expect(nearestAspectGrid(size(200, 200), 200, [grid(1, 1), grid(1, 2), grid(2, 1)])).toEqual(grid(1, 1));
	});
});

describe("canvas scale", () => {
	const grids = gridsUpTo(1, 4);
	const rule = { tile: 100, grids };
	test.each([
		["exactly one tile is not enlarged", size(100, 100), grid(1, 1)],
		["a pixel more takes the next that holds it", size(101, 100), grid(1, 2)],
		["one that no grid holds is shrunk least", size(500, 100), grid(1, 4)],
		["shrunk least, by the tighter side", size(500, 400), grid(2, 2)],
		["equally little: the first, the smaller", size(50, 50), grid(1, 1)],
	])("%s", (_, image, expected) => {
		expect(leastScaleGrid(image, rule)).toEqual(expected);
	});
	test("picks the largest enlargement on request", () => {
		expect(leastScaleGrid(size(50, 50), { ...rule, enlargeMost: true })).toEqual(grid(2, 2));
		expect(leastScaleGrid(size(100, 20), { ...rule, enlargeMost: true })).toEqual(grid(1, 4));
	});
	test("computes in float32, where a scale can round up to 1", () => {
		// 100 / 100.000001 is below 1 in float64 and 1 in float32.
		const image = size(100.000001, 50);
		const two = [grid(1, 1), grid(1, 2)];
		expect(leastScaleGrid(image, { tile: 100, grids: two })).toEqual(grid(1, 2));
		expect(leastScaleGrid(image, { tile: 100, grids: two, float32: true })).toEqual(grid(1, 1));
		const high = size(50, 100.000001);
		const stacked = [grid(1, 1), grid(2, 1)];
		expect(leastScaleGrid(high, { tile: 100, grids: stacked })).toEqual(grid(2, 1));
		expect(leastScaleGrid(high, { tile: 100, grids: stacked, float32: true })).toEqual(grid(1, 1));
	});
	test("an empty list of grids is the caller's error", () => {
		expect(() => leastScaleGrid(size(1, 1), { tile: 1, grids: [] })).toThrow(/no tile grid/);
		expect(() => coveringGrid(size(1, 1), 1, [])).toThrow(/no tile grid/);
	});
	test.each([
		["kept as it is", size(150, 120), size(200, 200), 100, size(150, 120)],
		["enlarged until one side is a tile", size(80, 50), size(100, 100), 100, size(100, 62)],
		["and the other side", size(50, 80), size(100, 100), 100, size(62, 100)],
		["shrunk to the canvas", size(400, 300), size(200, 200), 100, size(200, 150)],
		["shrunk by the height", size(300, 400), size(200, 200), 100, size(150, 200)],
		["without a tile enlarged to the canvas", size(30, 20), size(200, 200), undefined, size(200, 133)],
		["without a tile, by the height", size(20, 30), size(200, 200), undefined, size(133, 200)],
		["not below 1 px", size(1000, 1), size(100, 100), undefined, size(100, 1)],
		["not below 1 px across", size(1, 1000), size(100, 100), undefined, size(1, 100)],
	])("fit: %s", (_, image, canvas, tile, expected) => {
		expect(fitToTiles(image, canvas, tile)).toEqual(expected);
	});
});

test.each([
	["by the width, rounded up", size(300, 100), size(200, 200), size(200, 67)],
	["by the height, rounded up", size(100, 300), size(200, 200), size(67, 200)],
	["exactly", size(100, 50), size(200, 100), size(200, 100)],
	["never beyond the canvas", size(49, 49), size(100, 100), size(100, 100)],
])("inside a canvas: %s", (_, image, canvas, expected) => {
	expect(fitInside(image, canvas)).toEqual(expected);
});

describe("covering grid", () => {
	const grids = gridsUpTo(1, 4).sort((a, b) => a.rows * a.cols - b.rows * b.cols || a.rows - b.rows);
	test.each([
		["what fits one tile", size(100, 100), grid(1, 1)],
		// One tile keeps (100/105)² = 0.907 of it. At 106 px it keeps 0.89, and two or three tiles side by side keep no more.
		["a little over a tile, 90 % kept", size(105, 105), grid(1, 1)],
		["less than 90 % kept", size(106, 106), grid(2, 2)],
		["two beside each other", size(200, 100), grid(1, 2)],
		["two on top of each other", size(100, 200), grid(2, 1)],
		["three beside each other", size(300, 100), grid(1, 3)],
		["no grid keeps 90 %: the one that keeps most", size(1000, 1000), grid(2, 2)],
		["no grid, wide", size(1000, 250), grid(1, 4)],
	])("%s", (_, image, expected) => {
		expect(coveringGrid(image, 100, grids)).toEqual(expected);
	});
	test("of several grids with equally many tiles, the one that keeps more wins, in any order", () => {
		// Side by side, all of 104×100 is kept; stacked, (100/104)² = 0.92.
		const [beside, above] = [grid(1, 2), grid(2, 1)];
		for (const two of [
			[beside, above],
			[above, beside],
		]) {
			expect(coveringGrid(size(104, 100), 100, two)).toEqual(beside);
			expect(coveringGrid(size(100, 104), 100, two)).toEqual(above);
		}
		// More tiles keep no more than the threshold requires, so the first number of tiles stays.
		expect(coveringGrid(size(104, 100), 100, [above, grid(2, 2)])).toEqual(above);
	});
	test("the last row and column take the remainder", () => {
		// 301 px in three columns: 100, 100, 101. The last one keeps 100 · 100 · 100/101.
		expect(coveringGrid(size(301, 100), 100, [grid(1, 3), grid(1, 4)])).toEqual(grid(1, 3));
		expect(coveringGrid(size(100, 301), 100, [grid(3, 1), grid(4, 1)])).toEqual(grid(3, 1));
	});
});

describe("frames", () => {
	test.each([
		["uniform", sampleUniform(10, 4), [0, 2, 5, 7]],
		["linspace truncated", sampleLinspace(10, 4), [0, 3, 6, 9]],
		["linspace truncated, between", sampleLinspace(11, 4), [0, 3, 6, 10]],
		["linspace rounded", sampleLinspaceRounded(11, 4), [0, 3, 7, 10]],
		["linspace rounded, ties to even", sampleLinspaceRounded(6, 3), [0, 2, 5]],
		["arange", sampleArange(10, 4), [0, 2, 5, 7]],
		["arange, shifted to the middle", sampleArangeShifted(10, 4), [1, 3, 6, 8]],
		["segments", sampleSegments(10, 4), [1, 3, 5, 8]],
	])("%s", (_, frames, expected) => {
		expect(frames).toEqual(expected);
	});
	test("arange uses float32: a frame index that float64 puts just below an integer", () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 512 }), (total, count) => {
				fc.pre(count <= total);
				const step = total / count;
				const values = sampleArange(total, count);
				expect(values.length).toBe(Math.ceil(total / step));
				for (const [index, value] of values.entries()) {
					expect(value).toBe(Math.trunc(Float32Array.of(index * step)[0] ?? 0));
				}
				const shifted = sampleArangeShifted(total, count);
				for (const [index, value] of shifted.entries()) {
					expect(value).toBe(Math.trunc(Float32Array.of(step / 2 + index * step)[0] ?? 0));
				}
			}),
			{ seed: 4, numRuns: 300 },
		);
	});
	const limits = { min: 4, max: 768, multiple: 2 };
	test.each([
		["at the rate", { total: 300, fps: 30, rate: 2 }, limits, 20],
		["down to a multiple", { total: 330, fps: 30, rate: 1 }, limits, 10],
		["not below the least", { total: 30, fps: 30, rate: 1 }, limits, 4],
		["the least up to a multiple", { total: 30, fps: 30, rate: 1 }, { ...limits, min: 5 }, 6],
		["not above the most", { total: 90_000, fps: 30, rate: 2 }, limits, 768],
		["the most down to a multiple", { total: 90_000, fps: 30, rate: 2 }, { ...limits, max: 9 }, 8],
		["not above what there is", { total: 7, fps: 30, rate: 60 }, limits, 6],
		["fewer frames than the least", { total: 3, fps: 30, rate: 1 }, limits, 2],
	])("by rate: %s", (_, clip, bounds, expected) => {
		expect(countByRate(clip, bounds)).toBe(expected);
	});
});

describe("MiniCPM slices", () => {
	test.each([
		["one slice's area is not cut", size(400, 400), 9, undefined],
		// Two areas: grids of 2 and 3 cuts. A square ties between one row and two; more rows win.
		["a square of a pixel more", size(401, 400), 9, grid(1, 2)],
		["a square, tie to more rows", size(500, 500), 9, grid(2, 1)],
		["wide", size(1200, 400), 9, grid(1, 3)],
		["high", size(400, 1200), 9, grid(3, 1)],
		["four areas", size(800, 800), 9, grid(2, 2)],
		["as many as are allowed", size(4000, 4000), 4, grid(2, 2)],
		["allowed one", size(4000, 4000), 1, undefined],
		["limited, wide", size(8000, 500), 5, grid(1, 5)],
	])("%s", (_, image, most, expected) => {
		expect(sliceGrid(image, most, 400)).toEqual(expected);
	});
	test.each([
		["small: sides rounded", size(100, 90), 448, 14, false, size(98, 84)],
		["small and enlarged", size(100, 100), 448, 14, true, size(448, 448)],
		["exactly the area is not resized", size(448, 448), 448, 14, false, size(448, 448)],
		["large: the area of a slice", size(896, 448), 448, 14, false, size(630, 322)],
		["rounded to even on a tie", size(35, 21), 448, 14, false, size(28, 28)],
		["at least one multiple", size(3, 3), 448, 14, false, size(14, 14)],
	])("view: %s", (_, image, slice, divisor, up, expected) => {
		expect(resizeView(image, slice, divisor, up)).toEqual(expected);
	});
	test("a slice has the size of the evenly cut image", () => {
		expect(resizeSlice(size(900, 300), grid(1, 3), 448, 14)).toEqual(size(448, 448));
		expect(resizeSlice(size(901, 600), grid(1, 2), 448, 14)).toEqual(size(392, 518));
	});
});

describe("navit", () => {
	const limits = { patch: 14, merge: 2, maxPatches: 100, maxSide: undefined };
	test.each([
		["as it is, padded to tokens", size(100, 60), limits, size(100, 60), size(112, 84)],
		["whole tokens are not padded", size(112, 84), limits, size(112, 84), size(112, 84)],
		// 20 · 20 patches: halved.
		["over the budget of patches", size(280, 280), limits, size(140, 140), size(140, 140)],
		["at the budget", size(140, 140), limits, size(140, 140), size(140, 140)],
		// Rounding down gives 10 · 10, which is not shrunk.
		["patches are floored", size(153, 153), limits, size(153, 153), size(168, 168)],
		["a side limit across", size(200, 28), { ...limits, maxSide: 10 }, size(140, 19), size(140, 28)],
		["a side limit down", size(28, 200), { ...limits, maxSide: 10 }, size(19, 140), size(28, 140)],
		["no side below 1 px", size(1, 14_000), { ...limits, maxSide: 10 }, size(1, 140), size(28, 140)],
		["nor down", size(14_000, 1), { ...limits, maxSide: 10 }, size(140, 1), size(140, 28)],
		["thinner than a patch counts as one", size(5, 2800), limits, size(3, 1979), size(28, 1988)],
		["wider than it is high", size(2800, 5), limits, size(1979, 3), size(1988, 28)],
	])("%s", (_, image, rule, content, canvas) => {
		expect(navitResize(image, rule)).toEqual({ content, canvas });
	});
});

describe("smart resize", () => {
	const limits = { factor: 28, minPixels: 56 * 56, maxPixels: 280 * 280 };
	test.each([
		["rounded to the nearest", size(100, 130), "shrink", size(112, 140)],
		["ties to the even multiple", size(70, 98), "shrink", size(56, 112)],
		["the fewest pixels exactly", size(56, 56), "shrink", size(56, 56)],
		["one multiple fewer grows", size(40, 40), "shrink", size(56, 56)],
		["grows by the root, rounded up", size(30, 60), "shrink", size(56, 84)],
		["the most pixels exactly", size(280, 280), "shrink", size(280, 280)],
		["over it shrinks by the root, rounded down", size(310, 280), "shrink", size(280, 252)],
		["a thin one, guarded as it shrinks", size(10_000, 50), "shrink", size(3948, 28)],
		["half a factor rounds to none and grows", size(200, 13), "shrink", size(224, 28)],
		["half a factor is guarded as it is rounded", size(200, 13), "round", size(196, 28)],
		["and across", size(13, 200), "round", size(28, 196)],
		["without the guard it shrinks to nothing", size(10_000, 50), "round", size(3948, 0)],
	] as const)("%s", (_, image, guard, expected) => {
		expect(smartResize(image, limits, guard)).toEqual(expected);
	});
	test("an aspect ratio of 200 is accepted, more is refused", () => {
		expect(() => smartResize(size(2000, 10), limits, "shrink")).not.toThrow();
		expect(() => smartResize(size(10, 2000), limits, "shrink")).not.toThrow();
		expect(() => smartResize(size(2001, 10), limits, "shrink")).toThrow(/aspect ratio 200.1 of 2001x10/);
		expect(() => smartResize(size(10, 2001), limits, "shrink")).toThrow(/aspect ratio 200.1/);
	});
	const clip = { factor: 28, minPixels: 4 * 28 * 28, maxPixels: 16 * 28 * 28 };
	test.each([
		["within the budget", size(56, 56), 4, size(56, 56)],
		["a budget of all frames: shrunk by their root", size(56, 56), 8, size(28, 28)],
		["grown", size(28, 28), 2, size(56, 56)],
		["frames are rounded to even pairs: 5 to 4", size(56, 56), 5, size(56, 56)],
		["and 7 to 8", size(56, 56), 7, size(28, 28)],
		["a side below the factor is enlarged first, the other with it", size(14, 40), 2, size(28, 84)],
		["and the other way", size(40, 14), 2, size(84, 28)],
		["by the smaller side", size(7, 14), 4, size(28, 56)],
		["though it would round to the factor", size(20, 100), 2, size(28, 140)],
		["and the other way", size(100, 20), 2, size(140, 28)],
	])("clip: %s", (_, image, frames, expected) => {
		expect(smartResizeClip(image, frames, 2, clip)).toEqual(expected);
	});
	test("pixel counts at a limit are kept, and no side shrinks below the minimum", () => {
		const bounds = { factor: 10, minPixels: 400, maxPixels: 900 };
		const clamp = (rounded: Size, image = rounded) => clampPixels(image, rounded, 1, 1, bounds, 10);
		expect(clamp(size(30, 30))).toEqual(size(30, 30));
		expect(clamp(size(20, 20))).toEqual(size(20, 20));
		expect(clamp(size(40, 30), size(40, 30))).toEqual(size(30, 20));
		expect(clamp(size(1000, 10))).toEqual(size(300, 10));
		expect(clamp(size(10, 1000))).toEqual(size(10, 300));
		expect(clamp(size(20, 10))).toEqual(size(30, 20));
	});
});

describe("unpad", () => {
	test.each([
		["the image's own ratio keeps all", size(200, 100), grid(27, 54), grid(27, 54)],
		["wider: rows go, as many above as below", size(400, 100), grid(27, 54), grid(13, 54)],
		["higher: columns go", size(100, 100), grid(27, 54), grid(27, 28)],
		["an odd row stays", size(300, 100), grid(28, 28), grid(10, 28)],
		["an odd column stays", size(100, 300), grid(28, 28), grid(28, 10)],
	])("%s", (_, image, features, expected) => {
		expect(unpad(image, features, "seven-decimals")).toEqual(expected);
		expect(unpad(image, features, "plain")).toEqual(expected);
	});
	test("a product that is an integer in exact arithmetic keeps its row at seven decimals only", () => {
		expect(unpad(size(1107, 820), grid(81, 81), "seven-decimals")).toEqual(grid(61, 81));
		expect(unpad(size(1107, 820), grid(81, 81), "plain")).toEqual(grid(59, 81));
	});
});

test("pooling: bilinear rounds up, the others down", () => {
	expect(pooledSize(grid(27, 54), 2, "bilinear")).toEqual(grid(14, 27));
	expect(pooledSize(grid(27, 53), 2, "average")).toEqual(grid(13, 26));
	expect(pooledSize(grid(28, 29), 3, "max")).toEqual(grid(9, 9));
	expect(pooledSize(grid(28, 30), 1, "bilinear")).toEqual(grid(28, 30));
});
