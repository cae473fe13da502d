/** The frames a model is given, in rows, each with its number and time. */

import type { Size } from "@onevision/core";
import { fill } from "../draw/fill.ts";
import { type Box, framePath } from "../draw/path.ts";
import type { Picture } from "../picture.ts";
import { paintSource } from "./paint.ts";
import { COLORS, TYPE, write } from "./style.ts";

/** One decoded frame of a clip. */
export interface ShownFrame {
	/** Its number in the clip, from 0. */
	readonly frame: number;
	/** From the first frame of the clip on. */
	readonly seconds: number;
	readonly picture: Picture;
}

/** Most frames that are drawn; of more, as many are taken evenly. */
export const MOST_SHOWN = 64;
const LINE = 20;
const SPACE = 8;
/** Narrower frames could not carry their number and time. */
const LEAST_CELL_WIDTH = 104;

export interface SheetPlan extends Size {
	readonly cols: number;
	/** Size of a frame on the sheet, px. */
	readonly cell: Size;
}

/** px of text with each frame, and between frames. */
export interface SheetSpacing {
	readonly line: number;
	readonly space: number;
}

/** Rows and columns that show so many frames of this shape largest within the room. */
export function planSheet(
	count: number,
	frame: Size,
	room: Size,
	{ line, space }: SheetSpacing = { line: LINE, space: SPACE },
): SheetPlan {
	const mostCols = Math.max(1, Math.floor((room.width + space) / (LEAST_CELL_WIDTH + space)));
	let best: SheetPlan | undefined;
	for (let cols = 1; cols <= Math.min(count, mostCols); cols++) {
		const rows = Math.ceil(count / cols);
		const wide = (room.width - (cols - 1) * space) / cols;
		const high = (room.height - rows * (line + space)) / rows;
		const scale = Math.min(wide / frame.width, high / frame.height);
		const cell = {
			width: Math.max(1, Math.floor(frame.width * scale)),
			height: Math.max(1, Math.floor(frame.height * scale)),
		};
		if (best !== undefined && cell.width <= best.cell.width) continue;
		const width = cols * Math.max(cell.width, LEAST_CELL_WIDTH) + (cols - 1) * space;
		best = { cols, cell, width, height: rows * (cell.height + line + space) };
	}
	if (best === undefined) throw new Error("internal: a sheet without frames");
	return best;
}

/** Which of so many frames are drawn: all, or as many as a sheet takes, evenly, first and last among them. */
export function shownPlaces(count: number): number[] {
	if (count <= MOST_SHOWN) return Array.from({ length: count }, (_, place) => place);
	return Array.from({ length: MOST_SHOWN }, (_, index) =>
		Math.round((index * (count - 1)) / (MOST_SHOWN - 1)),
	);
}

export function drawFrames(
	target: Picture,
	frames: readonly ShownFrame[],
	{ cols, cell }: SheetPlan,
	at: Pick<Box, "x" | "y">,
): void {
	const step = Math.max(cell.width, LEAST_CELL_WIDTH) + SPACE;
	frames.forEach(({ frame, seconds, picture }, index) => {
		const x = at.x + (index % cols) * step;
		const y = at.y + Math.floor(index / cols) * (cell.height + LINE + SPACE);
		const area = { x, y, ...cell };
		paintSource(target, picture, area, area);
		fill(target, framePath(area, 1), { color: COLORS.rule });
		const baseline = { x, y: y + cell.height + 15 };
		write(target, `${frame}`, baseline, { size: TYPE.small });
		const offset = 8 * String(frame).length + 10;
		write(
			target,
			`${seconds.toFixed(2)} s`,
			{ ...baseline, x: x + offset },
			{ size: TYPE.small, color: COLORS.soft },
		);
	});
}
