/**
 * Ovis2's tiling rule: the smallest number of tiles that keeps 90% of the image's area after each cell is fitted to a
 * tile. Source: transformers 5.18 models/ovis2/image_processing_ovis2.py `get_min_tile_covering_grid`.
 */

import type { Grid, Size } from "@onevision/base";
import { assertInternal } from "@onevision/base";

/** Fraction of the image's area that must survive. */
const COVERING_THRESHOLD = 0.9;

/** The grid for an image, px. `grids` are ordered by number of tiles, then by number of rows. */
export function coveringGrid(image: Size, tile: number, grids: readonly Grid[]): Grid {
	let enough: { readonly grid: Grid; readonly share: number } | undefined;
	let most: { readonly grid: Grid; readonly share: number } | undefined;
	for (const grid of grids) {
		const share = coveredArea(image, tile, grid) / (image.width * image.height);
		const smaller = enough === undefined || grid.rows * grid.cols === enough.grid.rows * enough.grid.cols;
		if (share > COVERING_THRESHOLD && smaller && share > (enough?.share ?? 0)) enough = { grid, share };
		if (share > (most?.share ?? Number.NEGATIVE_INFINITY)) most = { grid, share };
	}
	const best = enough ?? most;
	assertInternal(best !== undefined, "no tile grid to choose from");
	return best.grid;
}

/** Pixels left after every cell's longer side is shrunk to `tile`. The last row and column take the remainder. */
function coveredArea({ width, height }: Size, tile: number, { rows, cols }: Grid): number {
	const rowHeight = Math.floor(height / rows);
	const colWidth = Math.floor(width / cols);
	let sum = 0;
	// Summed cell by cell, because float addition is not associative and the result is compared with a threshold.
	for (let row = 0; row < rows; row++) {
		for (let col = 0; col < cols; col++) {
			const cellWidth = col === cols - 1 ? width - col * colWidth : colWidth;
			const cellHeight = row === rows - 1 ? height - row * rowHeight : rowHeight;
			const long = Math.max(cellWidth, cellHeight);
			const short = Math.min(cellWidth, cellHeight);
			sum += long > tile ? tile * ((short / long) * tile) : long * short;
		}
	}
	return sum;
}
