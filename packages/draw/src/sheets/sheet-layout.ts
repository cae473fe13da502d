/**
 * Lays out the images and captions of a contact sheet, from sizes alone, in whole px, without stretching or cropping
 * any image. Captions go above their images, so that a reader sees the name first.
 */

import type { Size } from "@onevision/base";
import { type Box, gridLine } from "../shapes/path.ts";
import {
	assertSheet,
	captionRoom,
	DEFAULT_SHEET_SIDE,
	largestWithin,
	MAX_ENLARGED,
	type SheetCell,
	type SheetLayout,
	type SheetOptions,
	type Spacing,
	sheetSize,
	spacingOf,
	withCaption,
} from "./sheet-spacing.ts";

/** Equal cells for the images, before scaling. */
interface SheetGrid {
	readonly cols: number;
	readonly rows: number;
	readonly cell: Size;
	readonly labels: readonly string[] | undefined;
}

/**
 * A contact sheet: a grid, row by row in the given order. A cell has the width and height of the median image. Each
 * image is fitted into the top left of its cell, enlarged to at most four times its own size or that of the cells,
 * and a row is as high as its highest image. Unless a width is given, nothing else is enlarged and no side exceeds
 * `maxSide`. Throws `invalid-input` for options that do not fit the images, and `over-limit` for a sheet that is too
 * large.
 */
export function layoutSheet(sizes: readonly Size[], options: SheetOptions = {}): SheetLayout {
	const { labels, columns, width, maxSide = DEFAULT_SHEET_SIDE } = options;
	assertSheet(sizes.length, options);
	const room = labels === undefined ? 1 : Math.max(...labels.map(captionRoom));
	const cell = {
		width: Math.max(room, median(sizes.map((size) => size.width))),
		height: median(sizes.map((size) => size.height)),
	};
	const cols = columns ?? bestColumns(sizes.length, cell, labels);
	const grid: SheetGrid = { cols, rows: Math.ceil(sizes.length / cols), cell, labels };
	const full = cols * cell.width;
	if (width !== undefined) {
		const spacing = spacingFor(grid, width / full);
		const across = width - (cols + 1) * spacing.gap;
		return sheetOf(sizes, grid, across, across / full, spacing);
	}
	const longer = Math.max(full, grid.rows * cell.height);
	return largestWithin(maxSide, longer, (px) => {
		const scale = px / longer;
		const across = Math.max(cols, Math.round(scale * full));
		return sheetOf(sizes, grid, across, scale, spacingFor(grid, scale));
	});
}

function spacingFor({ cols, rows, cell, labels }: SheetGrid, scale: number): Spacing {
	const side = Math.max(cols * cell.width, rows * cell.height);
	const scaled = { width: scale * cell.width, height: scale * cell.height };
	return spacingOf(scale * side, labels, scaled);
}

/** The sheet with scaled cells, `across` px wide in total. */
function sheetOf(
	sizes: readonly Size[],
	{ cols, rows, cell, labels }: SheetGrid,
	across: number,
	scale: number,
	spacing: Spacing,
): SheetLayout {
	const { gap, line } = spacing;
	const cellHeight = Math.max(1, Math.round(cell.height * scale));
	const most = MAX_ENLARGED * Math.max(1, scale);
	const cells: SheetCell[] = [];
	let y = gap;
	for (let row = 0; row < rows; row++) {
		const inRow = sizes.slice(row * cols, (row + 1) * cols).map((size, col) => {
			const left = gridLine(across, cols, col);
			const right = gridLine(across, cols, col + 1);
			const place = { x: gap * (col + 1) + left, y: y + line };
			const box = { ...place, width: right - left, height: cellHeight };
			return cellOf(size, box, most, line, labels?.[row * cols + col]);
		});
		cells.push(...inRow);
		y += line + Math.max(...inRow.map(({ image }) => image.height)) + gap;
	}
	return { rows, cols, cells, ...sheetSize(across + (cols + 1) * gap, y, spacing) };
}

/** The image fitted into the top left of the box, scaled by at most `most`, with its caption on the line above. */
function cellOf(size: Size, box: Box, most: number, line: number, label: string | undefined): SheetCell {
	const scale = Math.min(box.width / size.width, box.height / size.height, most);
	const width = Math.max(1, Math.min(box.width, Math.round(size.width * scale)));
	const height = Math.max(1, Math.min(box.height, Math.round(size.height * scale)));
	return withCaption({ x: box.x, y: box.y, width, height }, scale, box.width, line, label);
}

/**
 * The number of columns that minimizes the sheet's longer side, which lets a model with a square input see the most.
 */
function bestColumns(count: number, cell: Size, labels: readonly string[] | undefined): number {
	let best = 1;
	let shortest = Number.POSITIVE_INFINITY;
	for (let cols = 1; cols <= count; cols++) {
		const rows = Math.ceil(count / cols);
		const { line, gap } = spacingFor({ cols, rows, cell, labels }, 1);
		const longer = Math.max(cols * (cell.width + gap), rows * (cell.height + gap + line));
		if (longer >= shortest) continue;
		best = cols;
		shortest = longer;
	}
	return best;
}

/** The upper median. */
function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 1;
}
