/** Shared by sheets and pairs: options and layout types, gaps and captions, and size limits. */

import { OnevisionError, type Size } from "@onevision/base";
import type { Box } from "../shapes/path.ts";
import { measureText } from "../shapes/text.ts";

export interface PairOptions {
	/** One per image; without labels nothing is written. */
	readonly labels?: readonly string[];
	/** Width of the sheet, px. Default: as large as its images need, within `maxSide`. */
	readonly width?: number;
	/** Longest side of a sheet without a given width, px; default `DEFAULT_SHEET_SIDE`. */
	readonly maxSide?: number;
}

export interface SheetOptions extends PairOptions {
	/** Columns of the grid. Default: the number that minimizes the sheet's longer side. */
	readonly columns?: number;
}

export interface SheetCell {
	readonly label?: string;
	/** Position of the image. */
	readonly image: Box;
	/** Position of its caption, on one line; absent without labels. */
	readonly caption?: Box;
	/** Size on the sheet divided by size of the image; 1 is pixel for pixel. */
	readonly scale: number;
}

export interface SheetLayout extends Size {
	readonly rows: number;
	readonly cols: number;
	/** px between images and around them. */
	readonly gap: number;
	/** Font size of the captions, px; 0 without labels. */
	readonly captionSize: number;
	readonly cells: readonly SheetCell[];
}

/** Largest sheet, px: Pillow warns of a decompression bomb beyond this. */
export const MAX_SHEET_PIXELS = 89_478_485;
export const MAX_SHEET_IMAGES = 256;
/** Default longest side of a sheet, px: more than any vision-language model receives of one image. */
export const DEFAULT_SHEET_SIDE = 4096;
/** Maximum enlargement of an image, so that one of a few px does not become a blur among large ones. */
export const MAX_ENLARGED = 4;
/** Gap, as a share of the longer side of all images together. */
const GAP = 0.012;
const CAPTION = 0.024;
/** Maximum height of captions, as a share of the side of a square with a cell's area. */
const CAPTION_IN_CELL = 0.11;
/** Captions shrink down to this share before they are shortened. */
const SMALLEST_CAPTION = 0.6;
const MIN_CAPTION = 9;
/** Line height of captions, in font sizes. */
const CAPTION_LINE = 1.45;
/** A cell is at least as wide as its caption at the smallest font size, up to this many px. */
const MAX_CAPTION_ROOM = 96;
/** Minimum sheet width per column, px. */
const MIN_COLUMN = 64;

export interface Spacing {
	readonly gap: number;
	readonly captionSize: number;
	/** Height of a line of captions, px; 0 without labels. */
	readonly line: number;
}

/**
 * Gap and captions for cells of this size, where `side` is the longer side of all of them together, px. All captions
 * have the same font size.
 */
export function spacingOf(side: number, labels: readonly string[] | undefined, cell: Size): Spacing {
	const gap = Math.max(2, Math.min(Math.round(side * GAP), Math.floor(cell.width / 8)));
	if (labels === undefined) return { gap, captionSize: 0, line: 0 };
	const inCell = CAPTION_IN_CELL * Math.sqrt(cell.width * cell.height);
	const wanted = Math.max(MIN_CAPTION, Math.min(side * CAPTION, inCell));
	const widest = Math.max(...labels.map((label) => measureText(label, 1).width));
	const fitting = Math.max(wanted * SMALLEST_CAPTION, Math.min(wanted, cell.width / widest));
	const captionSize = Math.max(MIN_CAPTION, Math.floor(fitting));
	return { gap, captionSize, line: Math.round(captionSize * CAPTION_LINE) };
}

/** Minimum width of a cell with a caption, px; 1 without. */
export function captionRoom(label: string | undefined): number {
	if (label === undefined) return 1;
	return Math.max(1, Math.min(MAX_CAPTION_ROOM, Math.ceil(measureText(label, MIN_CAPTION).width)));
}

/** An image's position, with its caption on the line above, as wide as the cell. */
export function withCaption(
	image: Box,
	scale: number,
	cellWidth: number,
	line: number,
	label: string | undefined,
): SheetCell {
	if (label === undefined) return { image, scale };
	const caption = { x: image.x, y: image.y - line, width: cellWidth, height: line };
	return { label, image, caption, scale };
}

/** Throws `over-limit` for a sheet with too many px. */
export function sheetSize(
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

/**
 * The largest layout with no side over `maxSide`. Calls `layoutFor` with the longer side of all images together, px;
 * `full` is its value at their own sizes. Throws `over-limit` if even 1 px gives a larger layout.
 */
export function largestWithin(
	maxSide: number,
	full: number,
	layoutFor: (px: number) => SheetLayout,
): SheetLayout {
	let best: SheetLayout | undefined;
	// Images with more px than `maxSide` do not fit and are not tried, because their sheet may exceed any limit.
	let [low, high] = [1, Math.min(full, maxSide)];
	for (let px = high; low <= high; px = Math.floor((low + high) / 2)) {
		const layout = layoutFor(px);
		if (Math.max(layout.width, layout.height) <= maxSide) [best, low] = [layout, px + 1];
		else high = px - 1;
	}
	if (best !== undefined) return best;
	throw new OnevisionError(
		"over-limit",
		`the images do not fit a sheet of ${maxSide} px: give a larger longest side, more columns or fewer images`,
	);
}

/** Throws `invalid-input` for options that do not fit the images, and `over-limit` for too many images. */
export function assertSheet(count: number, { labels, columns, width, maxSide }: SheetOptions): void {
	if (count === 0) throw new OnevisionError("invalid-input", "a sheet needs at least one image");
	if (count > MAX_SHEET_IMAGES) {
		throw new OnevisionError(
			"over-limit",
			`${count} images: a sheet takes at most ${MAX_SHEET_IMAGES}; give fewer, or make several sheets`,
		);
	}
	if (labels !== undefined && labels.length !== count) {
		throw new OnevisionError(
			"invalid-input",
			`${labels.length} labels for ${count} images; give one for each`,
		);
	}
	if (columns !== undefined && !(Number.isInteger(columns) && columns >= 1 && columns <= count)) {
		throw new OnevisionError(
			"invalid-input",
			`columns ${columns}: give a whole number from 1 to ${count}, the images`,
		);
	}
	if (width !== undefined && maxSide !== undefined) {
		throw new OnevisionError("invalid-input", "width and longest side are both given; leave one of them out");
	}
	const least = MIN_COLUMN * (columns ?? 1);
	for (const [name, value] of Object.entries({ width, "longest side": maxSide })) {
		if (value === undefined || (Number.isInteger(value) && value >= least)) continue;
		throw new OnevisionError("invalid-input", `${name} ${value}: give whole px from ${least}`);
	}
}
