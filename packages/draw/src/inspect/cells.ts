/** Patches and tokens as cells of an image, as far as a layout determines them. */

import type { Grid, Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import type { Box } from "../shapes/path.ts";

/** A box divided into equal cells. */
export interface Cells {
	readonly box: Box;
	readonly grid: Grid;
}

export function sameSize(one: Size, other: Size): boolean {
	return one.width === other.width && one.height === other.height;
}

export function sameGrid(one: Grid, other: Grid): boolean {
	return one.rows === other.rows && one.cols === other.cols;
}

/** Size of one tile, px; `undefined` if the canvas does not divide into whole tiles side by side. */
export function tileSize({ canvas, tileGrid, patchGrid }: ItemLayout): Size | undefined {
	const size = { width: canvas.width / tileGrid.cols, height: canvas.height / tileGrid.rows };
	return patchSide(size, patchGrid) === undefined ? undefined : size;
}

/**
 * Side of a patch, px: the only whole number that fits this many times into the view with less than one patch left
 * over (a convolution without padding). `undefined` if there is no such number, or several.
 */
export function patchSide({ width, height }: Size, { rows, cols }: Grid): number | undefined {
	if (!Number.isInteger(width) || !Number.isInteger(height)) return undefined;
	const [across, down] = [width / cols, height / rows];
	if (across === down && Number.isInteger(across)) return across;
	const most = Math.floor(Math.min(across, down));
	const above = Math.max(width / (cols + 1), height / (rows + 1));
	return most > above && most - 1 <= above ? most : undefined;
}

/** Patches of a view that is drawn at `box`; `view` is its own size, since the box may have another scale. */
export function patchCells(box: Box, view: Size, grid: Grid): Cells | undefined {
	const side = patchSide(view, grid);
	if (side === undefined) return undefined;
	const width = (box.width * side * grid.cols) / view.width;
	const height = (box.height * side * grid.rows) / view.height;
	return { box: { x: box.x, y: box.y, width, height }, grid };
}

/** Whether the pooled features lie side by side like the patches; a resampler's queries do not. */
export function isSpatial({ patchGrid, pooledGrid }: Pick<ItemLayout, "patchGrid" | "pooledGrid">): boolean {
	const [down, across] = [patchGrid.rows / pooledGrid.rows, patchGrid.cols / pooledGrid.cols];
	return down >= 1 && across >= 1 && Math.abs(down - across) < 1;
}

/** Features of all tiles side by side, before padding is dropped. */
export function stitchedGrid({ tileGrid, pooledGrid }: ItemLayout): Grid {
	return { rows: tileGrid.rows * pooledGrid.rows, cols: tileGrid.cols * pooledGrid.cols };
}

/**
 * The part of the canvas whose features are kept. Padding is centered, so the same number of rows and columns is
 * dropped on either side. `tiles` are the cells of the tiles in row-major order. `undefined` if all features are
 * kept, or if they are dropped unevenly.
 */
export function keptPart(layout: ItemLayout, tiles: readonly Cells[]): Box | undefined {
	const { tileGrid, pooledGrid, unpaddedGrid } = layout;
	const stitched = stitchedGrid(layout);
	const rows = (stitched.rows - unpaddedGrid.rows) / 2;
	const cols = (stitched.cols - unpaddedGrid.cols) / 2;
	if ((rows === 0 && cols === 0) || rows < 0 || cols < 0) return undefined;
	if (!Number.isInteger(rows) || !Number.isInteger(cols)) return undefined;
	const cell = (row: number, col: number): Box | undefined => {
		const tile = tiles[Math.floor(row / pooledGrid.rows) * tileGrid.cols + Math.floor(col / pooledGrid.cols)];
		if (tile === undefined) return undefined;
		const [width, height] = [tile.box.width / pooledGrid.cols, tile.box.height / pooledGrid.rows];
		const x = tile.box.x + (col % pooledGrid.cols) * width;
		return { x, y: tile.box.y + (row % pooledGrid.rows) * height, width, height };
	};
	const first = cell(rows, cols);
	const last = cell(stitched.rows - rows - 1, stitched.cols - cols - 1);
	if (first === undefined || last === undefined) return undefined;
	const [right, bottom] = [last.x + last.width, last.y + last.height];
	return { x: first.x, y: first.y, width: right - first.x, height: bottom - first.y };
}
