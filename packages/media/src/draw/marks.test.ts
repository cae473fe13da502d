/** Marks: where badges may lie, that they can be read on any ground, what the table says, what is refused. */

import { createHash } from "node:crypto";
import { OnevisionError, type Size } from "@onevision/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Picture } from "../picture.ts";
import { GROUNDS } from "../testing/grounds.ts";
import { markStrokes } from "./badge.ts";
import { contrastRatio, luminanceOf, READABLE_CONTRAST } from "./color.ts";
import { distanceInside } from "./distance.ts";
import {
	type Box,
	blankPicture,
	drawMarks,
	gray,
	gridCells,
	inset,
	MAX_MARKS,
	type Mark,
	MIN_MARK_SIZE,
	type Region,
} from "./index.ts";

const SIZE = { width: 400, height: 260 };
const ground = blankPicture(SIZE, gray(90));

const point: fc.Arbitrary<Region> = fc.record({
	kind: fc.constant("point" as const),
	x: fc.integer({ min: 0, max: SIZE.width - 1 }),
	y: fc.integer({ min: 0, max: SIZE.height - 1 }),
});
const box: fc.Arbitrary<Region> = fc
	.tuple(fc.nat(SIZE.width - 1), fc.nat(SIZE.height - 1), fc.nat(300), fc.nat(300))
	.map(([x, y, width, height]) => ({
		kind: "box" as const,
		x,
		y,
		width: Math.min(width + 1, SIZE.width - x),
		height: Math.min(height + 1, SIZE.height - y),
	}));

const contains = (outer: Box, inner: Box): boolean =>
	inner.x >= outer.x &&
	inner.y >= outer.y &&
	inner.x + inner.width <= outer.x + outer.width &&
	inner.y + inner.height <= outer.y + outer.height;
const apart = (one: Box, other: Box): boolean =>
	one.x + one.width <= other.x ||
	other.x + other.width <= one.x ||
	one.y + one.height <= other.y ||
	other.y + other.height <= one.y;

/** Throws unless badges lie in the picture, apart from each other, and off every marked point. */
function expectSound(marks: readonly Mark[], size: Size): void {
	for (const mark of marks) {
		expect(contains({ x: 0, y: 0, ...size }, mark.badge)).toBe(true);
		for (const other of marks) {
			if (other !== mark) expect(apart(mark.badge, other.badge)).toBe(true);
			if (other.kind === "point") {
				expect(apart(mark.badge, { ...other.point, width: 1, height: 1 })).toBe(true);
			}
		}
	}
}

const shared = (one: Box, other: Box): number =>
	Math.max(0, Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x)) *
	Math.max(0, Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y));

/** Most of a badge that lies on one box other than its own and those that its own lies in. */
function foreignShare({ badge, box: own = badge, point: at, kind }: Mark, marks: readonly Mark[]): number {
	const marked = kind === "point" ? { ...at, width: 0, height: 0 } : own;
	return marks.reduce((most, { box: other }) => {
		if (other === undefined || contains(other, marked)) return most;
		return Math.max(most, shared(badge, other) / (badge.width * badge.height));
	}, 0);
}

/** Touching a box from outside: above and below it, at its left and its right end. */
function outsideCorners({ x, y, width, height }: Box, badge: Box): Box[] {
	const [right, above, below] = [x + width - badge.width, y - badge.height, y + height];
	return [
		{ ...badge, x, y: above },
		{ ...badge, x: right, y: above },
		{ ...badge, x, y: below },
		{ ...badge, x: right, y: below },
	];
}

/** Whether a mark lies in the picture, off all other badges with some air, off points and off boxes. */
function isFree(mark: Mark, marks: readonly Mark[]): boolean {
	const { badge, number } = mark;
	const others = marks.filter((other) => other.number !== number);
	return (
		contains({ x: 0, y: 0, ...SIZE }, badge) &&
		foreignShare(mark, marks) === 0 &&
		others.every(({ kind, point: at, badge: other }) => {
			const isOff = kind !== "point" || apart(inset(badge, -12), { ...at, width: 1, height: 1 });
			return isOff && apart(inset(badge, -4), other);
		})
	);
}

describe("placement", () => {
	test("badges lie in the picture, never overlap, and cover no marked point, their own neither", () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(point, box), { maxLength: 24 }), (regions) => {
				const { marks } = drawMarks(ground, regions);
				expect(marks.map(({ number }) => number)).toEqual(regions.map((_, index) => index + 1));
				expectSound(marks, SIZE);
			}),
			{ numRuns: 60 },
		);
	});

	test("the same input gives the same picture, and the picture given stays as it is", () => {
		const hash = (picture: Picture): string => createHash("sha256").update(picture.data).digest("hex");
		const before = hash(ground);
		fc.assert(
			fc.property(fc.array(fc.oneof(point, box), { minLength: 1, maxLength: 8 }), (regions) => {
				const first = drawMarks(ground, regions);
				const second = drawMarks(ground, regions);
				expect(hash(second.picture)).toBe(hash(first.picture));
				expect(hash(first.picture)).not.toBe(before);
				expect(hash(ground)).toBe(before);
			}),
			{ numRuns: 10 },
		);
	});

	test("pixels in a Buffer stay as they are, too", () => {
		const data = Buffer.from(ground.data);
		drawMarks({ ...SIZE, data }, [{ kind: "point", x: 200, y: 130 }]);
		expect(Buffer.compare(data, ground.data)).toBe(0);
	});

	test("a lone point has its badge above it, a roomy box in its corner, a small one beside it", () => {
		const { marks } = drawMarks(
			ground,
			[
				{ kind: "point", x: 200, y: 130 },
				{ kind: "box", x: 20, y: 20, width: 120, height: 90 },
				{ kind: "box", x: 300, y: 100, width: 15, height: 10 },
			],
			{ size: 20 },
		);
		expect(marks.map(({ badge }) => badge)).toEqual([
			{ x: 190, y: 104, width: 20, height: 20 },
			{ x: 20, y: 20, width: 20, height: 20 },
			{ x: 300, y: 80, width: 20, height: 20 },
		]);
	});

	test("points within one badge are both led to from outside", () => {
		const points: Region[] = [
			{ kind: "point", x: 200, y: 130 },
			{ kind: "point", x: 205, y: 130 },
			{ kind: "point", x: 205, y: 130 },
		];
		const { marks } = drawMarks(ground, points, { size: 20 });
		expectSound(marks, SIZE);
	});

	test("boxes side by side carry their badges in themselves or off all of them", () => {
		const boxes = Array.from({ length: 12 }, (_, index): Region => {
			const [x, y] = [60 + (index % 4) * 60, 40 + Math.floor(index / 4) * 50];
			return { kind: "box", x, y, width: 60, height: 50 };
		});
		const { marks } = drawMarks(ground, boxes);
		expectSound(marks, SIZE);
		for (const mark of marks) expect(foreignShare(mark, marks)).toBe(0);
	});

	test("of two boxes, one within the other, the outer one's badge is off the inner one", () => {
		const { marks } = drawMarks(ground, [
			{ kind: "box", x: 40, y: 20, width: 300, height: 200 },
			{ kind: "box", x: 42, y: 22, width: 80, height: 60 },
		]);
		for (const mark of marks) expect(foreignShare(mark, marks)).toBe(0);
	});

	test("a badge does not lie within another's box while a corner of its own is free", () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(point, box), { minLength: 2, maxLength: 12 }), (regions) => {
				const { marks } = drawMarks(ground, regions, { size: 18 });
				for (const mark of marks) {
					if (mark.box === undefined || foreignShare(mark, marks) <= 0.5) continue;
					for (const place of outsideCorners(mark.box, mark.badge)) {
						expect(isFree({ ...mark, badge: place }, marks)).toBe(false);
					}
				}
			}),
			{ numRuns: 300 },
		);
	});

	test("a badge far off is left for a smaller one nearby", () => {
		const boxes = Array.from({ length: 40 }, (_, index): Region => {
			const [x, y] = [20 + (index % 8) * 48, 20 + Math.floor(index / 8) * 48];
			return { kind: "box", x, y, width: 20, height: 18 };
		});
		const { marks } = drawMarks(ground, boxes);
		for (const { badge, box: own = badge } of marks) {
			expect(apart(badge, inset(own, -3))).toBe(false);
		}
	});

	test("sizes grow with the picture and shrink with the number of marks", () => {
		const heightOf = (width: number, count: number): number => {
			const picture = blankPicture({ width, height: width / 2 }, gray(0));
			const cells = gridCells(picture, { rows: 1, cols: count });
			return drawMarks(picture, cells).marks[0]?.badge.height ?? 0;
		};
		expect([heightOf(400, 1), heightOf(800, 1), heightOf(1600, 1)]).toEqual([18, 36, 72]);
		expect(heightOf(1600, 40)).toBeLessThan(40);
	});

	test.each([
		{ width: 1, height: 1 },
		{ width: 12, height: 12 },
		{ width: 3, height: 500 },
		{ width: 500, height: 3 },
	])("a picture of $width x $height takes a mark or says that it has no place", (size) => {
		const picture = blankPicture(size, gray(128));
		try {
			expectSound(drawMarks(picture, [{ kind: "point", x: 0, y: 0 }]).marks, size);
		} catch (error) {
			expect(error).toBeInstanceOf(OnevisionError);
			expect((error as OnevisionError).code).toBe("over-limit");
		}
	});
});

describe("readable on any ground", () => {
	/** The luminances of the pixels in a box, 0 to 1. */
	function luminances(picture: Picture, area: Box): number[] {
		const result: number[] = [];
		for (let y = area.y; y < area.y + area.height; y++) {
			for (let x = area.x; x < area.x + area.width; x++) {
				const at = (y * picture.width + x) * 3;
				const [red = 0, green = 0, blue = 0] = picture.data.subarray(at, at + 3);
				result.push(luminanceOf({ red, green, blue }));
			}
		}
		return result;
	}
	const mean = (values: readonly number[]): number =>
		values.reduce((sum, value) => sum + value, 0) / values.length;

	test.each(Object.keys(GROUNDS) as (keyof typeof GROUNDS)[])("%s", (name) => {
		const picture = GROUNDS[name](SIZE);
		const regions: Region[] = [50, 150, 250, 350].flatMap((x) =>
			[80, 200].map((y) => ({ kind: "point" as const, x, y })),
		);
		const { picture: marked, marks } = drawMarks(picture, regions, { size: 52 });
		const { hairline, ring } = markStrokes(52);
		for (const { badge } of marks) {
			// The digits: the text's colour and the fill are the extremes of what lies inside the ring.
			const inside = luminances(marked, inset(badge, Math.round(badge.height * 0.22)));
			expect(contrastRatio(Math.max(...inside), Math.min(...inside))).toBeGreaterThanOrEqual(
				READABLE_CONTRAST,
			);
			// The badge: its ring against the ground around it as it was.
			const middle = badge.x + Math.floor(badge.width / 2);
			const ringAt = { x: middle, y: badge.y + hairline, width: 1, height: ring };
			const around = mean(luminances(picture, inset(badge, -8)));
			expect(contrastRatio(mean(luminances(marked, ringAt)), around)).toBeGreaterThanOrEqual(
				READABLE_CONTRAST,
			);
			// Its two edges are so far apart that from any single pixel at least one of them stands out.
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

	test("the mark lies where the mask is widest, outside smaller masks within it", () => {
		const { marks } = drawMarks(ground, [
			mask((x, y) => x >= 100 && x < 300 && y >= 50 && y < 250),
			mask((x, y) => x >= 180 && x < 300 && y >= 50 && y < 250),
		]);
		expect(marks[1]?.point).toEqual({ x: 239.5, y: 109.5 });
		expect(marks[0]?.point.x).toBeLessThan(180);
		expect(marks[0]?.box).toEqual({ x: 100, y: 50, width: 200, height: 200 });
	});

	test("a mask wholly under smaller ones is marked all the same", () => {
		const half = mask((x) => x < 50);
		const { marks } = drawMarks(ground, [half, half]);
		expectSound(marks, SIZE);
	});

	test("pixels far outside masks and badges stay as they are", () => {
		const { picture } = drawMarks(ground, [mask((x, y) => x < 100 && y < 100)]);
		for (let y = 120; y < SIZE.height; y++) expect(picture.data[(y * SIZE.width + 300) * 3]).toBe(90);
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

	test("a grid of more cells than marks is refused before it is made", () => {
		expect(() => gridCells({ width: 100_000, height: 100_000 }, { rows: 100_000, cols: 100_000 })).toThrow(
			/at most 1000 fit one picture/,
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
