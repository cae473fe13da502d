/** Pages: nothing overlaps or leaves the bounds, little stays empty, and lines and numbers avoid writing. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blankImage, paste } from "../shapes/blank.ts";
import { BLACK, gray, WHITE } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import { type Box, rectanglePath } from "../shapes/path.ts";
import { textPath } from "../shapes/text.ts";
import { BACKGROUNDS } from "../testing/backgrounds.ts";
import { detailOf, quietCorner, strengthAt } from "./detail.ts";
import { flowPanels } from "./flow.ts";
import { planSheet } from "./frame-sheet.ts";
import { arrangementsFor, COLUMN_WIDTH, HEADING, MARGIN, MAX_SIDE, scoreOf } from "./page.ts";

const side = fc.integer({ min: 1, max: 6000 });
const size = fc.record({ width: side, height: side });
const PAGE = MAX_SIDE - 2 * MARGIN;

const apart = (one: Box, other: Box): boolean =>
	one.x + one.width <= other.x ||
	other.x + other.width <= one.x ||
	one.y + one.height <= other.y ||
	other.y + other.height <= one.y;

/** The box with its heading lines above it. */
const headed = (box: Box): Box => ({ ...box, y: box.y - HEADING, height: box.height + HEADING });

function expectApart(boxes: readonly Box[]): void {
	for (const [index, box] of boxes.entries()) {
		for (const other of boxes.slice(index + 1)) expect(apart(box, other)).toBe(true);
	}
}

describe("arrangements", () => {
	test("panels, headings, close-up and column stay on the page without overlapping", () => {
		const contents = fc.record({
			main: size,
			smalls: fc.array(size, { maxLength: 1 }),
			hasCloseUp: fc.boolean(),
			columnHeight: fc.integer({ min: 300, max: 700 }),
		});
		fc.assert(
			fc.property(contents, (given) => {
				for (const arrangement of arrangementsFor(given)) {
					const placed = arrangement(given);
					if (placed === undefined) continue;
					const { areas, rest, column, width, height } = placed;
					const text = { x: column, y: 0, width: COLUMN_WIDTH, height: given.columnHeight };
					const close = given.hasCloseUp ? [headed(rest)] : [];
					const boxes = [...areas.map(headed), ...close, text];
					expectApart(boxes);
					for (const box of boxes) {
						expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
						expect(box.x + box.width).toBeLessThanOrEqual(width);
						expect(box.y + box.height).toBeLessThanOrEqual(height);
					}
					expect(Math.max(width, height)).toBeLessThanOrEqual(PAGE);
				}
			}),
			{ numRuns: 200 },
		);
	});

	test.each([
		["a square with an overview", { width: 1152, height: 1152 }, [{ width: 384, height: 384 }], 0.75],
		["a photograph with an overview", { width: 1792, height: 1344 }, [{ width: 448, height: 448 }], 0.75],
		["a photograph", { width: 1288, height: 896 }, [], 0.75],
		["a panorama with an overview", { width: 2304, height: 384 }, [{ width: 384, height: 384 }], 0.6],
		["a tower", { width: 384, height: 2304 }, [{ width: 384, height: 384 }], 0.5],
	])("little is left empty: %s", (_name, main, smalls, least) => {
		const contents = { main, smalls, hasCloseUp: true, columnHeight: 460 };
		const ways = arrangementsFor(contents).flatMap((arrangement) => arrangement(contents) ?? []);
		const best = ways.toSorted((a, b) => scoreOf(b, contents) - scoreOf(a, contents))[0];
		if (best === undefined) throw new Error("no arrangement");
		const area = (box: Pick<Box, "width" | "height">): number => box.width * box.height;
		const covered = [...best.areas, best.rest].reduce((sum, box) => sum + area(box), 460 * COLUMN_WIDTH);
		expect(covered / area(best)).toBeGreaterThan(least);
	});
});

test("images in rows never overlap and keep their aspect ratios", () => {
	fc.assert(
		fc.property(fc.array(size, { minLength: 1, maxLength: 32 }), (shapes) => {
			const room = { width: 1182, height: 1040 };
			const flow = flowPanels(shapes, room);
			const boxes = flow.cells.map(({ area, headingWidth }) => ({ ...headed(area), width: headingWidth }));
			expectApart(boxes);
			expect(flow.width).toBeLessThanOrEqual(room.width);
			expect(flow.height).toBeLessThanOrEqual(room.height + 32 * HEADING);
			for (const [index, { area }] of flow.cells.entries()) {
				const { width, height } = shapes[index] ?? room;
				const slack = Math.max(width / height, height / width);
				expect(Math.abs(area.width / width - area.height / height)).toBeLessThanOrEqual(
					slack / Math.min(width, height),
				);
			}
		}),
		{ numRuns: 60 },
	);
});

describe("frames of a clip", () => {
	const ROOM = { width: 1182, height: 700 };

	test.each([1, 2, 3, 4, 8, 12, 16, 24, 32, 48, 64])("%i wide ones fill most of the width", (count) => {
		const plan = planSheet(count, { width: 640, height: 360 }, ROOM);
		expect(plan.width).toBeLessThanOrEqual(ROOM.width);
		expect(plan.height).toBeLessThanOrEqual(ROOM.height);
		expect(plan.width / ROOM.width).toBeGreaterThan(0.8);
	});

	test("portrait frames form long rows, with two-line captions if narrow", () => {
		expect(planSheet(8, { width: 360, height: 800 }, ROOM)).toMatchObject({ cols: 8, captions: "beside" });
		const many = planSheet(64, { width: 360, height: 800 }, ROOM);
		expect(many).toMatchObject({ captions: "stacked" });
		expect(many.width / ROOM.width).toBeGreaterThan(0.8);
	});
});

describe("detail", () => {
	const SIZE = { width: 240, height: 120 };
	const box = { x: 0, y: 0, ...SIZE };

	/** Words in the left half of a background. */
	function written(ground: number, ink: typeof BLACK) {
		const image = blankImage(SIZE, gray(ground));
		for (let y = 14; y < 120; y += 16) fill(image, textPath("window file", 13, { x: 6, y }), { color: ink });
		return image;
	}

	test.each([
		["black on white", 255, BLACK],
		["white on black", 0, WHITE],
	] as const)("lines are faint on writing and at full strength beside it: %s", (_name, ground, ink) => {
		const image = written(ground, ink);
		const detail = detailOf(image, box, 2);
		let inked = 0;
		for (let y = 0; y < SIZE.height; y++) {
			for (let x = 0; x < SIZE.width; x++) {
				if (Math.abs((image.data[3 * (y * SIZE.width + x)] ?? 0) - ground) > 200) {
					expect(strengthAt(detail, x, y)).toBeLessThan(0.3);
					inked++;
				}
			}
			expect(strengthAt(detail, 200, y)).toBe(1);
		}
		expect(inked).toBeGreaterThan(300);
	});

	test("measures the same detail in a part as in the whole", () => {
		const target = blankImage({ width: 400, height: 300 }, WHITE);
		paste(target, written(255, BLACK), { x: 100, y: 90 });
		const whole = detailOf(target, { x: 0, y: 0, width: 400, height: 300 }, 3);
		const part = detailOf(target, { x: 90, y: 80, width: 260, height: 140 }, 3);
		for (const [x, y] of [
			[120, 100],
			[95, 85],
			[300, 150],
			[160, 200],
		] as const) {
			expect(strengthAt(part, x, y)).toBe(strengthAt(whole, x, y));
		}
	});

	test("a number leaves its corner only for writing", () => {
		const plate = { width: 20, height: 16 };
		const corner = (image: ReturnType<typeof written>) => quietCorner(detailOf(image, box, 2), box, plate, 4);
		expect(corner(written(255, BLACK))).toEqual({ ...plate, x: 216, y: 4 });
		expect(corner(BACKGROUNDS.photo(SIZE))).toEqual({ ...plate, x: 4, y: 4 });
		const dark = blankImage(SIZE, BLACK);
		fill(dark, rectanglePath({ x: 0, y: 60, width: 240, height: 60 }), { color: WHITE });
		expect(corner(dark)).toEqual({ ...plate, x: 4, y: 4 });
	});
});
