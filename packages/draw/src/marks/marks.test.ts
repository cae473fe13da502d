/** Marks: legible on any background, masks, and what is rejected. */

import type { RgbImage } from "@onevision/media";
import { describe, expect, test } from "vitest";
import {
	type Box,
	blankImage,
	drawMarks,
	gray,
	gridCells,
	inset,
	MAX_MARKS,
	MIN_MARK_SIZE,
	type Region,
} from "../index.ts";
import { contrastRatio, luminanceOf, READABLE_CONTRAST } from "../shapes/color.ts";
import { BACKGROUNDS } from "../testing/backgrounds.ts";
import { expectSound } from "../testing/marks.ts";
import { markStrokes } from "./badge.ts";
import { distanceInside } from "./distance.ts";

const SIZE = { width: 400, height: 260 };
const ground = blankImage(SIZE, gray(90));

describe("legible on any background", () => {
	/** The luminances of the pixels in a box, 0 to 1. */
	function luminances(image: RgbImage, area: Box): number[] {
		const result: number[] = [];
		for (let y = area.y; y < area.y + area.height; y++) {
			for (let x = area.x; x < area.x + area.width; x++) {
				const at = (y * image.width + x) * 3;
				const [red = 0, green = 0, blue = 0] = image.data.subarray(at, at + 3);
				result.push(luminanceOf({ red, green, blue }));
			}
		}
		return result;
	}
	const mean = (values: readonly number[]): number =>
		values.reduce((sum, value) => sum + value, 0) / values.length;

	test.each(Object.keys(BACKGROUNDS) as (keyof typeof BACKGROUNDS)[])("%s", (name) => {
		const image = BACKGROUNDS[name](SIZE);
		const regions: Region[] = [50, 150, 250, 350].flatMap((x) =>
			[80, 200].map((y) => ({ kind: "point" as const, x, y })),
		);
		const { image: marked, marks } = drawMarks(image, regions, { size: 52 });
		const { hairline, ring } = markStrokes(52);
		for (const { badge } of marks) {
			// The digits: the text color and the fill are the extremes of the luminance inside the ring.
			const inside = luminances(marked, inset(badge, Math.round(badge.height * 0.22)));
			expect(contrastRatio(Math.max(...inside), Math.min(...inside))).toBeGreaterThanOrEqual(
				READABLE_CONTRAST,
			);
			// The badge: its ring against the original background around it.
			const middle = badge.x + Math.floor(badge.width / 2);
			const ringAt = { x: middle, y: badge.y + hairline, width: 1, height: ring };
			const around = mean(luminances(image, inset(badge, -8)));
			expect(contrastRatio(mean(luminances(marked, ringAt)), around)).toBeGreaterThanOrEqual(
				READABLE_CONTRAST,
			);
			// Its two edges differ so much that at least one of them stands out from any single pixel.
			const edge = luminances(marked, { x: middle, y: badge.y, width: 1, height: hairline + ring });
			expect(contrastRatio(Math.max(...edge), Math.min(...edge))).toBeGreaterThanOrEqual(
				READABLE_CONTRAST ** 2,
			);
		}
	});
});

describe("masks", () => {
	const mask = (inside: (x: number, y: number) => boolean): Region => ({
		kind: "mask",
		mask: Uint8Array.from({ length: SIZE.width * SIZE.height }, (_, at) =>
			inside(at % SIZE.width, Math.floor(at / SIZE.width)) ? 255 : 0,
		),
	});

	test("the mark is where the mask is widest, outside smaller masks inside it", () => {
		const { marks } = drawMarks(ground, [
			mask((x, y) => x >= 100 && x < 300 && y >= 50 && y < 250),
			mask((x, y) => x >= 180 && x < 300 && y >= 50 && y < 250),
		]);
		expect(marks[1]?.point).toEqual({ x: 239.5, y: 109.5 });
		expect(marks[0]?.point.x).toBeLessThan(180);
		expect(marks[0]?.box).toEqual({ x: 100, y: 50, width: 200, height: 200 });
	});

	test("a mask completely covered by smaller ones is still marked", () => {
		const half = mask((x) => x < 50);
		const { marks } = drawMarks(ground, [half, half]);
		expectSound(marks, SIZE);
	});

	test("pixels far outside masks and badges stay as they are", () => {
		const { image } = drawMarks(ground, [mask((x, y) => x < 100 && y < 100)]);
		for (let y = 120; y < SIZE.height; y++) expect(image.data[(y * SIZE.width + 300) * 3]).toBe(90);
	});

	test("distances are within 8 % of the straight ones", () => {
		const size = { width: 61, height: 61 };
		const disc = Uint8Array.from({ length: 61 * 61 }, (_, at) =>
			((at % 61) - 30) ** 2 + (Math.floor(at / 61) - 30) ** 2 < 900 ? 1 : 0,
		);
		const depth = distanceInside(disc, size);
		for (let at = 0; at < depth.length; at++) {
			if (disc[at] === 0) {
				expect(depth[at]).toBe(0);
				continue;
			}
			let nearest = Number.POSITIVE_INFINITY;
			for (let y = -1; y <= 61; y++) {
				for (let x = -1; x <= 61; x++) {
					const out = x < 0 || y < 0 || x > 60 || y > 60 || disc[y * 61 + x] === 0;
					if (out) nearest = Math.min(nearest, Math.hypot(x - (at % 61), y - Math.floor(at / 61)));
				}
			}
			expect(Math.abs((depth[at] ?? 0) - nearest)).toBeLessThanOrEqual(0.08 * nearest + 1e-6);
		}
	});
});

describe("refusals", () => {
	const center: Region = { kind: "point", x: 200, y: 130 };
	test.each<[string, readonly Region[], Parameters<typeof drawMarks>[2], string]>([
		["point outside", [{ kind: "point", x: 400, y: 0 }], {}, "invalid-input"],
		["point that is no number", [{ kind: "point", x: Number.NaN, y: 0 }], {}, "invalid-input"],
		["box over the border", [{ kind: "box", x: 390, y: 0, width: 11, height: 5 }], {}, "invalid-input"],
		["flat box", [{ kind: "box", x: 0, y: 0, width: 0, height: 5 }], {}, "invalid-input"],
		["mask of another size", [{ kind: "mask", mask: new Uint8Array(7) }], {}, "invalid-input"],
		["empty mask", [{ kind: "mask", mask: new Uint8Array(400 * 260) }], {}, "invalid-input"],
		["labels too few", [center], { labels: [] }, "invalid-input"],
		["labels twice", [center, center], { labels: ["a", "a"] }, "invalid-input"],
		["label empty", [center], { labels: [" "] }, "invalid-input"],
		["label the font lacks", [center], { labels: ["中"] }, "invalid-input"],
		["size too small", [center], { size: MIN_MARK_SIZE - 1 }, "invalid-input"],
		["size too large", [center], { size: 1000 }, "over-limit"],
		["label too wide", [center], { labels: ["a".repeat(300)] }, "over-limit"],
		["too many", Array.from({ length: MAX_MARKS + 1 }, () => center), {}, "over-limit"],
	])("%s", (_name, regions, options, code) => {
		expect(() => drawMarks(ground, regions, options)).toThrow(expect.objectContaining({ code }));
	});

	test("refuses a grid with too many cells before building it", () => {
		expect(() => gridCells({ width: 100_000, height: 100_000 }, { rows: 100_000, cols: 100_000 })).toThrow(
			/at most 1000 fit one image/,
		);
	});

	test.each([
		[0, 1],
		[1, 401],
		[1.5, 2],
	])("a grid of %s x %s is refused", (rows, cols) => {
		expect(() => gridCells(SIZE, { rows, cols })).toThrow(/takes 1 to 260 rows and 1 to 400 columns/);
	});
});
