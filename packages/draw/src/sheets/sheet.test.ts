/** Sheets: grids that suit the images, nothing stretched, cropped or overlapping, even gaps, names in place. */

import type { Size } from "@onevision/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type Box,
	beforeAfterPair,
	blankImage,
	contactSheet,
	DEFAULT_SHEET_SIDE,
	gray,
	layoutPair,
	layoutSheet,
	MAX_SHEET_IMAGES,
	type SheetLayout,
} from "../index.ts";
import { BACKGROUNDS } from "../testing/backgrounds.ts";

const side = fc.integer({ min: 80, max: 1600 });
const size: fc.Arbitrary<Size> = fc.record({ width: side, height: side });
const sizes = fc.array(size, { minLength: 1, maxLength: 20 });
const camera = { width: 960, height: 540 };
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `view ${index + 1}`);

const apart = (one: Box, other: Box): boolean =>
	one.x + one.width <= other.x ||
	other.x + other.width <= one.x ||
	one.y + one.height <= other.y ||
	other.y + other.height <= one.y;

/**
 * Throws unless everything is on whole px inside the margins, without overlaps, and each image has its own aspect
 * ratio.
 */
function expectSound(layout: SheetLayout, given: readonly Size[]): void {
	const boxes = layout.cells.flatMap(({ image, caption }) => (caption ? [image, caption] : [image]));
	for (const [index, box] of boxes.entries()) {
		for (const value of Object.values(box)) expect(Number.isInteger(value)).toBe(true);
		expect(box.x).toBeGreaterThanOrEqual(layout.gap);
		expect(box.y).toBeGreaterThanOrEqual(layout.gap);
		expect(box.x + box.width).toBeLessThanOrEqual(layout.width - layout.gap);
		expect(box.y + box.height).toBeLessThanOrEqual(layout.height - layout.gap);
		for (const other of boxes.slice(index + 1)) expect(apart(box, other)).toBe(true);
	}
	layout.cells.forEach(({ image, scale }, index) => {
		const { width, height } = given[index] ?? camera;
		// Both sides have the same scale, each rounded to a whole px.
		const [across, down] = [image.width / width, image.height / height];
		expect(Math.abs(across - down)).toBeLessThanOrEqual(1 / width + 1 / height);
		expect(Math.min(Math.abs(scale - across) * width, Math.abs(scale - down) * height)).toBeLessThanOrEqual(
			1,
		);
	});
}

describe("contact sheets", () => {
	test.each([
		["four cameras", 4, camera, { rows: 2, cols: 2 }],
		["six cameras", 6, camera, { rows: 3, cols: 2 }],
		["eight wide frames", 8, camera, { rows: 4, cols: 2 }],
		["three phone screens", 3, { width: 1170, height: 2532 }, { rows: 1, cols: 3 }],
		["two panoramas", 2, { width: 2400, height: 600 }, { rows: 2, cols: 1 }],
		["nine squares", 9, { width: 384, height: 384 }, { rows: 3, cols: 3 }],
		["one", 1, camera, { rows: 1, cols: 1 }],
	])("%s", (_name, count, each, grid) => {
		const layout = layoutSheet(Array.from({ length: count }, () => each));
		expect({ rows: layout.rows, cols: layout.cols }).toEqual(grid);
		// Images of equal size are not scaled, and all gaps are equal.
		for (const { image, scale } of layout.cells) {
			expect(scale).toBe(1);
			expect((image.x - layout.gap) % (each.width + layout.gap)).toBe(0);
			expect((image.y - layout.gap) % (each.height + layout.gap)).toBe(0);
		}
	});

	test("images never overlap, keep their aspect ratios, and stay within the margins", () => {
		fc.assert(
			fc.property(
				sizes,
				fc.boolean(),
				fc.option(fc.integer({ min: 1300, max: 2400 })),
				(given, named, width) => {
					const layout = layoutSheet(given, {
						...(named ? { labels: names(given.length) } : {}),
						...(width === null ? {} : { width }),
					});
					expectSound(layout, given);
					if (width !== null) expect(layout.width).toBe(width);
					expect(layout.rows * layout.cols).toBeGreaterThanOrEqual(given.length);
					expect((layout.rows - 1) * layout.cols).toBeLessThan(given.length);
				},
			),
			{ numRuns: 200 },
		);
	});

	test("no side exceeds the requested maximum, for any number and size of images", () => {
		const shape = fc.record({
			width: fc.integer({ min: 1, max: 20_000 }),
			height: fc.integer({ min: 1, max: 20_000 }),
		});
		const many = fc.array(shape, { minLength: 1, maxLength: 60 });
		fc.assert(
			fc.property(many, fc.boolean(), fc.integer({ min: 900, max: 3000 }), (given, named, maxSide) => {
				const layout = layoutSheet(given, { maxSide, ...(named ? { labels: names(given.length) } : {}) });
				expectSound(layout, given);
				expect(Math.max(layout.width, layout.height)).toBeLessThanOrEqual(maxSide);
			}),
			{ numRuns: 100 },
		);
	});

	test("a sheet of many photographs fills the default side, and no more", () => {
		const layout = layoutSheet(
			Array.from({ length: 100 }, () => ({ width: 4000, height: 3000 })),
			{ labels: names(100) },
		);
		const longer = Math.max(layout.width, layout.height);
		expect(longer).toBeLessThanOrEqual(DEFAULT_SHEET_SIDE);
		expect(longer).toBeGreaterThan(0.98 * DEFAULT_SHEET_SIDE);
		expect(layout.captionSize).toBeLessThan(0.15 * (layout.cells[0]?.image.height ?? 0));
	});

	test("a tiny image among large ones is enlarged at most four times", () => {
		const given = [camera, { width: 16, height: 16 }, camera, camera];
		const [, icon] = layoutSheet(given).cells;
		expect(icon?.image).toMatchObject({ width: 64, height: 64 });
		// Where all are enlarged, so many times more than they are.
		expect(layoutSheet(given, { width: 5790 }).cells[1]?.scale).toBeGreaterThan(10);
	});

	test("unscaled images keep their pixels, with names above them", () => {
		const images = [
			BACKGROUNDS.noise({ width: 60, height: 40 }),
			BACKGROUNDS.photo({ width: 60, height: 40 }),
		];
		const { image: sheet, layout } = contactSheet(images, { labels: ["one", "two"] });
		layout.cells.forEach(({ image: box, caption }, index) => {
			for (let y = 0; y < box.height; y++) {
				const from = ((box.y + y) * sheet.width + box.x) * 3;
				expect(sheet.data.subarray(from, from + box.width * 3)).toEqual(
					images[index]?.data.subarray(y * 180, y * 180 + 180),
				);
			}
			expect(caption).toEqual({
				x: box.x,
				y: box.y - (caption?.height ?? 0),
				width: 60,
				height: caption?.height,
			});
			const line = sheet.data.subarray((caption?.y ?? 0) * sheet.width * 3, box.y * sheet.width * 3);
			expect(line).toContain(255);
		});
	});

	test("all captions shrink together before any is shortened", () => {
		const given = Array.from({ length: 4 }, () => camera);
		const usual = layoutSheet(given, { labels: names(4) }).captionSize;
		const longer = layoutSheet(given, { labels: [...names(3), "x".repeat(48)] }).captionSize;
		const longest = layoutSheet(given, { labels: [...names(3), "x".repeat(400)] }).captionSize;
		expect(longer).toBeLessThan(usual);
		expect(longest).toBe(Math.floor(0.6 * 0.024 * 1920));
	});
});

test("extreme aspect ratios still leave room for the images", () => {
	for (const each of [
		{ width: 1, height: 2000 },
		{ width: 2000, height: 1 },
	]) {
		expectSound(layoutSheet([each, each, each], { width: 200 }), [each, each, each]);
		expectSound(layoutPair(each, { width: 100, height: 100 }, { width: 200 }), [
			each,
			{ width: 100, height: 100 },
		]);
	}
});

describe("pairs", () => {
	test("two images of equal size keep it; others get the height of the higher one", () => {
		expect(layoutPair(camera, camera).cells.map(({ scale }) => scale)).toEqual([1, 1]);
		const { cells } = layoutPair({ width: 100, height: 200 }, { width: 300, height: 100 });
		expect(cells.map(({ image: { width, height } }) => [width, height])).toEqual([
			[100, 200],
			[600, 200],
		]);
	});

	test("any two images are side by side at the same height", () => {
		const shape = fc.record({
			width: fc.integer({ min: 50, max: 900 }),
			height: fc.integer({ min: 225, max: 900 }),
		});
		fc.assert(
			fc.property(shape, shape, fc.integer({ min: 600, max: 2000 }), (before, after, width) => {
				const layout = layoutPair(before, after, { width, labels: ["before", "after"] });
				expectSound(layout, [before, after]);
				expect(layout.width).toBe(width);
				const [left, right] = layout.cells.map(({ image }) => image);
				expect([left?.y, left?.height]).toEqual([right?.y, right?.height]);
			}),
			{ numRuns: 200 },
		);
	});

	test.each([
		["a thumbnail and its original", { width: 200, height: 150 }, { width: 4000, height: 3000 }, 600, 600],
		["an icon and a photo", { width: 16, height: 16 }, { width: 1107, height: 820 }, 64, 410],
		[
			"a small image and one 15 times as high",
			{ width: 90, height: 80 },
			{ width: 900, height: 1200 },
			320,
			480,
		],
		["two icons", { width: 16, height: 16 }, { width: 16, height: 24 }, 24, 24],
	])("no image is blown up: %s", (_name, small, large, low, high) => {
		for (const [before, after, expected] of [
			[small, large, [low, high]],
			[large, small, [high, low]],
		] as const) {
			const { cells } = layoutPair(before, after, { labels: ["before", "after"] });
			expect(cells.map(({ image }) => image.height)).toEqual(expected);
			expect(Math.max(...cells.map(({ scale }) => scale))).toBeLessThanOrEqual(4.01);
			for (const { caption } of cells) expect(caption?.width).toBeGreaterThanOrEqual(16);
		}
	});

	test("any two images stay within bounds and keep their aspect ratios", () => {
		const shape = fc.record({
			width: fc.integer({ min: 1, max: 9000 }),
			height: fc.integer({ min: 1, max: 9000 }),
		});
		fc.assert(
			fc.property(shape, shape, fc.boolean(), (before, after, named) => {
				const labels = named ? { labels: ["before", "after"] } : {};
				const layout = layoutPair(before, after, { maxSide: 1000, ...labels });
				expectSound(layout, [before, after]);
				expect(Math.max(layout.width, layout.height)).toBeLessThanOrEqual(1000);
				expect(Math.max(...layout.cells.map(({ scale }) => scale))).toBeLessThanOrEqual(5);
			}),
			{ numRuns: 200 },
		);
	});

	test("labels default to before and after", () => {
		const image = blankImage({ width: 80, height: 60 }, gray(9));
		const labels = (options: Parameters<typeof beforeAfterPair>[2]): unknown =>
			beforeAfterPair(image, image, options).layout.cells.map(({ label }) => label);
		expect(labels({})).toEqual(["before", "after"]);
		expect(labels({ labels: ["t = 0 s", "t = 9 s"] })).toEqual(["t = 0 s", "t = 9 s"]);
	});
});

test.each<[string, () => unknown, string]>([
	["no images", () => layoutSheet([]), "invalid-input"],
	["labels too few", () => layoutSheet([camera, camera], { labels: ["a"] }), "invalid-input"],
	["more columns than images", () => layoutSheet([camera], { columns: 2 }), "invalid-input"],
	["too narrow", () => layoutSheet([camera], { width: 10 }), "invalid-input"],
	["too many", () => layoutSheet(Array.from({ length: MAX_SHEET_IMAGES + 1 }, () => camera)), "over-limit"],
	["too large", () => layoutSheet([{ width: 20_000, height: 20_000 }], { width: 20_000 }), "over-limit"],
	["width and longest side", () => layoutSheet([camera], { width: 900, maxSide: 900 }), "invalid-input"],
	["a longest side of nothing", () => layoutPair(camera, camera, { maxSide: 0 }), "invalid-input"],
	[
		"one column higher than the longest side",
		() =>
			layoutSheet(
				Array.from({ length: 200 }, () => camera),
				{ columns: 1, maxSide: 300 },
			),
		"over-limit",
	],
	[
		"a label the font lacks",
		() => contactSheet([blankImage(camera, gray(0))], { labels: ["前"] }),
		"invalid-input",
	],
])("refused: %s", (_name, make, code) => {
	expect(make).toThrow(expect.objectContaining({ code }));
});
