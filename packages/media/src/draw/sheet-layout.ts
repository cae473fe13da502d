/**
 * Where pictures and captions go on a sheet: decided from sizes alone, in whole px, no picture stretched or cropped.
 * Captions stand above their pictures, so that a reader meets the name first.
 */

import { OnevisionError, type Size } from "@onevision/core";
import { type Box, gridLine } from "./path.ts";
import { measureText } from "./text.ts";

export interface SheetOptions {
	/** One per picture; without it nothing is written. */
	readonly labels?: readonly string[];
	/** Columns of the grid, default: those that keep the sheet's longer side shortest. */
	readonly columns?: number;
	/** Width of the sheet, px; default: as large as its pictures ask for. */
	readonly width?: number;
}

export interface SheetCell {
	readonly label?: string;
	/** Where the picture goes. */
	readonly picture: Box;
	/** Where its caption goes, on one line; absent without labels. */
	readonly caption?: Box;
	/** Size on the sheet over size of the picture; 1 is pixel for pixel. */
	readonly scale: number;
}

export interface SheetLayout extends Size {
	readonly rows: number;
	readonly cols: number;
	/** px between pictures and around them. */
	readonly gap: number;
	/** Font size of the captions, px; 0 without labels. */
	readonly captionSize: number;
	readonly cells: readonly SheetCell[];
}

/** Largest sheet, px: Pillow warns of a decompression bomb beyond this. */
export const MAX_SHEET_PIXELS = 89_478_485;
export const MAX_SHEET_PICTURES = 256;
/** Shares of the longer side that all pictures take together. */
const GAP = 0.012;
const CAPTION = 0.024;
/** Captions are made smaller, down to this share, before they are shortened. */
const SMALLEST_CAPTION = 0.6;
const LEAST_CAPTION = 9;
/** A line of captions, in font sizes. */
const CAPTION_LINE = 1.45;

/**
 * A contact sheet: a grid, row by row in the order given. A cell is as wide and high as the median picture; each
 * picture is fitted into the top left of its cell, and a row is as high as its highest picture. Throws
 * `invalid-input` for options that do not fit the pictures, `over-limit` for a sheet too large.
 */
export function layoutSheet(sizes: readonly Size[], options: SheetOptions = {}): SheetLayout {
	const { labels, columns, width } = options;
	assertSheet(sizes, options);
	const cell = {
		width: median(sizes.map((size) => size.width)),
		height: median(sizes.map((size) => size.height)),
	};
	const cols = columns ?? bestColumns(sizes.length, cell);
	const rows = Math.ceil(sizes.length / cols);
	const scale = width === undefined ? 1 : width / (cols * cell.width);
	const longer = scale * Math.max(cols * cell.width, rows * cell.height);
	const spacing = spacingOf(longer, labels, scale * cell.width);
	const { gap, line } = spacing;
	const inner = width === undefined ? cols * cell.width : width - (cols + 1) * gap;
	const cellHeight = Math.max(1, Math.round((cell.height * inner) / (cols * cell.width)));
	const cells: SheetCell[] = [];
	let y = gap;
	for (let row = 0; row < rows; row++) {
		const inRow = sizes.slice(row * cols, (row + 1) * cols).map((size, col) => {
			const left = gridLine(inner, cols, col);
			const right = gridLine(inner, cols, col + 1);
			const place = { x: gap * (col + 1) + left, y: y + line };
			const box = { ...place, width: right - left, height: cellHeight };
			return cellOf(size, box, line, labels?.[row * cols + col]);
		});
		cells.push(...inRow);
		y += line + Math.max(...inRow.map(({ picture }) => picture.height)) + gap;
	}
	return { rows, cols, cells, ...sheetSize(inner + (cols + 1) * gap, y, spacing) };
}

/**
 * Two pictures side by side in the same height, that of the higher one, each in its own shape to the nearest px. The
 * same errors as `layoutSheet`.
 */
export function layoutPair(
	before: Size,
	after: Size,
	options: Omit<SheetOptions, "columns"> = {},
): SheetLayout {
	const { labels, width } = options;
	const sizes = [before, after];
	assertSheet(sizes, options);
	const tall = Math.max(before.height, after.height);
	const widths = sizes.map((size) => (size.width * tall) / size.height);
	const wide = widths.reduce((sum, each) => sum + each, 0);
	const scale = width === undefined ? 1 : width / wide;
	const spacing = spacingOf(scale * Math.max(wide, tall), labels, scale * Math.min(...widths));
	const { gap, line } = spacing;
	const inner = width === undefined ? wide : width - 3 * gap;
	const height = Math.max(1, Math.round((tall * inner) / wide));
	const left = Math.max(1, Math.min(Math.round((inner * (widths[0] ?? 0)) / wide), Math.round(inner) - 1));
	const right = Math.round(inner) - left;
	const y = gap + line;
	const one = { x: gap, y, width: left, height };
	const other = { x: left + 2 * gap, y, width: right, height };
	const cells = [
		withCaption(one, height / before.height, left, line, labels?.[0]),
		withCaption(other, height / after.height, right, line, labels?.[1]),
	];
	return { rows: 1, cols: 2, cells, ...sheetSize(left + right + 3 * gap, y + height + gap, spacing) };
}

interface Spacing {
	readonly gap: number;
	readonly captionSize: number;
	/** Height of a line of captions, px; 0 without labels. */
	readonly line: number;
}

/**
 * Gap and captions for pictures whose longer side together is `side`, the narrowest in a cell of `cellWidth`, px.
 * Every caption has the same size.
 */
function spacingOf(side: number, labels: readonly string[] | undefined, cellWidth: number): Spacing {
	const gap = Math.max(2, Math.min(Math.round(side * GAP), Math.floor(cellWidth / 8)));
	if (labels === undefined) return { gap, captionSize: 0, line: 0 };
	const wanted = Math.max(LEAST_CAPTION, side * CAPTION);
	const widest = Math.max(...labels.map((label) => measureText(label, 1).width));
	const fitting = Math.max(wanted * SMALLEST_CAPTION, Math.min(wanted, cellWidth / widest));
	const captionSize = Math.max(LEAST_CAPTION, Math.floor(fitting));
	return { gap, captionSize, line: Math.round(captionSize * CAPTION_LINE) };
}

/** The picture fitted into the top left of the box, its caption on the line above. */
function cellOf(size: Size, box: Box, line: number, label: string | undefined): SheetCell {
	const scale = Math.min(box.width / size.width, box.height / size.height);
	const width = Math.max(1, Math.min(box.width, Math.round(size.width * scale)));
	const height = Math.max(1, Math.min(box.height, Math.round(size.height * scale)));
	return withCaption({ x: box.x, y: box.y, width, height }, scale, box.width, line, label);
}

/** A picture's place with its caption on the line above, as wide as the cell. */
function withCaption(
	picture: Box,
	scale: number,
	cellWidth: number,
	line: number,
	label: string | undefined,
): SheetCell {
	if (label === undefined) return { picture, scale };
	const caption = { x: picture.x, y: picture.y - line, width: cellWidth, height: line };
	return { label, picture, caption, scale };
}

function sheetSize(
	width: number,
	height: number,
	{ gap, captionSize }: Spacing,
): Pick<SheetLayout, "width" | "height" | "gap" | "captionSize"> {
	if (width * height > MAX_SHEET_PIXELS) {
		throw new OnevisionError(
			"over-limit",
			`sheet of ${width}x${height} px is over ${MAX_SHEET_PIXELS} px; give a smaller width`,
		);
	}
	return { width, height, gap, captionSize };
}

/** The number of columns whose sheet has the shortest longer side: there a model that sees a square sees most. */
function bestColumns(count: number, cell: Size): number {
	let best = 1;
	let shortest = Number.POSITIVE_INFINITY;
	for (let cols = 1; cols <= count; cols++) {
		const longer = Math.max(cols * cell.width, Math.ceil(count / cols) * cell.height);
		if (longer >= shortest) continue;
		best = cols;
		shortest = longer;
	}
	return best;
}

/** The upper one of two middles. */
function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 1;
}

function assertSheet(sizes: readonly Size[], { labels, columns, width }: SheetOptions): void {
	const count = sizes.length;
	if (count === 0) throw new OnevisionError("invalid-input", "a sheet needs at least one picture");
	if (count > MAX_SHEET_PICTURES) {
		throw new OnevisionError("over-limit", `${count} pictures: a sheet takes at most ${MAX_SHEET_PICTURES}`);
	}
	if (labels !== undefined && labels.length !== count) {
		throw new OnevisionError(
			"invalid-input",
			`${labels.length} labels for ${count} pictures; give one for each`,
		);
	}
	if (columns !== undefined && !(Number.isInteger(columns) && columns >= 1 && columns <= count)) {
		throw new OnevisionError(
			"invalid-input",
			`columns ${columns}: give a whole number from 1 to ${count}, the pictures`,
		);
	}
	const least = 64 * (columns ?? 1);
	if (width !== undefined && !(Number.isInteger(width) && width >= least)) {
		throw new OnevisionError("invalid-input", `width ${width}: give whole px from ${least}`);
	}
}
