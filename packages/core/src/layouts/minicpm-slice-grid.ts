/**
 * MiniCPM-V's slicing: how many cuts an image gets, and the sizes its overview and its cuts are resized to. Sources:
 * transformers 5.18 models/minicpmv4_6/image_processing_minicpmv4_6.py; OpenBMB's image_processing_minicpmv.py (2.6 to
 * 4.5), which rounds to one patch where 4.6 rounds to four.
 */

import type { Grid, Size } from "@onevision/base";
import { roundHalfEven } from "@onevision/base";

/**
 * `get_sliced_grid`: about as many cuts as the image has slice areas, in the grid closest to its aspect ratio on a log
 * scale. On a tie, the grid with more rows wins. `undefined` when the image is not cut. `slice` is the side of a cut,
 * px.
 */
export function sliceGrid({ width, height }: Size, maxSlices: number, slice: number): Grid | undefined {
	const areas = Math.min(Math.ceil((width * height) / (slice * slice)), maxSlices);
	if (areas <= 1) return undefined;
	const logRatio = Math.log(width / height);
	let best: Grid = { rows: 1, cols: 1 };
	let bestError = Number.POSITIVE_INFINITY;
	for (const count of [areas - 1, areas, areas + 1]) {
		if (count === 1 || count > maxSlices) continue;
		for (let rows = 1; rows <= count; rows++) {
			if (count % rows !== 0) continue;
			const cols = count / rows;
			const error = Math.abs(logRatio - Math.log(cols / rows));
			if (error < bestError || (error === bestError && rows > best.rows)) {
				best = { rows, cols };
				bestError = error;
			}
		}
	}
	return best;
}

/**
 * `find_best_resize`: scales to about `slice`² pixels when larger (or always, with `allowUpscale`), with sides rounded
 * to `divisor` px.
 */
export function resizeView(image: Size, slice: number, divisor: number, allowUpscale: boolean): Size {
	let { width, height } = image;
	if (height * width > slice * slice || allowUpscale) {
		const aspect = width / height;
		height = Math.trunc(slice / Math.sqrt(aspect));
		width = Math.trunc(height * aspect);
	}
	return { width: toMultiple(width, divisor), height: toMultiple(height, divisor) };
}

/** `get_refine_size` divided by the grid: the size of one cut, px. */
export function resizeSlice({ width, height }: Size, grid: Grid, slice: number, divisor: number): Size {
	const cell = {
		width: toMultiple(width, grid.cols) / grid.cols,
		height: toMultiple(height, grid.rows) / grid.rows,
	};
	return resizeView(cell, slice, divisor, true);
}

/** `ensure_divide`: the nearest multiple (ties go to the even one), but at least one. */
function toMultiple(length: number, divisor: number): number {
	return Math.max(roundHalfEven(length / divisor) * divisor, divisor);
}
