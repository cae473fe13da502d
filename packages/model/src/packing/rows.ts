/**
 * Where each visual token of an item comes from, as rows of a table: what `packItem` copies, as indices that a graph can
 * gather, so that gradients flow back into features and newline.
 */

import { assertInternal, OnevisionError } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";

/** A visual token that is the newline embedding. */
export const NEWLINE_ROW = -1;

/**
 * For each visual token, `NEWLINE_ROW` or the feature it is: features are numbered through the item's views, each view's
 * pooled grid in reading order. Throws `unsupported` where a token cap resizes the stitched grid: its tokens are mixtures.
 */
export function itemRows(layout: ItemLayout): Int32Array {
	const { unpaddedGrid, cappedGrid, visualTokens } = layout;
	if (unpaddedGrid.rows !== cappedGrid.rows || unpaddedGrid.cols !== cappedGrid.cols) {
		const { width, height } = layout.source;
		throw new OnevisionError(
			"unsupported",
			`an image of ${width}x${height} px is over the token cap, which resizes its features; training takes uncapped images: raise anyres_max or shrink the image`,
		);
	}
	const rows = layout.kind === "video" ? frameRows(layout) : imageRows(layout);
	assertInternal(rows.length === visualTokens, `${rows.length} rows of ${visualTokens} visual tokens`);
	return Int32Array.from(rows);
}

function imageRows({ parts, pooledGrid, tileGrid, unpaddedGrid }: ItemLayout): number[] {
	const view = pooledGrid.rows * pooledGrid.cols;
	const first = range(0, view);
	if (parts.overview === 0) return parts.newlines > 0 ? [...first, NEWLINE_ROW] : first;
	const { rows, cols } = unpaddedGrid;
	const top = (tileGrid.rows * pooledGrid.rows - rows) / 2;
	const left = (tileGrid.cols * pooledGrid.cols - cols) / 2;
	const stitched: number[] = [];
	for (let row = 0; row < rows; row++) {
		for (let col = 0; col < cols; col++) {
			const [y, x] = [top + row, left + col];
			const tile = Math.floor(y / pooledGrid.rows) * tileGrid.cols + Math.floor(x / pooledGrid.cols);
			const cell = (y % pooledGrid.rows) * pooledGrid.cols + (x % pooledGrid.cols);
			stitched.push((1 + tile) * view + cell);
		}
		if (parts.newlines > 0) stitched.push(NEWLINE_ROW);
	}
	return [...first, ...stitched];
}

function frameRows({ parts, frames, pooledGrid }: ItemLayout): number[] {
	const { rows, cols } = pooledGrid;
	const view = rows * cols;
	const { newlines } = parts;
	const perRow = newlines === frames * rows && newlines > 1;
	const perFrame = !perRow && newlines === frames && newlines > 1;
	const out: number[] = [];
	for (let frame = 0; frame < frames; frame++) {
		for (let row = 0; row < rows; row++) {
			out.push(...range(frame * view + row * cols, cols));
			if (perRow) out.push(NEWLINE_ROW);
		}
		if (perFrame) out.push(NEWLINE_ROW);
	}
	return newlines === 1 ? [...out, NEWLINE_ROW] : out;
}

function range(from: number, count: number): number[] {
	return Array.from({ length: count }, (_, index) => from + index);
}
