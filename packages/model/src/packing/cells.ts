/** Values of an image's visual tokens as cells of its overview and of its canvas: `packItem`, read backwards. */

import { assertInternal, type Grid } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";

/** Row-major. */
export interface CellValues {
	readonly grid: Grid;
	readonly values: Float32Array;
}

export interface ImageCells {
	/** Absent where there is none. */
	readonly overview: CellValues | undefined;
	/** Of the canvas without its padding. */
	readonly canvas: CellValues;
	/** Sum over the newline tokens, which lie nowhere. */
	readonly newlines: number;
}

/** `values` has one for each visual token of an image. */
export function cellsOf(layout: ItemLayout, values: Float32Array): ImageCells {
	const { parts, pooledGrid, cappedGrid } = layout;
	const hasOverview = parts.overview > 0;
	const { rows, cols } = hasOverview ? cappedGrid : pooledGrid;
	const tail = values.subarray(parts.overview);
	// Either each row has one, or there is one at the end.
	const rowLength = cols + (hasOverview && parts.newlines === rows ? 1 : 0);
	const canvas = new Float32Array(rows * cols);
	for (let row = 0; row < rows; row++) {
		canvas.set(tail.subarray(row * rowLength, row * rowLength + cols), row * cols);
	}
	assertInternal(values.length === parts.overview + rows * cols + parts.newlines, "cells and layout differ");
	const overview = values.subarray(0, parts.overview);
	return {
		overview: hasOverview ? { grid: pooledGrid, values: overview } : undefined,
		canvas: { grid: { rows, cols }, values: canvas },
		newlines: sumOf(values) - sumOf(overview) - sumOf(canvas),
	};
}

function sumOf(values: Float32Array): number {
	return values.reduce((sum, value) => sum + value, 0);
}
