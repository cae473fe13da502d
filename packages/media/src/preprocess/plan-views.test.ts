/** Views planned from a layout: where tiles lie, where the image lies on them, and when there is an overview. */

import type { Grid, Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import { expect, test } from "vitest";
import { planAnyres, planTilesThenOverview, planWholeView } from "./plan-views.ts";

const CONTEXT = { images: 1, meanColor: [0, 0, 0] } as const;
const size = (width: number, height: number): Size => ({ width, height });

interface Planned {
	readonly source: Size;
	readonly canvas: Size;
	readonly content: Size;
	readonly tileGrid: Grid;
	readonly views: number;
}

/** The stage size of each view, and its window as [x, y, width, height]. */
function planned(plan: typeof planAnyres, layout: Planned) {
	return plan(layout as ItemLayout, CONTEXT).views.map(({ from, window }) => {
		expect([from.from, from.window, from.fill]).toEqual([
			"source",
			{ x: 0, y: 0, ...layout.source },
			[0, 0, 0],
		]);
		const { x, y, width, height } = window;
		return [`${from.size.width}x${from.size.height}`, [x, y, width, height]];
	});
}

/** Two tiles of 40×30 beside each other in two rows. */
const two = { source: size(200, 90), canvas: size(80, 60), tileGrid: { rows: 2, cols: 2 }, views: 5 };

test("whole: the source stretched to the canvas", () => {
	expect(planned(planWholeView, { ...two, content: size(80, 36) })).toEqual([["80x60", [0, 0, 80, 60]]]);
});

test("AnyRes: the image in one tile, then tiles around the centered image", () => {
	// 24 rows of padding: 12 above.
	expect(planned(planAnyres, { ...two, content: size(80, 36) })).toEqual([
		["40x30", [0, 0, 40, 30]],
		["80x36", [0, -12, 40, 30]],
		["80x36", [40, -12, 40, 30]],
		["80x36", [0, 18, 40, 30]],
		["80x36", [40, 18, 40, 30]],
	]);
	// 27 columns of padding: 13 on the left.
	expect(planned(planAnyres, { ...two, content: size(53, 60) }).slice(1, 3)).toEqual([
		["53x60", [-13, 0, 40, 30]],
		["53x60", [27, 0, 40, 30]],
	]);
	// 23 rows: 11 above.
	expect(planned(planAnyres, { ...two, content: size(80, 37) })[1]).toEqual(["80x37", [0, -11, 40, 30]]);
});

test("tiles first, then the overview, which a single tile does without", () => {
	expect(planned(planTilesThenOverview, { ...two, content: size(80, 60) })).toEqual([
		["80x60", [0, 0, 40, 30]],
		["80x60", [40, 0, 40, 30]],
		["80x60", [0, 30, 40, 30]],
		["80x60", [40, 30, 40, 30]],
		["40x30", [0, 0, 40, 30]],
	]);
	const one = { source: size(200, 90), canvas: size(40, 30), tileGrid: { rows: 1, cols: 1 }, views: 1 };
	expect(planned(planTilesThenOverview, { ...one, content: size(40, 30) })).toEqual([
		["40x30", [0, 0, 40, 30]],
	]);
});
