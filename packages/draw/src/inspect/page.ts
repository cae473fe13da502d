/** Where everything of an inspection goes on its page: decided from sizes alone, px. */

import type { Size } from "@onevision/base";
import type { Box } from "../shapes/path.ts";

/** Longest side of a page, px. */
export const MAX_SIDE = 1600;
export const MARGIN = 28;
export const GAP = 26;
/** Two lines over a panel. */
export const HEADING = 44;
/** Side of the smaller panels, px. */
export const SMALL = 336;
/** A small image is not blown up more than this, */
const MAX_SCALE = 3;
/** but until its longer side is so many px, so that it does not get lost on its page. */
const MIN_SIDE = 420;
/** A heading needs this width whatever the shape of its panel. */
export const MIN_WIDTH = 220;
/** As wide as the smaller panels, which may stand beneath the text. */
export const COLUMN_WIDTH = SMALL;

/** Where everything goes, px from the top left corner of the page within its margins. */
export interface Placed {
	/** Of each panel, the main one first. */
	readonly areas: readonly Box[];
	/** What is left for a close-up; without one, nothing is left. */
	readonly rest: Box;
	/** Left edge of the column. */
	readonly column: number;
	readonly width: number;
	readonly height: number;
}

/** What is to be placed, px. */
export interface Contents {
	readonly main: Size;
	readonly smalls: readonly Size[];
	readonly hasCloseUp: boolean;
	/** Of the column of text. */
	readonly columnHeight: number;
}

/** Largest page, px within its margins. */
const PAGE = MAX_SIDE - 2 * MARGIN;
const ROOM = { width: PAGE - GAP - COLUMN_WIDTH, height: 1040 };

/** How well a page is used: much of it covered, and much of that by the main panel. */
export function scoreOf({ areas, rest, width, height }: Placed, { columnHeight }: Contents): number {
	const area = (box: Size): number => box.width * box.height;
	const [main = rest] = areas;
	const covered = [...areas, rest].reduce((sum, box) => sum + area(box), COLUMN_WIDTH * columnHeight);
	return (covered / (width * height)) * (0.5 + (0.5 * area(main)) / area(ROOM));
}

/** A way to place the contents of a page; `undefined` where they do not fit that way. */
export type Arrangement = (contents: Contents) => Placed | undefined;

/** The smaller panels and the close-up beside the main panel, beneath it, beneath the column, on both. */
export function arrangementsFor({ smalls, hasCloseUp }: Contents): readonly Arrangement[] {
	return smalls.length === 0 && !hasCloseUp
		? [placeAlone]
		: [placeBeside, placeBeneath, placeInColumn, placeOnBoth];
}

function placeAlone({ main, columnHeight }: Contents): Placed {
	const large = { ...fit(main, { width: ROOM.width, height: ROOM.height - HEADING }), x: 0, y: HEADING };
	return placed([large], { x: 0, y: 0, width: 0, height: 0 }, columnHeight);
}

function placeBeside({ main, smalls, hasCloseUp, columnHeight }: Contents): Placed {
	const large = fit(main, { width: ROOM.width - SMALL - GAP, height: ROOM.height - HEADING });
	const x = Math.max(large.width, MIN_WIDTH) + GAP;
	const stacked = stack(smalls, x, 0, SMALL);
	const y = stacked.bottom + HEADING;
	const rest = { x, y, width: SMALL, height: Math.max(SMALL, HEADING + large.height - y) };
	const areas = [{ ...large, x: 0, y: HEADING }, ...stacked.areas];
	return placed(areas, hasCloseUp ? rest : NOTHING, columnHeight);
}

function placeBeneath({ main, smalls, hasCloseUp, columnHeight }: Contents): Placed {
	const large = fit(main, { width: ROOM.width, height: ROOM.height - 2 * HEADING - GAP - SMALL });
	const y = large.height + 2 * HEADING + GAP;
	let x = 0;
	const areas = smalls.map((small) => {
		const area = { ...fit(small, { width: SMALL, height: SMALL }), x, y };
		x += Math.max(area.width, MIN_WIDTH) + GAP;
		return area;
	});
	const rest = { x, y, width: Math.max(SMALL, large.width - x), height: SMALL };
	return placed([{ ...large, x: 0, y: HEADING }, ...areas], hasCloseUp ? rest : NOTHING, columnHeight);
}

/** Beneath the text, where the page is high enough for that. */
function placeInColumn({ main, smalls, hasCloseUp, columnHeight }: Contents): Placed | undefined {
	const large = fit(main, { width: ROOM.width, height: ROOM.width });
	const x = Math.max(large.width, MIN_WIDTH) + GAP;
	const stacked = stack(smalls, x, columnHeight + GAP, COLUMN_WIDTH);
	const y = stacked.bottom + HEADING;
	const left = HEADING + large.height - y;
	const rest = { x, y, width: COLUMN_WIDTH, height: Math.max(MIN_REST, Math.min(left, 2 * SMALL)) };
	const areas = [{ ...large, x: 0, y: HEADING }, ...stacked.areas];
	const all = {
		...placed(areas, hasCloseUp ? rest : NOTHING, columnHeight),
		column: x,
		width: x + COLUMN_WIDTH,
	};
	return all.height <= PAGE ? all : undefined;
}

/** The smaller panels beneath the text, the close-up beneath the main panel. */
function placeOnBoth({ main, smalls, hasCloseUp, columnHeight }: Contents): Placed | undefined {
	if (smalls.length === 0 || !hasCloseUp) return undefined;
	const large = fit(main, { width: ROOM.width, height: PAGE - 2 * HEADING - GAP - SMALL });
	const x = Math.max(large.width, MIN_WIDTH) + GAP;
	const { areas, bottom } = stack(smalls, x, columnHeight + GAP, COLUMN_WIDTH);
	const y = large.height + 2 * HEADING + GAP;
	const rest = { x: 0, y, width: x - GAP, height: SMALL };
	const height = Math.max(y + SMALL, bottom - GAP);
	const all = [{ ...large, x: 0, y: HEADING }, ...areas];
	return height <= PAGE ? { areas: all, rest, column: x, width: x + COLUMN_WIDTH, height } : undefined;
}

/** Least height of a close-up in the column, px. */
const MIN_REST = 240;
const NOTHING = { x: 0, y: 0, width: 0, height: 0 };

/** Panels one below the other, each under its heading; `bottom` is where the next heading begins. */
function stack(
	panels: readonly Size[],
	x: number,
	top: number,
	side: number,
): { readonly areas: readonly Box[]; readonly bottom: number } {
	let bottom = top;
	const areas = panels.map((panel) => {
		const area = { ...fit(panel, { width: side, height: side }), x, y: bottom + HEADING };
		bottom = area.y + area.height + GAP;
		return area;
	});
	return { areas, bottom };
}

/** The page that holds these and, to the right of all of them, the column. */
function placed(areas: readonly Box[], rest: Box, columnHeight: number): Placed {
	const all = rest.width === 0 ? areas : [...areas, rest];
	const right = Math.max(...all.map(({ x, width }) => x + Math.max(width, MIN_WIDTH)));
	const bottom = Math.max(columnHeight, ...all.map(({ y, height }) => y + height));
	return { areas, rest, column: right + GAP, width: right + GAP + COLUMN_WIDTH, height: bottom };
}

/** As large as it goes in its own shape, whole px. */
export function fit({ width, height }: Size, room: Size): Size {
	const most = Math.max(MAX_SCALE, MIN_SIDE / Math.max(width, height));
	const scale = Math.min(room.width / width, room.height / height, most);
	return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
