/** Patches and tokens as cells: what a layout determines about them, and what it leaves open. */

import type { Grid, Size } from "@onevision/base";
import { createCounterFrom, type ItemLayout } from "@onevision/core";
import { expect, test } from "vitest";
import { isSpatial, keptPart, patchCells, patchSide, tileSize } from "./cells.ts";

const size = (width: number, height: number): Size => ({ width, height });
const grid = (rows: number, cols: number): Grid => ({ rows, cols });

test.each([
	["fits exactly", size(336, 336), grid(24, 24), 14],
	["leaves a strip (SigLIP at 384)", size(384, 384), grid(27, 27), 14],
	["leaves a strip on one side", size(980, 725), grid(51, 70), 14],
	["native shape", size(1120, 812), grid(58, 80), 14],
	["no square patch", size(224, 896), grid(64, 64), undefined],
	["several would fit", size(100, 100), grid(2, 2), 50],
	["several would fit, none exactly", size(101, 101), grid(2, 2), undefined],
	["tile that is no whole number", size(252, 261.33), grid(24, 24), undefined],
])("side of a patch: %s", (_, view, patches, side) => {
	expect(patchSide(view, patches)).toBe(side);
});

function layoutOf(model: string, width: number, height: number, settings = {}): ItemLayout {
	const [layout] = createCounterFrom(model, settings).count({
		media: [{ kind: "image", width, height }],
	}).items;
	if (layout === undefined) throw new Error("no layout");
	return layout;
}

test("overlapping tiles are not treated as equal parts of the canvas", () => {
	expect(tileSize(layoutOf("molmo-7b-d", 1107, 820))).toBeUndefined();
	expect(tileSize(layoutOf("internvl3-8b", 1107, 820))).toEqual(size(448, 448));
});

test.each([
	["one to one", "llava-1.5-7b", true],
	["merged 2 by 2", "qwen2.5-vl-7b", true],
	["pooled 27 to 14", "deepseek-vl2-tiny", true],
	["queries", "blip2-opt-2.7b", false],
	["queries of an image in its own shape", "mantis-8b-idefics2", false],
])("features that lie in the image: %s", (_, model, spatial) => {
	expect(isSpatial(layoutOf(model, 1107, 820))).toBe(spatial);
});

test("unpadding drops the same number of rows on either side, and keeps what the layout says", () => {
	const layout = layoutOf("llava-v1.6-vicuna-7b", 1107, 820);
	const tiles = [0, 1, 2, 3].map((tile) => {
		const box = { x: (tile % 2) * 336, y: Math.floor(tile / 2) * 336, ...size(336, 336) };
		return patchCells(box, box, layout.pooledGrid) ?? { box, grid: layout.pooledGrid };
	});
	expect(layout.unpaddedGrid).toEqual(grid(36, 48));
	expect(keptPart(layout, tiles)).toEqual({ x: 0, y: 6 * 14, width: 672, height: 36 * 14 });
	expect(keptPart({ ...layout, unpaddedGrid: grid(35, 48) }, tiles)).toBeUndefined();
	expect(keptPart({ ...layout, unpaddedGrid: grid(48, 48) }, tiles)).toBeUndefined();
});
