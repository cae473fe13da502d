/** The frames a model receives, in rows, each with its number and time. */

import type { Size } from "@onevision/base";
import type { RgbImage } from "@onevision/media";
import { fill } from "../shapes/fill.ts";
import { type Box, framePath } from "../shapes/path.ts";
import { measureText } from "../shapes/text.ts";
import { paintSource } from "./paint.ts";
import { COLORS, TYPE, write } from "./style.ts";

/** One decoded frame of a clip. */
export interface ShownFrame {
	/** Its number in the clip, from 0. */
	readonly frame: number;
	/** Seconds from the first frame of the clip. */
	readonly seconds: number;
	readonly image: RgbImage;
}

/** Maximum frames drawn; if there are more, this many are taken at even distances. */
const MAX_SHOWN = 64;
/**
 * Height of the text below each frame, gap between frames, and minimum width of a frame that can carry its text, px.
 */
interface SheetSpacing {
	readonly line: number;
	readonly space: number;
	readonly leastWidth: number;
}

/** Number and time of a frame on one line, or on two lines below narrow frames. */
const CAPTIONS = {
	beside: { line: 20, space: 8, leastWidth: 104 },
	stacked: { line: 36, space: 8, leastWidth: 58 },
} as const satisfies Readonly<Record<string, SheetSpacing>>;

export interface SheetPlan extends Size {
	readonly cols: number;
	/** Size of a frame on the sheet, px. */
	readonly cell: Size;
	readonly captions: keyof typeof CAPTIONS;
}

/**
 * Rows and columns that draw this many frames of this shape as large as possible within the room, with little of it
 * empty.
 */
export function planSheet(count: number, frame: Size, room: Size): SheetPlan {
	let best: SheetPlan | undefined;
	let most = 0;
	for (const captions of ["beside", "stacked"] as const) {
		const { line, space, leastWidth } = CAPTIONS[captions];
		const mostCols = Math.max(1, Math.floor((room.width + space) / (leastWidth + space)));
		for (let cols = 1; cols <= Math.min(count, mostCols); cols++) {
			const rows = Math.ceil(count / cols);
			const wide = (room.width - (cols - 1) * space) / cols;
			const high = (room.height - rows * (line + space)) / rows;
			const scale = Math.min(wide / frame.width, high / frame.height);
			const cell = {
				width: Math.max(1, Math.floor(frame.width * scale)),
				height: Math.max(1, Math.floor(frame.height * scale)),
			};
			const height = rows * (cell.height + line + space);
			const filled = (count * cell.width * cell.height) / (room.width * height);
			const score = cell.width * Math.sqrt(filled);
			if (score <= most) continue;
			most = score;
			const width = cols * Math.max(cell.width, leastWidth) + (cols - 1) * space;
			best = { cols, cell, captions, width, height };
		}
	}
	if (best === undefined) throw new Error("internal: a sheet without frames");
	return best;
}

/** Which frames are drawn: all, or as many as a sheet holds at even distances, including the first and the last. */
export function shownPlaces(count: number): number[] {
	if (count <= MAX_SHOWN) return Array.from({ length: count }, (_, place) => place);
	return Array.from({ length: MAX_SHOWN }, (_, index) => Math.round((index * (count - 1)) / (MAX_SHOWN - 1)));
}

export function drawFrames(
	target: RgbImage,
	frames: readonly ShownFrame[],
	{ cols, cell, captions }: SheetPlan,
	at: Pick<Box, "x" | "y">,
): void {
	const { line, space, leastWidth } = CAPTIONS[captions];
	const step = Math.max(cell.width, leastWidth) + space;
	frames.forEach(({ frame, seconds, image }, index) => {
		const x = at.x + (index % cols) * step;
		const y = at.y + Math.floor(index / cols) * (cell.height + line + space);
		const area = { x, y, ...cell };
		paintSource(target, image, area, area);
		fill(target, framePath(area, 1), { color: COLORS.rule });
		const baseline = { x, y: y + cell.height + 15 };
		const [number, time] = [`${frame}`, `${seconds.toFixed(2)} s`];
		write(target, number, baseline, { size: TYPE.small });
		const after =
			captions === "stacked"
				? { x, y: baseline.y + 16 }
				: { ...baseline, x: x + measureText(number, TYPE.small).width + 8 };
		write(target, time, after, { size: TYPE.small, color: COLORS.soft });
	});
}
