/**
 * The size of a padded image inside its canvas. Golden counts do not cover it, yet pixels and fidelity depend on it.
 */

import { expect, test } from "vitest";
import { createCounterFrom } from "../count.ts";

/** Checkpoint, image, and its content in the canvas, px. Sides are rounded half to even. */
const ROWS = [
	// 1024 · 333 / 767 = 444.58
	["deepseek-ocr-2", [767, 333], [1024, 445]],
	["deepseek-ocr-2", [333, 767], [445, 1024]],
	// 384 · 700 / 1000 = 268.8
	["deepseek-vl-7b", [1000, 700], [384, 269]],
	["janus-pro-7b", [700, 1000], [269, 384]],
	// 18.5 and 19.5 px round to the even one.
	["deepseek-vl-7b", [768, 37], [384, 18]],
	["deepseek-vl-7b", [39, 768], [20, 384]],
	// At least 14 px: 384 · 5 / 1024 = 1.9
	["deepseek-vl-7b", [1024, 5], [384, 14]],
	["deepseek-vl-7b", [5, 1024], [14, 384]],
	// 1152 · 501 / 1000 = 577.15, 345.6
	["deepseek-vl2-tiny", [1000, 501], [1152, 577]],
	["deepseek-vl2-tiny", [300, 1000], [346, 1152]],
	// At least 1 px.
	["deepseek-vl2-tiny", [5000, 1], [384, 1]],
	["deepseek-vl2-tiny", [1, 5000], [1, 384]],
] as const;

test.each(ROWS)("%s: %j is %j inside its canvas", (id, [width, height], [across, down]) => {
	const [layout] = createCounterFrom(id, {}).count({ media: [{ kind: "image", width, height }] }).items;
	expect(layout?.content).toEqual({ width: across, height: down });
});
