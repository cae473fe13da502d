/** What sheets and pairs share: their options and layout, gaps and captions, and the bounds of their size. */

import { OnevisionError, type Size } from "@onevision/base";
import type { Box } from "../shapes/path.ts";
import { measureText } from "../shapes/text.ts";

export interface PairOptions {
	/** One per image; without it nothing is written. */
	readonly labels?: readonly string[];
	/** Width of the sheet, px; default: as large as its images ask for, within `maxSide`. */
	readonly width?: number;
	/** Longest side of a sheet whose width is not given, px; default `DEFAULT_SHEET_SIDE`. */
	readonly maxSide?: number;
}

export interface SheetOptions extends PairOptions {
	/** Columns of the grid, default: those that keep the sheet's longer side shortest. */
	readonly columns?: number;
}

export interface SheetCell {
	readonly label?: string;
	/** Where the image goes. */
	readonly image: Box;
	/** Where its caption goes, on one line; absent without labels. */
	readonly caption?: Box;
	/** Size on the sheet over size of the image; 1 is pixel for pixel. */
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
/** Longest side of a sheet unless asked otherwise, px: more than any vision-language model is given of one image. */
export const DEFAULT_SHEET_SIDE = 4096;
/** An image is enlarged so many times at most, so that one of a few px does not become a blur among large ones. */
export const MAX_ENLARGED = 4;
/** Shares of the longer side that all images take together. */
const GAP = 0.012;
const CAPTION = 0.024;
/** Captions are at most this share of a cell's side, that of a square as large as it. */
const CAPTION_IN_CELL = 0.11;
/** Captions are made smaller, down to this share, before they are shortened. */
const SMALLEST_CAPTION = 0.6;
const MIN_CAPTION = 9;
/** A line of captions, in font sizes. */
const CAPTION_LINE = 1.45;
/** A cell is not narrower than its caption in the smallest type, up to this, px. */
const MAX_CAPTION_ROOM = 96;
/** Narrowest sheet per column, px. */
const MIN_COLUMN = 64;

export interface Spacing {
	readonly gap: number;
	readonly captionSize: number;
	/** Height of a line of captions, px; 0 without labels. */
	readonly line: number;
}

/** Gap and captions for cells of this size, the longer side of all of them together being `side`, px. One size for all captions. */
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

/** Narrowest cell that holds a caption, px; 1 without. */
export function captionRoom(label: string | undefined): number {
	if (label === undefined) return 1;
	return Math.max(1, Math.min(MAX_CAPTION_ROOM, Math.ceil(measureText(label, MIN_CAPTION).width)));
}

/** An image's place with its caption on the line above, as wide as the cell. */
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

/** Throws `over-limit` for a sheet of too many px. */
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
 * The largest layout no side of which is over `maxSide`: `layoutFor` is asked with the px of the images' longer side
 * together, `full` where they are as they are. Throws `over-limit` where even 1 px leads to a larger one.
 */
export function largestWithin(
	maxSide: number,
	full: number,
	layoutFor: (px: number) => SheetLayout,
): SheetLayout {
	let best: SheetLayout | undefined;
	// Images of more px than `maxSide` do not fit, and are not tried: their sheet may be over any limit.
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

/** Throws `invalid-input` for options that do not fit the images, `over-limit` for too many images. */
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
