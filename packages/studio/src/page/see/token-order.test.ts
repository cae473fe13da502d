/** The index of every feature, against the sums of the layout and the sequences that transformers' processors write. */

import { checkpointById, createCounterFrom, type ItemLayout } from "@onevision/core";
import { inspectedProcessor, panelsOf } from "@onevision/draw";
import { describe, expect, test } from "vitest";
import { tokenIndexOf } from "./token-order.ts";

/** Indices of all features of an image, panel by panel. */
function indices(model: string, width: number, height: number) {
	const counter = createCounterFrom(model);
	const [layout] = counter.count({ media: [{ kind: "image", width, height }] }).items;
	const { processor } = inspectedProcessor(model, {});
	if (layout === undefined || processor === undefined) throw new Error("no layout");
	const { family } = checkpointById(model as never);
	const found = panelsOf(layout, processor.planViews(layout)).flatMap((panel) =>
		panel.tokens.flatMap(({ grid }, tile) =>
			Array.from({ length: grid.rows * grid.cols }, (_, cell) =>
				tokenIndexOf(family, layout, {
					...{ role: panel.role, tile, grid },
					...{ row: Math.floor(cell / grid.cols), col: cell % grid.cols },
				}),
			),
		),
	);
	return { layout, found };
}

function features({ parts }: ItemLayout): number {
	return parts.overview + parts.grid;
}

const MODELS = [
	"llava-1.5-7b",
	"llava-v1.6-mistral-7b",
	"llava-onevision-qwen2-7b-ov",
	"qwen2.5-vl-7b",
	"internvl3-8b",
	"idefics3-8b",
	"pixtral-12b",
	"gemma-3-4b",
	"llama-4-scout-17b-16e",
];

describe.each(MODELS)("%s", (model) => {
	test.each([
		[1107, 820],
		[300, 300],
		[2400, 600],
		[683, 1024],
	])("numbers each feature of %s×%s once", (width, height) => {
		const { layout, found } = indices(model, width, height);
		const known = found.filter((index) => index !== undefined);
		expect(new Set(known).size).toBe(known.length);
		expect(known.length).toBe(features(layout));
		expect(Math.max(...known)).toBeLessThan(layout.visualTokens);
	});
});

test.each([
	["llava-onevision-qwen2-7b-ov", 32, 1],
	["qwen2.5-vl-7b", 16, 2],
] as const)("%s: the features of a clip's frames, once for %s frames merged by %s", (model, frames, merged) => {
	const counter = createCounterFrom(model, { num_frames: frames });
	const clip = { kind: "video", width: 640, height: 360, frames: 288, fps: 24 } as const;
	const [layout] = counter.count({ media: [clip] }).items;
	if (layout === undefined) throw new Error("no layout");
	const { family } = checkpointById(model);
	const { pooledGrid: grid } = layout;
	const found = Array.from({ length: layout.frames }, (_, frame) =>
		Array.from({ length: grid.rows * grid.cols }, (_, cell) =>
			tokenIndexOf(family, layout, {
				...{ role: "canvas", tile: 0, grid, frame },
				...{ row: Math.floor(cell / grid.cols), col: cell % grid.cols },
			}),
		),
	);
	expect(new Set(found.flat())).toEqual(
		new Set(Array.from({ length: features(layout) }, (_, index) => index)),
	);
	expect(found.filter((indices) => indices[0] === 0).length).toBe(merged);
	expect(layout.visualTokens - features(layout)).toBe(model.startsWith("llava") ? 1 : 0);
});

test("LLaVA-OneVision: the overview, then rows with a newline each (pack_image_features)", () => {
	const { layout, found } = indices("llava-onevision-qwen2-7b-ov", 1107, 820);
	const { cols } = layout.cappedGrid;
	const known = new Set(found);
	expect(known.has(729)).toBe(true);
	expect(known.has(729 + cols)).toBe(false);
	expect(known.has(729 + cols + 1)).toBe(true);
});

test("Idefics3: two markers before each tile, a line break after each row (_prompt_split_image)", () => {
	const { layout, found } = indices("idefics3-8b", 1107, 820);
	const known = new Set(found);
	const perView = layout.pooledGrid.rows * layout.pooledGrid.cols;
	expect([0, 1].some((index) => known.has(index))).toBe(false);
	expect(known.has(2)).toBe(true);
	expect(known.has(layout.visualTokens - 1)).toBe(false);
	expect(known.has(layout.visualTokens - 2)).toBe(true);
	expect(known.has(layout.visualTokens - 1 - perView)).toBe(true);
});

test("Pixtral: a break after each row, an end after the last", () => {
	const { layout, found } = indices("pixtral-12b", 640, 480);
	const { cols } = layout.cappedGrid;
	expect(new Set(found).has(cols)).toBe(false);
	expect(new Set(found).has(cols + 1)).toBe(true);
});
