/**
 * AnyRes as LLaVA-NeXT introduced it and LLaVA-OneVision capped it: fit the image to the best canvas of a list, cut the
 * canvas into tiles, add the overview, drop padding rows or columns, and append one newline embedding per row. Sources:
 * LLaVA-VL/LLaVA-NeXT llava/mm_utils.py and llava/model/llava_arch.py; transformers 5.18
 * models/llava_next/processing_llava_next.py and models/llava_onevision/processing_llava_onevision.py.
 */

import type { Grid, Size } from "@onevision/base";
import { floorDivide, roundHalfEven } from "@onevision/base";
import { type ItemLayout, itemLayout, NO_WRAPPER, type WrapperTokens } from "../layout.ts";
import type { ImageItem } from "../sample.ts";
import { type CanvasList, canvasList, fitInside, selectBestResolution } from "./best-resolution.ts";
import { type UnpadRounding, unpad } from "./unpad.ts";

/** Allowed canvases and their tile grids. */
export interface AnyresCanvases {
	readonly list: CanvasList;
	readonly tileGrids: readonly Grid[];
}

export interface AnyresRule {
	readonly canvases: AnyresCanvases;
	/** Patches of one tile. */
	readonly patchGrid: Grid;
	/** Features of one tile after pooling. */
	readonly pooledGrid: Grid;
	/** Shrink the stitched grid to about this many tiles' features. `undefined`: never shrink. */
	readonly cap: number | undefined;
	readonly rounding: UnpadRounding;
}

/**
 * How far the stitched grid's side may exceed the cap before it is shrunk: `times > 1.1` in llava_arch.py, `ratio >
 * 1.1` in transformers.
 */
const CAP_TOLERANCE = 1.1;

/** Canvases with their tile grids. `tile` is the side of a tile, px. */
export function anyresCanvases(sizes: readonly Size[], tile: number): AnyresCanvases {
	const list = canvasList(sizes);
	const tileGrids = list.sizes.map(({ width, height }) => ({
		rows: Math.floor(height / tile),
		cols: Math.floor(width / tile),
	}));
	return { list, tileGrids };
}

/**
 * A list of canvases as the original repository reads it: it reads `image_grid_pinpoints` as (width, height),
 * transformers as (height, width). The lists contain both orientations of each canvas, so the only difference is which
 * of two equally good canvases comes first.
 */
export function transposed(canvases: readonly Size[]): readonly Size[] {
	return canvases.map(({ width, height }) => ({ width: height, height: width }));
}

/** Lays out one image as overview plus tiles. */
export function layoutAnyres(item: ImageItem, rule: AnyresRule): ItemLayout {
	const { canvases, patchGrid, pooledGrid } = rule;
	const best = selectBestResolution(item, canvases.list);
	const canvas = canvases.list.sizes[best] as Size;
	const tileGrid = canvases.tileGrids[best] as Grid;
	const stitched = { rows: pooledGrid.rows * tileGrid.rows, cols: pooledGrid.cols * tileGrid.cols };
	const unpaddedGrid = unpad(item, stitched, rule.rounding);
	const cappedGrid = rule.cap === undefined ? unpaddedGrid : capGrid(unpaddedGrid, rule.cap, pooledGrid.rows);
	const views = tileGrid.rows * tileGrid.cols + 1;
	return itemLayout({
		kind: "image",
		source: { width: item.width, height: item.height },
		frames: 1,
		canvas,
		content: fitInside(item, canvas),
		tileGrid,
		views,
		patchGrid,
		pooledGrid,
		unpaddedGrid,
		cappedGrid,
		parts: {
			overview: pooledGrid.rows * pooledGrid.cols,
			grid: cappedGrid.rows * cappedGrid.cols,
			newlines: cappedGrid.rows,
			markers: 0,
		},
		towerTokens: views * patchGrid.rows * patchGrid.cols,
		wrapper: NO_WRAPPER,
	});
}

/**
 * Size of the image, px, after it is padded to a square and the square is resized to one tile. The reference resizes
 * the square, so the image's own shorter side falls between pixels; this returns the nearest integer, ties to even.
 */
export function contentInSquareTile({ width, height }: Size, tile: number): Size {
	const longest = Math.max(width, height);
	const scaled = (side: number): number => Math.max(1, roundHalfEven((tile * side) / longest));
	return { width: scaled(width), height: scaled(height) };
}

/** Lays out one image as a single tile: its features and, optionally, one newline embedding. */
export function layoutOneTile(
	item: ImageItem,
	rule: {
		readonly tile: number;
		readonly content: Size;
		readonly patchGrid: Grid;
		readonly pooledGrid: Grid;
		readonly newlines: number;
		readonly resizes?: readonly Size[] | undefined;
		/** Default: nothing. */
		readonly wrapper?: WrapperTokens;
	},
): ItemLayout {
	const { tile, patchGrid, pooledGrid, newlines, content, resizes, wrapper = NO_WRAPPER } = rule;
	return itemLayout({
		kind: "image",
		source: { width: item.width, height: item.height },
		frames: 1,
		canvas: { width: tile, height: tile },
		content,
		tileGrid: { rows: 1, cols: 1 },
		views: 1,
		patchGrid,
		pooledGrid,
		unpaddedGrid: pooledGrid,
		cappedGrid: pooledGrid,
		parts: { overview: 0, grid: pooledGrid.rows * pooledGrid.cols, newlines, markers: 0 },
		towerTokens: patchGrid.rows * patchGrid.cols,
		wrapper,
		resizes,
	});
}

/** Bilinear downsampling to the token cap. Both sides are divided by the same ratio and floored. */
function capGrid(grid: Grid, cap: number, tileRows: number): Grid {
	const ratio = Math.sqrt((grid.rows * grid.cols) / (cap * tileRows ** 2));
	if (ratio <= CAP_TOLERANCE) return grid;
	return { rows: floorDivide(grid.rows, ratio), cols: floorDivide(grid.cols, ratio) };
}

/** A square grid. */
export function square(side: number): Grid {
	return { rows: side, cols: side };
}
