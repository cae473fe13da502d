/** Badge placement: inside the image, apart from each other, off points, off other marks' regions, near their own. */

import { createHash } from "node:crypto";
import { OnevisionError } from "@onevision/base";
import type { RgbImage } from "@onevision/media";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Box, blankImage, drawMarks, gray, gridCells, inset, type Mark, type Region } from "../index.ts";
import { apart, contains, expectSound } from "../testing/marks.ts";

const SIZE = { width: 400, height: 260 };
const ground = blankImage(SIZE, gray(90));

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

const shared = (one: Box, other: Box): number =>
	Math.max(0, Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x)) *
	Math.max(0, Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y));

/** Largest share of a badge on a box other than its own and those that contain its own. */
function foreignShare({ badge, box: own = badge, point: at, kind }: Mark, marks: readonly Mark[]): number {
	const marked = kind === "point" ? { ...at, width: 0, height: 0 } : own;
	return marks.reduce((most, { box: other }) => {
		if (other === undefined || contains(other, marked)) return most;
		return Math.max(most, shared(badge, other) / (badge.width * badge.height));
	}, 0);
}

/** Touching a box from outside: above and below it, at its left and right ends. */
function outsideCorners({ x, y, width, height }: Box, badge: Box): Box[] {
	const [right, above, below] = [x + width - badge.width, y - badge.height, y + height];
	return [
		{ ...badge, x, y: above },
		{ ...badge, x: right, y: above },
		{ ...badge, x, y: below },
		{ ...badge, x: right, y: below },
	];
}

/** Whether a mark is inside the image, clear of all other badges by a margin, off points and off boxes. */
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
	test("badges stay in the image, never overlap, and cover no marked point, not even their own", () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(point, box), { maxLength: 24 }), (regions) => {
				const { marks } = drawMarks(ground, regions);
				expect(marks.map(({ number }) => number)).toEqual(regions.map((_, index) => index + 1));
				expectSound(marks, SIZE);
			}),
			{ numRuns: 60 },
		);
	});

	test("deterministic, and leaves the input image unchanged", () => {
		const hash = (image: RgbImage): string => createHash("sha256").update(image.data).digest("hex");
		const before = hash(ground);
		fc.assert(
			fc.property(fc.array(fc.oneof(point, box), { minLength: 1, maxLength: 8 }), (regions) => {
				const first = drawMarks(ground, regions);
				const second = drawMarks(ground, regions);
				expect(hash(second.image)).toBe(hash(first.image));
				expect(hash(first.image)).not.toBe(before);
				expect(hash(ground)).toBe(before);
			}),
			{ numRuns: 10 },
		);
	});

	test("leaves pixels in a Buffer unchanged, too", () => {
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

	test("points closer than a badge both get leaders from outside", () => {
		const points: Region[] = [
			{ kind: "point", x: 200, y: 130 },
			{ kind: "point", x: 205, y: 130 },
			{ kind: "point", x: 205, y: 130 },
		];
		const { marks } = drawMarks(ground, points, { size: 20 });
		expectSound(marks, SIZE);
	});

	test("adjacent boxes have their badges inside themselves or off all boxes", () => {
		const boxes = Array.from({ length: 12 }, (_, index): Region => {
			const [x, y] = [60 + (index % 4) * 60, 40 + Math.floor(index / 4) * 50];
			return { kind: "box", x, y, width: 60, height: 50 };
		});
		const { marks } = drawMarks(ground, boxes);
		expectSound(marks, SIZE);
		for (const mark of marks) expect(foreignShare(mark, marks)).toBe(0);
	});

	test("the outer of two nested boxes keeps its badge off the inner one", () => {
		const { marks } = drawMarks(ground, [
			{ kind: "box", x: 40, y: 20, width: 300, height: 200 },
			{ kind: "box", x: 42, y: 22, width: 80, height: 60 },
		]);
		for (const mark of marks) expect(foreignShare(mark, marks)).toBe(0);
	});

	test("a badge avoids another box while its own has a free corner", () => {
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

	test("prefers a smaller badge nearby to a distant one", () => {
		const boxes = Array.from({ length: 40 }, (_, index): Region => {
			const [x, y] = [20 + (index % 8) * 48, 20 + Math.floor(index / 8) * 48];
			return { kind: "box", x, y, width: 20, height: 18 };
		});
		const { marks } = drawMarks(ground, boxes);
		for (const { badge, box: own = badge } of marks) {
			expect(apart(badge, inset(own, -3))).toBe(false);
		}
	});

	test("sizes grow with the image and shrink with the number of marks", () => {
		const heightOf = (width: number, count: number): number => {
			const image = blankImage({ width, height: width / 2 }, gray(0));
			const cells = gridCells(image, { rows: 1, cols: count });
			return drawMarks(image, cells).marks[0]?.badge.height ?? 0;
		};
		expect([heightOf(400, 1), heightOf(800, 1), heightOf(1600, 1)]).toEqual([18, 36, 72]);
		expect(heightOf(1600, 40)).toBeLessThan(40);
	});

	test.each([
		{ width: 1, height: 1 },
		{ width: 12, height: 12 },
		{ width: 3, height: 500 },
		{ width: 500, height: 3 },
	])("an image of $width x $height takes a mark or says that it has no place", (size) => {
		const image = blankImage(size, gray(128));
		try {
			expectSound(drawMarks(image, [{ kind: "point", x: 0, y: 0 }]).marks, size);
		} catch (error) {
			expect(error).toBeInstanceOf(OnevisionError);
			expect((error as OnevisionError).code).toBe("over-limit");
		}
	});
});
