/**
 * InternVL's dynamic preprocessing, shared by many families: picks the tile grid whose aspect ratio is closest to the
 * image's. Source: transformers 5.18 models/got_ocr2/image_processing_got_ocr2.py `get_optimal_tiled_canvas`. The
 * original (InternVL, VILA, Phi-4) iterates over a Python set instead of a sorted list, which can differ only on exact
 * ties.
 */

import type { Grid, Size } from "@onevision/base";

/** All grids of `min` to `max` tiles, ordered by number of tiles, then by number of columns. */
export function gridsUpTo(min: number, max: number): Grid[] {
	const grids: Grid[] = [];
	for (let cols = 1; cols <= max; cols++) {
		for (let rows = 1; rows <= max; rows++) {
			if (cols * rows >= min && cols * rows <= max) grids.push({ rows, cols });
		}
	}
	return grids.sort((a, b) => a.rows * a.cols - b.rows * b.cols);
}

/**
 * The grid with the closest aspect ratio. On an exact tie, a later grid wins if the image has more than half its
 * pixels. `tile` in px.
 */
export function nearestAspectGrid(image: Size, tile: number, grids: readonly Grid[]): Grid {
	const aspect = image.width / image.height;
	const area = image.width * image.height;
	let best: Grid = { rows: 1, cols: 1 };
	let bestDifference = Number.POSITIVE_INFINITY;
	for (const grid of grids) {
		const difference = Math.abs(aspect - grid.cols / grid.rows);
		if (difference < bestDifference) {
			best = grid;
			bestDifference = difference;
		} else if (difference === bestDifference && area > 0.5 * tile * tile * grid.rows * grid.cols) {
			best = grid;
		}
	}
	return best;
}
