/** Painting stays inside its box, covers what it should, and puts the source in the right place. */

import type { RgbImage } from "@onevision/media";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testImage } from "../../../media/src/testing/images.ts";
import { blankImage } from "../shapes/blank.ts";
import { BLACK, gray, WHITE } from "../shapes/color.ts";
import type { Box } from "../shapes/path.ts";
import { contrastBox, hatch, intersection, magnify, outside, paintSource, veil } from "./paint.ts";

const SIZE = { width: 40, height: 30 };
const BOXES = fc.record({
	x: fc.integer({ min: -10, max: 45 }),
	y: fc.integer({ min: -10, max: 35 }),
	width: fc.integer({ min: 1, max: 30 }),
	height: fc.integer({ min: 1, max: 30 }),
});

/** Pixels that differ from a gray background. */
function changed(draw: (target: RgbImage) => void): { readonly x: number; readonly y: number }[] {
	const target = blankImage(SIZE, gray(118));
	draw(target);
	return Array.from({ length: SIZE.width * SIZE.height }, (_, at) => at)
		.filter((at) => [0, 1, 2].some((channel) => target.data[at * 3 + channel] !== 118))
		.map((at) => ({ x: at % SIZE.width, y: Math.floor(at / SIZE.width) }));
}
const holds = (box: Box, { x, y }: { readonly x: number; readonly y: number }): boolean =>
	x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;
const area = (box: Box | undefined): number => (box === undefined ? 0 : box.width * box.height);

describe("stays in its box", () => {
	test.each([
		["veil", (target: RgbImage, box: Box) => veil(target, box, WHITE, 1)],
		["hatch", (target: RgbImage, box: Box) => hatch(target, box, BLACK, 1, 5)],
		["line", (target: RgbImage, box: Box) => contrastBox(target, box, 0.5)],
		[
			"image",
			(target: RgbImage, box: Box) =>
				paintSource(target, testImage({ width: 9, height: 7 }, 1, "noise"), box, box),
		],
	])("%s", (_, draw) => {
		fc.assert(
			fc.property(BOXES, (box) => {
				for (const pixel of changed((target) => draw(target, box))) expect(holds(box, pixel)).toBe(true);
			}),
			{ numRuns: 60 },
		);
	});
});

test("a veil covers the whole part of its box inside the image", () => {
	fc.assert(
		fc.property(BOXES, (box) => {
			const inside = intersection(box, { x: 0, y: 0, ...SIZE });
			expect(changed((target) => veil(target, box, WHITE, 1))).toHaveLength(area(inside));
		}),
	);
});

test("a box minus a hole has the area of the difference, in disjoint parts", () => {
	fc.assert(
		fc.property(BOXES, BOXES, (box, hole) => {
			const parts = outside(box, hole);
			expect(parts.reduce((sum, part) => sum + area(part), 0)).toBe(
				area(box) - area(intersection(box, hole)),
			);
			for (const [index, part] of parts.entries()) {
				for (const other of parts.slice(index + 1)) expect(intersection(part, other)).toBeUndefined();
			}
		}),
	);
});

test("a line is visible on black, white and gray", () => {
	for (const shade of [0, 60, 118, 160, 255]) {
		const target = blankImage(SIZE, gray(shade));
		contrastBox(target, { x: 3, y: 0, width: 1, height: 30 }, 0.32);
		expect(Math.abs((target.data[9] ?? 0) - shade)).toBeGreaterThan(30);
	}
});

/** Left half black, right half white. */
function halves(width: number, height: number): RgbImage {
	const image = blankImage({ width, height }, BLACK);
	veil(image, { x: width / 2, y: 0, width: width / 2, height }, WHITE, 1);
	return image;
}

test("a part is in the same place whether cropped before or after resizing", () => {
	for (const [scale, source] of [
		[1, halves(400, 100)],
		[20, halves(4000, 1000)],
	] as const) {
		const target = blankImage(SIZE, gray(118));
		// The middle of the source is at column 20.
		const whole = { x: 20 - 200 * scale, y: -10, width: 400 * scale, height: 100 * scale };
		paintSource(target, source, whole, { x: 0, y: 0, ...SIZE });
		expect([target.data[15 * 3], target.data[24 * 3]]).toEqual([0, 255]);
	}
});

test("magnified pixels are squares", () => {
	const small = testImage({ width: 3, height: 2 }, 1, "noise");
	const large = magnify(small, 4);
	expect([large.width, large.height]).toEqual([12, 8]);
	expect(large.data[(7 * 12 + 11) * 3]).toBe(small.data[(1 * 3 + 2) * 3]);
	expect(large.data[(3 * 12 + 4) * 3]).toBe(small.data[1 * 3]);
});
