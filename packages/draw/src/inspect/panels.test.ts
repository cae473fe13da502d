/** Panels of every model: everything is where it is shown, and there are as many cells as the layout counts. */

import { OnevisionError } from "@onevision/base";
import { CHECKPOINT_IDS, type CheckpointId, createCounterFrom, type ItemLayout } from "@onevision/core";
import type { Processor } from "@onevision/media";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Box } from "../shapes/path.ts";
import { processorOf } from "../testing/pages.ts";
import { canvasOf, type Panel, panelsOf } from "./panels.ts";

/** One checkpoint of each family. */
const MODELS = [
	...new Map(
		CHECKPOINT_IDS.toReversed().map((id): [string, CheckpointId] => [
			createCounterFrom(id).checkpoint.family,
			id,
		]),
	).values(),
];
const SHAPES = fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 4000 }));
const SLACK = 1e-6;

function holds(outer: Box, inner: Box): boolean {
	return (
		inner.x >= outer.x - SLACK &&
		inner.y >= outer.y - SLACK &&
		inner.x + inner.width <= outer.x + outer.width + SLACK &&
		inner.y + inner.height <= outer.y + outer.height + SLACK
	);
}

function layoutOf(model: string, width: number, height: number, images = 1): ItemLayout | undefined {
	const item = { kind: "image", width, height } as const;
	try {
		return createCounterFrom(model).count({ media: Array.from({ length: images }, () => item) }).items[0];
	} catch (error) {
		if (error instanceof OnevisionError) return undefined;
		throw error;
	}
}

function check(layout: ItemLayout, panels: readonly Panel[]): void {
	for (const panel of panels) {
		const { extent, tiles, patches, tokens, kept } = panel;
		expect(extent.width > 0 && extent.height > 0).toBe(true);
		for (const { box } of tiles) expect(holds(extent, box)).toBe(true);
		for (const { box } of [...patches, ...tokens]) expect(holds(canvasOf(panel), box)).toBe(true);
		if (kept !== undefined) expect(holds(canvasOf(panel), kept)).toBe(true);
		expect([0, tiles.length]).toContain(patches.length);
	}
	expect(panels[0]?.tiles.length).toBeGreaterThan(0);
	expect(layout.source.width > 0).toBe(true);
}

/** Cells of the main panel whose features are kept. */
function keptCells({ tokens, kept }: Panel): number {
	let cells = 0;
	for (const { box, grid } of tokens) {
		for (let row = 0; row < grid.rows; row++) {
			for (let col = 0; col < grid.cols; col++) {
				const x = box.x + ((col + 0.5) * box.width) / grid.cols;
				const y = box.y + ((row + 0.5) * box.height) / grid.rows;
				if (kept === undefined || holds(kept, { x, y, width: 0, height: 0 })) cells++;
			}
		}
	}
	return cells;
}

describe.each(MODELS)("%s", (model) => {
	const processor: Processor | undefined = processorOf(model, {});

	test("every part stays inside its panel, for any shape", () => {
		fc.assert(
			fc.property(SHAPES, ([width, height]) => {
				const layout = layoutOf(model, width, height);
				if (layout === undefined) return;
				check(layout, panelsOf(layout));
				if (processor === undefined) return;
				const viewPlan = processor.planViews(layout);
				const panels = panelsOf(layout, viewPlan);
				check(layout, panels);
				expect(panels.flatMap(({ tiles }) => tiles)).toHaveLength(viewPlan.views.length);
			}),
			{ numRuns: 25 },
		);
	});

	test.skipIf(processor === undefined)("cells that are drawn are the grid's tokens", () => {
		for (const [width, height] of [
			[1107, 820],
			[640, 360],
			[683, 1024],
			[2400, 600],
			[5, 5],
		] as const) {
			const layout = layoutOf(model, width, height);
			if (layout === undefined || processor === undefined) continue;
			const [main, ...others] = panelsOf(layout, processor.planViews(layout));
			if (main === undefined) throw new Error("no panel");
			expect(keptCells(main)).toBe(layout.parts.grid);
			expect(others.reduce((sum, panel) => sum + keptCells(panel), 0)).toBe(layout.parts.overview);
		}
	});
});

test("shows what is cropped off an image, and the source of crops", () => {
	const llava = processorOf("llava-1.5-7b", {});
	const layout = llava?.layout({ kind: "image", width: 400, height: 200 });
	if (llava === undefined || layout === undefined) throw new Error("no processor");
	const [panel] = panelsOf(layout, llava.planViews(layout));
	expect(panel).toMatchObject({ role: "canvas", extent: { x: -168, y: 0, width: 672, height: 336 } });
	const settings = { do_pan_and_scan: true };
	const gemma = processorOf("gemma-3-4b", settings);
	const cropped = gemma?.layout({ kind: "image", width: 2400, height: 600 });
	if (gemma === undefined || cropped === undefined) throw new Error("no processor");
	const panels = panelsOf(cropped, gemma.planViews(cropped));
	expect(panels.map(({ role }) => role)).toEqual(["crops", "overview"]);
	expect(panels[0]).toMatchObject({ extent: { x: 0, y: 0, width: 2400, height: 600 } });
	expect(panels[0]?.tiles.map(({ view, box }) => [view, box.x, box.width])).toEqual([
		[1, 0, 600],
		[2, 600, 600],
		[3, 1200, 600],
		[4, 1800, 600],
	]);
});

test("one of several images is padded to a square before it is resized", () => {
	const processor = processorOf("llava-onevision-qwen2-7b-ov", {});
	const layout = processor?.layout({ kind: "image", width: 960, height: 540 }, 2);
	if (processor === undefined || layout === undefined) throw new Error("no processor");
	const [panel] = panelsOf(layout, processor.planViews(layout, 2));
	expect(panel).toMatchObject({
		extent: { x: 0, y: 0, width: 384, height: 384 },
		image: { x: 0, y: 84, width: 384, height: 216 },
		patches: [{ box: { x: 0, y: 0, width: 378, height: 378 } }],
	});
});

test("draws the image separately if the layout does not place it", () => {
	const layout = layoutOf("deepseek-vl2-tiny", 300, 200);
	if (layout === undefined) throw new Error("no layout");
	const [canvas, image] = panelsOf(layout);
	expect(canvas).not.toHaveProperty("image");
	expect(image).toMatchObject({ role: "image", tiles: [], extent: { ...layout.content, x: 0, y: 0 } });
});
