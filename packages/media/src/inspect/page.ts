/** Where everything of an inspection goes on its page: decided from sizes alone, px. */

import type { Size } from "@onevision/core";
import type { Box } from "../draw/path.ts";

/** Longest side of a page, px. */
export const MOST_SIDE = 1600;
export const MARGIN = 28;
export const GAP = 26;
/** Two lines over a panel. */
export const HEADING = 44;
/** Side of the smaller panels, px. */
export const SMALL = 336;
/** A small picture is not blown up more than this. */
const MOST_SCALE = 3;
/** A heading needs this width whatever the shape of its panel. */
export const LEAST_WIDTH = 220;

export interface Placed {
	/** Of each panel, the main one first. */
	readonly areas: readonly Box[];
	/** What is left for a close-up; without one, nothing is left. */
	readonly rest: Box;
	readonly width: number;
	readonly height: number;
}

/** The main panel with the smaller ones beneath or beside it, whichever leaves it larger, and room for a close-up. */
export function placePanels(main: Size, smalls: readonly Size[], room: Size, hasCloseUp: boolean): Placed {
	if (smalls.length === 0 && !hasCloseUp) {
		const large = { ...fit(main, { width: room.width, height: room.height - HEADING }), x: 0, y: HEADING };
		return { areas: [large], rest: { x: 0, y: 0, width: 0, height: 0 }, ...extent([large]) };
	}
	const beside = placeBeside(main, smalls, room, hasCloseUp);
	const beneath = placeBeneath(main, smalls, room, hasCloseUp);
	return areaOf(beneath) > areaOf(beside) ? beneath : beside;
}

function areaOf({ areas: [main] }: Placed): number {
	return main === undefined ? 0 : main.width * main.height;
}

function placeBeside(main: Size, smalls: readonly Size[], room: Size, hasCloseUp: boolean): Placed {
	const large = fit(main, { width: room.width - SMALL - GAP, height: room.height - HEADING });
	const x = Math.max(large.width, LEAST_WIDTH) + GAP;
	let y = 0;
	const areas = smalls.map((small) => {
		const area = { ...fit(small, { width: SMALL, height: SMALL }), x, y: y + HEADING };
		y = area.y + area.height + GAP;
		return area;
	});
	const left = HEADING + large.height - (y + HEADING);
	const rest = { x, y: y + HEADING, width: SMALL, height: Math.max(SMALL, left) };
	return {
		areas: [{ ...large, x: 0, y: HEADING }, ...areas],
		rest,
		...extent([...areas, large, ...(hasCloseUp ? [rest] : [])]),
	};
}

function placeBeneath(main: Size, smalls: readonly Size[], room: Size, hasCloseUp: boolean): Placed {
	const large = fit(main, { width: room.width, height: room.height - 2 * HEADING - GAP - SMALL });
	const y = large.height + 2 * HEADING + GAP;
	let x = 0;
	const areas = smalls.map((small) => {
		const area = { ...fit(small, { width: SMALL, height: SMALL }), x, y };
		x += Math.max(area.width, LEAST_WIDTH) + GAP;
		return area;
	});
	const rest = { x, y, width: Math.max(SMALL, large.width - x), height: SMALL };
	return {
		areas: [{ ...large, x: 0, y: HEADING }, ...areas],
		rest,
		...extent([...areas, large, ...(hasCloseUp ? [rest] : [])]),
	};
}

/** As large as what lies in it from the top left corner. */
function extent(areas: readonly Partial<Box>[]): Size {
	return {
		width: Math.max(...areas.map(({ x = 0, width = 0 }) => x + Math.max(width, LEAST_WIDTH))),
		height: Math.max(...areas.map(({ y = HEADING, height = 0 }) => y + height)),
	};
}

/** As large as it goes in its own shape, whole px. */
export function fit({ width, height }: Size, room: Size): Size {
	const scale = Math.min(room.width / width, room.height / height, MOST_SCALE);
	return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
