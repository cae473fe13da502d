/** Coverage is the exact area of a shape within each pixel, for any shape and any clipping. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLACK, blankImage, type Path, WHITE } from "../index.ts";
import { fill } from "./fill.ts";
import {
	discPath,
	framePath,
	gridLine,
	gridPath,
	linePath,
	rectanglePath,
	roundedRectanglePath,
} from "./path.ts";
import { barsPath, curvePoints } from "./plot.ts";

const SIDE = 48;

/** Covered share of each pixel, in 255ths, `[side, side]`. */
function covered(path: Path, side = SIDE): number[] {
	const target = blankImage({ width: side, height: side }, BLACK);
	fill(target, path, { color: WHITE });
	return Array.from({ length: side * side }, (_, index) => target.data[index * 3] ?? 0);
}

const area = (path: Path): number => covered(path).reduce((sum, value) => sum + value, 0) / 255;
const shifted = (path: Path, dx: number, dy: number): Path =>
	path.map((contour) => contour.map(({ x, y }) => ({ x: x + dx, y: y + dy })));

const quarter = (min: number, max: number) =>
	fc.integer({ min: min * 4, max: max * 4 }).map((value) => value / 4);
const coordinate = fc.double({ min: -20, max: SIDE + 20, noNaN: true });
const polygon = fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 3, maxLength: 8 });

describe("rectangles", () => {
	test("each pixel gets the share of its area inside the shape", () => {
		fc.assert(
			fc.property(
				quarter(-4, SIDE),
				quarter(-4, SIDE),
				quarter(0, 30),
				quarter(0, 30),
				(x, y, width, height) => {
					const within = (start: number, length: number, at: number): number =>
						Math.max(0, Math.min(start + length, at + 1) - Math.max(start, at));
					const expected = Array.from({ length: SIDE * SIDE }, (_, index) =>
						Math.floor(
							255 * within(x, width, index % SIDE) * within(y, height, Math.floor(index / SIDE)) + 0.5,
						),
					);
					expect(covered(rectanglePath({ x, y, width, height }))).toEqual(expected);
				},
			),
			{ numRuns: 60 },
		);
	});

	test("alpha blends with the pixels below, rounded to nearest", () => {
		const target = blankImage({ width: 1, height: 1 }, { red: 200, green: 100, blue: 3 });
		const color = { red: 0, green: 255, blue: 0 };
		fill(target, rectanglePath({ x: 0, y: 0, width: 1, height: 1 }), { color, alpha: 0.25 });
		expect([...target.data]).toEqual([150, 139, 2]);
	});
});

describe("any polygon", () => {
	test("clipping to a window shows the same pixels as the whole", () => {
		fc.assert(
			fc.property(polygon, fc.nat(16), fc.nat(16), (points, left, top) => {
				const whole = covered([points], SIDE);
				const window = covered(shifted([points], -left, -top), SIDE - 16);
				// Summing in another order may fall on the other side of a rounding tie.
				const differing = window.filter((value, index) => {
					const x = (index % (SIDE - 16)) + left;
					const y = Math.floor(index / (SIDE - 16)) + top;
					return Math.abs(value - (whole[y * SIDE + x] ?? 0)) > 1;
				});
				expect(differing).toEqual([]);
			}),
			{ numRuns: 100 },
		);
	});

	test("direction does not matter, and overlap within a path never covers more than fully", () => {
		fc.assert(
			fc.property(fc.record({ x: quarter(2, 20), y: quarter(2, 20) }), quarter(1, 20), (at, radius) => {
				const disc = discPath(at, radius);
				const once = covered(disc);
				expect(covered(disc.map((contour) => contour.toReversed()))).toEqual(once);
				const twice = covered([...disc, ...disc]);
				const beyond = once.filter((value, index) => {
					const both = twice[index] ?? 0;
					return both < value || both > Math.min(255, 2 * value + 1);
				});
				expect(beyond).toEqual([]);
			}),
			{ numRuns: 40 },
		);
	});

	test.each([Number.NaN, Number.POSITIVE_INFINITY, -1e12])("a coordinate of %s is refused", (x) => {
		expect(() =>
			covered([
				[
					{ x, y: 0 },
					{ x: 1, y: 1 },
					{ x: 0, y: 1 },
				],
			]),
		).toThrow(/cannot be drawn/);
	});

	test("far coordinates cost no more than near ones and keep the right half", () => {
		const far = 2 ** 30;
		const half = [
			{ x: 24, y: -far },
			{ x: far, y: -far },
			{ x: far, y: far },
			{ x: 24, y: far },
		];
		expect(area([half])).toBe((SIDE * SIDE) / 2);
	});
});

describe("shapes have the area of their formula", () => {
	test.each([
		["disc", discPath({ x: 24.3, y: 23.8 }, 17), Math.PI * 17 ** 2],
		["tiny disc", discPath({ x: 24.3, y: 23.8 }, 1.5), Math.PI * 1.5 ** 2],
		[
			"round corners",
			roundedRectanglePath({ x: 3, y: 4, width: 40, height: 30 }, 6),
			40 * 30 - (4 - Math.PI) * 36,
		],
		["frame", framePath({ x: 3, y: 4, width: 40, height: 30 }, 3), 40 * 30 - 34 * 24],
		["frame as thick as its box", framePath({ x: 3, y: 4, width: 10, height: 30 }, 5), 300],
		[
			"line",
			linePath(
				[
					{ x: 5, y: 5 },
					{ x: 35, y: 45 },
				],
				3,
			),
			150,
		],
		[
			"line of no length",
			linePath(
				[
					{ x: 5, y: 5 },
					{ x: 5, y: 5 },
				],
				3,
			),
			0,
		],
		["bars", barsPath({ x: 4, y: 4, width: 40, height: 40 }, [0, 1, 2, 4]), 0.8 * 10 * (10 + 20 + 40)],
	])("%s", (_name, path, expected) => {
		expect(Math.abs(area(path) - expected)).toBeLessThan(0.002 * expected + 0.1);
	});

	test("a line has its width in every direction", () => {
		fc.assert(
			fc.property(quarter(10, 38), quarter(10, 38), quarter(1, 6), (x, y, width) => {
				const length = Math.sqrt((x - 24) ** 2 + (y - 24) ** 2);
				const line = linePath(
					[
						{ x: 24, y: 24 },
						{ x, y },
					],
					width,
				);
				expect(Math.abs(area(line) - length * width)).toBeLessThan(0.01 * length * width + 0.3);
			}),
			{ numRuns: 60 },
		);
	});
});

describe("grids and plots", () => {
	test("cells of a side differ by at most 1 px and fill it", () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 64 }), (side, count) => {
				const lines = Array.from({ length: count + 1 }, (_, index) => gridLine(side, count, index));
				const cells = lines.slice(1).map((line, index) => line - (lines[index] ?? 0));
				expect([lines[0], lines.at(-1)]).toEqual([0, side]);
				expect(Math.max(...cells) - Math.min(...cells)).toBeLessThanOrEqual(1);
			}),
		);
	});

	test("grid lines lie on whole pixels, crossings are covered once", () => {
		const values = covered(gridPath({ x: 0, y: 0, width: SIDE, height: SIDE }, { rows: 3, cols: 4 }, 1));
		expect(new Set(values)).toEqual(new Set([0, 255]));
		expect(values.filter((value) => value === 255)).toHaveLength(2 * SIDE + 3 * SIDE - 6);
	});

	test("a curve passes through the tops of the bars and is clipped at the maximum", () => {
		const box = { x: 0, y: 0, width: 40, height: 20 };
		expect(curvePoints(box, [0, 5, 10, 40], { max: 20 })).toEqual([
			{ x: 5, y: 20 },
			{ x: 15, y: 15 },
			{ x: 25, y: 10 },
			{ x: 35, y: 0 },
		]);
		expect(curvePoints(box, [0, 0])).toEqual([
			{ x: 10, y: 20 },
			{ x: 30, y: 20 },
		]);
	});
});
