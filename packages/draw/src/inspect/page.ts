/** Places everything on an inspection page, from sizes alone, px. */

import type { Size } from "@onevision/base";
import type { Box } from "../shapes/path.ts";

/** Longest side of a page, px. */
export const MAX_SIDE = 1600;
export const MARGIN = 28;
export const GAP = 26;
/** Height of a panel's two heading lines, px. */
export const HEADING = 44;
/** Side of the smaller panels, px. */
export const SMALL = 336;
/** Maximum magnification of a small image, */
const MAX_SCALE = 3;
/** except that it is enlarged until its longer side has this many px, so that it does not get lost on the page. */
const MIN_SIDE = 420;
/** Minimum width for a heading, whatever the shape of its panel. */
export const MIN_WIDTH = 220;
/** Same width as the smaller panels, which may be placed below the text. */
export const COLUMN_WIDTH = SMALL;

/** Position of everything, px from the top-left corner of the page inside its margins. */
export interface Placed {
	/** One per panel, the main one first. */
	readonly areas: readonly Box[];
	/** The space left for a close-up; empty without one. */
	readonly rest: Box;
	/** Left edge of the column. */
	readonly column: number;
	readonly width: number;
	readonly height: number;
}

/** What to place, px. */
export interface Contents {
	readonly main: Size;
	readonly smalls: readonly Size[];
	readonly hasCloseUp: boolean;
	/** Height of the text column. */
	readonly columnHeight: number;
}

/** Largest page, px inside its margins. */
const PAGE = MAX_SIDE - 2 * MARGIN;
const ROOM = { width: PAGE - GAP - COLUMN_WIDTH, height: 1040 };

/** Score of a page: how much of it is covered, and how much of that by the main panel. */
export function scoreOf({ areas, rest, width, height }: Placed, { columnHeight }: Contents): number {
	const area = (box: Size): number => box.width * box.height;
	const [main = rest] = areas;
	const covered = [...areas, rest].reduce((sum, box) => sum + area(box), COLUMN_WIDTH * columnHeight);
	return (covered / (width * height)) * (0.5 + (0.5 * area(main)) / area(ROOM));
}

/** A way to place the contents of a page; `undefined` if they do not fit that way. */
export type Arrangement = (contents: Contents) => Placed | undefined;

/** The smaller panels and the close-up beside the main panel, below it, below the column, or split between the two. */
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

/** Places them below the text, if the page is high enough. */
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

/** The smaller panels below the text, the close-up below the main panel. */
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

/** Minimum height of a close-up in the column, px. */
const MIN_REST = 240;
const NOTHING = { x: 0, y: 0, width: 0, height: 0 };

/** Panels stacked below one another, each under its heading; `bottom` is where the next heading starts. */
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

/** The page that holds these areas, with the column to the right of them all. */
function placed(areas: readonly Box[], rest: Box, columnHeight: number): Placed {
	const all = rest.width === 0 ? areas : [...areas, rest];
	const right = Math.max(...all.map(({ x, width }) => x + Math.max(width, MIN_WIDTH)));
	const bottom = Math.max(columnHeight, ...all.map(({ y, height }) => y + height));
	return { areas, rest, column: right + GAP, width: right + GAP + COLUMN_WIDTH, height: bottom };
}

/** The largest size of the same aspect ratio that fits, whole px. */
export function fit({ width, height }: Size, room: Size): Size {
	const most = Math.max(MAX_SCALE, MIN_SIDE / Math.max(width, height));
	const scale = Math.min(room.width / width, room.height / height, most);
	return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
