/** Layouts made of tiles, worked out by hand: every count from sizes that differ, and geometry that no golden file covers. */

import { expect, test } from "vitest";
import { NO_WRAPPER } from "../layout.ts";
import {
	cells,
	checkTileRange,
	layoutTiles,
	maxTilesSchema,
	minTilesSchema,
	tilesKnob,
} from "./tile-grid.ts";
import {
	anyresCanvases,
	contentInSquareTile,
	layoutAnyres,
	layoutOneTile,
	square,
	transposed,
} from "./tiles.ts";

const item = { kind: "image", width: 900, height: 400 } as const;
const image = {
	tile: 100,
	tileGrid: { rows: 2, cols: 3 },
	patchGrid: { rows: 7, cols: 5 },
	pooledGrid: { rows: 4, cols: 3 },
};

test.each([
	[[336, 336], { width: 336, height: 336 }],
	[[640, 480], { width: 336, height: 252 }],
	// 2.5 and 3.5 px: ties go to the even pixel.
	[[672, 5], { width: 336, height: 2 }],
	[[7, 672], { width: 4, height: 336 }],
	[[5000, 1], { width: 336, height: 1 }],
] as const)("%j inside a square of 336 px", ([width, height], inside) => {
	expect(contentInSquareTile({ width, height }, 336)).toEqual(inside);
});

test("tiles without an overview, with nothing but their features", () => {
	const layout = layoutTiles(item, { ...image, overview: false });
	expect(layout).toEqual({
		kind: "image",
		source: { width: 900, height: 400 },
		frames: 1,
		canvas: { width: 300, height: 200 },
		content: { width: 300, height: 200 },
		tileGrid: { rows: 2, cols: 3 },
		views: 6,
		patchGrid: { rows: 7, cols: 5 },
		pooledGrid: { rows: 4, cols: 3 },
		unpaddedGrid: { rows: 8, cols: 9 },
		cappedGrid: { rows: 8, cols: 9 },
		parts: { overview: 0, grid: 72, newlines: 0, markers: 0 },
		towerTokens: 210,
		visualTokens: 72,
		wrapper: NO_WRAPPER,
	});
});

test("an overview is a tile more, or has grids of its own", () => {
	const like = layoutTiles(item, { ...image, overview: true, newlines: 8, markers: 2 });
	expect(like).toMatchObject({ views: 7, towerTokens: 245, visualTokens: 94 });
	expect(like.parts).toEqual({ overview: 12, grid: 72, newlines: 8, markers: 2 });
	const own = { patchGrid: { rows: 3, cols: 3 }, pooledGrid: { rows: 1, cols: 2 } };
	expect(layoutTiles(item, { ...image, overview: own })).toMatchObject({
		views: 7,
		towerTokens: 219,
		parts: { overview: 2, grid: 72 },
	});
});

test("what an image states itself goes before what follows from its tiles", () => {
	const stated = {
		canvas: { width: 290, height: 190 },
		content: { width: 280, height: 120 },
		unpaddedGrid: { rows: 5, cols: 9 },
		resizes: [{ width: 450, height: 200 }],
		notes: ["a note"],
		wrapper: { markers: 2, text: ["\n"], estimatedTextTokens: 0 },
	};
	expect(layoutTiles(item, { ...image, overview: false, ...stated })).toMatchObject({
		...stated,
		cappedGrid: { rows: 5, cols: 9 },
		parts: { grid: 45 },
	});
});

test("one tile", () => {
	const { patchGrid, pooledGrid } = image;
	const content = { width: 100, height: 44 };
	const layout = layoutOneTile(item, { tile: 100, content, patchGrid, pooledGrid, newlines: 3 });
	expect(layout).toEqual({
		kind: "image",
		source: { width: 900, height: 400 },
		frames: 1,
		canvas: { width: 100, height: 100 },
		content,
		tileGrid: { rows: 1, cols: 1 },
		views: 1,
		patchGrid,
		pooledGrid,
		unpaddedGrid: pooledGrid,
		cappedGrid: pooledGrid,
		parts: { overview: 0, grid: 12, newlines: 3, markers: 0 },
		towerTokens: 35,
		visualTokens: 15,
		wrapper: NO_WRAPPER,
	});
});

test("AnyRes: the best canvas, unpadded, and shrunk where it is over the cap", () => {
	const sizes = [
		{ width: 200, height: 250 },
		{ width: 350, height: 250 },
	];
	const canvases = anyresCanvases(sizes, 100);
	// A canvas of 250 px holds two whole tiles.
	expect(canvases.tileGrids).toEqual([
		{ rows: 2, cols: 2 },
		{ rows: 2, cols: 3 },
	]);
	const rule = {
		canvases,
		patchGrid: { rows: 7, cols: 5 },
		pooledGrid: square(4),
		rounding: "plain",
	} as const;
	// 900×400 in 350×250 is 350×156. Of 8 rows, 12·400/900 = 5.3 hold it: one on each side goes.
	const whole = layoutAnyres(item, { ...rule, cap: undefined });
	expect(whole).toMatchObject({
		frames: 1,
		canvas: { width: 350, height: 250 },
		content: { width: 350, height: 156 },
		tileGrid: { rows: 2, cols: 3 },
		views: 7,
		unpaddedGrid: { rows: 6, cols: 12 },
		cappedGrid: { rows: 6, cols: 12 },
		parts: { overview: 16, grid: 72, newlines: 6, markers: 0 },
		towerTokens: 245,
		visualTokens: 94,
	});
	// √(72 / (4·16)) = 1.06 is within the tolerance of 1.1, √(72 / (3·16)) = 1.22 is over it.
	expect(layoutAnyres(item, { ...rule, cap: 4 }).cappedGrid).toEqual({ rows: 6, cols: 12 });
	const capped = layoutAnyres(item, { ...rule, cap: 3 });
	expect(capped.unpaddedGrid).toEqual({ rows: 6, cols: 12 });
	expect(capped.cappedGrid).toEqual({ rows: 4, cols: 9 });
	expect(capped.parts).toEqual({ overview: 16, grid: 36, newlines: 4, markers: 0 });
	// √(10·121 / (10·10²)) is 1.1 itself.
	const wide = anyresCanvases([{ width: 1100, height: 100 }], 100);
	const edge = { ...rule, canvases: wide, pooledGrid: { rows: 10, cols: 11 }, cap: 10 };
	const { cappedGrid } = layoutAnyres({ kind: "image", width: 1210, height: 100 }, edge);
	expect(cappedGrid).toEqual({ rows: 10, cols: 121 });
	expect(transposed(sizes)[0]).toEqual({ width: 250, height: 200 });
});

test("settings: from 1 to 100 tiles, the fewest not over the most", () => {
	for (const schema of [minTilesSchema, maxTilesSchema]) {
		expect([schema.parse(1, ""), schema.parse(100, "")]).toEqual([1, 100]);
		expect(() => schema.parse(0, "")).toThrow(/from 1 to 100/);
		expect(() => schema.parse(101, "")).toThrow(/from 1 to 100/);
	}
	expect(() => checkTileRange("min", 3, "max", 3)).not.toThrow();
	expect(() => checkTileRange("min", 4, "max", 3)).toThrow("min 4 is above max 3: lower min or raise max");
	expect(cells({ rows: 3, cols: 4 })).toBe(12);
});

test("the planner tries the usual limits and what the checkpoint was trained with", () => {
	const { values, label, deployable, bound, setting } = tilesKnob("max_patches", 10);
	expect(values).toEqual([1, 2, 3, 4, 6, 8, 9, 10]);
	expect([setting, deployable, bound]).toEqual(["max_patches", true, "tiles"]);
	expect([label(1, {}), label(2, {})]).toEqual(["at most 1 tile", "at most 2 tiles"]);
	expect(tilesKnob("max_patches", 36, 2).values).toEqual([2, 3, 4, 6, 8, 9, 12, 16, 24, 36]);
	expect(tilesKnob("max_patches", 50, 5).values).toEqual([6, 8, 9, 12, 16, 24, 36, 50]);
});
