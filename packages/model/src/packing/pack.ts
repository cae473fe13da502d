/**
 * Packs the projected features of an item's views into the visual embeddings that take its placeholder's place: overview
 * first, then the stitched tiles without padding, a newline embedding after each row; or frame after frame. Everything
 * is decided by the layout, so what was counted is what is packed.
 */

import { assertInternal, OnevisionError } from "@onevision/base";
import { type FeatureGrid, type ItemLayout, interpolateBilinear, pool } from "@onevision/core";
import type { Pooling } from "../families/family.ts";

/**
 * Embeddings [visualTokens, dim], row-major. `views` are the features of each view, [patches, dim]: overview, then tiles
 * in reading order; or frames. `newline` has `dim` values, and is needed where the layout has newlines.
 */
export function packItem(
	layout: ItemLayout,
	views: readonly Float32Array[],
	dim: number,
	pooling: Pooling,
	newline: Float32Array | undefined,
): Float32Array {
	const { parts, visualTokens, patchGrid, pooledGrid } = layout;
	assertInternal(views.length === layout.views, `${views.length} views of ${layout.views}`);
	if (parts.newlines > 0 && newline === undefined) {
		throw new OnevisionError("unsupported", "the layout has newlines, and the model no embedding for them");
	}
	const grids = views.map((values): FeatureGrid => {
		if (pooling.stride === 1) return { ...pooledGrid, dim, values };
		return pool({ ...patchGrid, dim, values }, pooling.stride, pooling.mode);
	});
	const out = new Rows(new Float32Array(visualTokens * dim), newline ?? new Float32Array(0));
	if (layout.kind === "video") packFrames(layout, grids, out);
	else packImage(layout, grids, out);
	assertInternal(out.isFull, "packed features and layout differ");
	return out.values;
}

/** The output, filled from the front. */
class Rows {
	readonly values: Float32Array;
	readonly #newline: Float32Array;
	#at = 0;

	constructor(values: Float32Array, newline: Float32Array) {
		this.values = values;
		this.#newline = newline;
	}

	get isFull(): boolean {
		return this.#at === this.values.length;
	}

	append(values: Float32Array): void {
		this.values.set(values, this.#at);
		this.#at += values.length;
	}

	appendNewline(): void {
		this.append(this.#newline);
	}

	/** Every row of a grid, each with a newline after it. */
	appendLines({ rows, cols, dim, values }: FeatureGrid): void {
		for (let row = 0; row < rows; row++) {
			this.append(values.subarray(row * cols * dim, (row + 1) * cols * dim));
			this.appendNewline();
		}
	}
}

function packImage(layout: ItemLayout, grids: readonly FeatureGrid[], out: Rows): void {
	const { parts, cappedGrid } = layout;
	const [first, ...tiles] = grids;
	if (first === undefined) return;
	if (parts.overview === 0) {
		out.append(first.values);
		if (parts.newlines > 0) out.appendNewline();
		return;
	}
	out.append(first.values);
	const unpadded = stitchedContent(layout, tiles);
	const isCapped = unpadded.rows !== cappedGrid.rows || unpadded.cols !== cappedGrid.cols;
	const grid = isCapped ? interpolateBilinear(unpadded, cappedGrid) : unpadded;
	if (parts.newlines > 0) out.appendLines(grid);
	else out.append(grid.values);
}

/** The tiles side by side, without the rows or columns of padding. */
function stitchedContent({ tileGrid, unpaddedGrid }: ItemLayout, tiles: readonly FeatureGrid[]): FeatureGrid {
	const [{ rows: tileRows, cols: tileCols, dim } = { rows: 0, cols: 0, dim: 0 }] = tiles;
	const { rows, cols } = unpaddedGrid;
	const top = (tileGrid.rows * tileRows - rows) / 2;
	const left = (tileGrid.cols * tileCols - cols) / 2;
	const values = new Float32Array(rows * cols * dim);
	for (let row = 0; row < rows; row++) {
		for (let col = 0; col < cols; col++) {
			const [y, x] = [top + row, left + col];
			const tile = tiles[Math.floor(y / tileRows) * tileGrid.cols + Math.floor(x / tileCols)];
			const from = ((y % tileRows) * tileCols + (x % tileCols)) * dim;
			values.set(tile?.values.subarray(from, from + dim) ?? [], (row * cols + col) * dim);
		}
	}
	return { rows, cols, dim, values };
}

/** Newlines of a clip: one at its end, one a frame, one a row of a frame, or none. */
function packFrames(
	{ parts, frames, pooledGrid }: ItemLayout,
	grids: readonly FeatureGrid[],
	out: Rows,
): void {
	const { newlines } = parts;
	const perRow = newlines === frames * pooledGrid.rows && newlines > 1;
	const perFrame = !perRow && newlines === frames && newlines > 1;
	for (const grid of grids) {
		if (perRow) out.appendLines(grid);
		else {
			out.append(grid.values);
			if (perFrame) out.appendNewline();
		}
	}
	if (newlines === 1) out.appendNewline();
}
