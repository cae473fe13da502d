/** What every frame of a clip weighs, over time, with the chosen frames marked: where an encoder spent its bits. */

import { fill } from "../draw/fill.ts";
import { type Box, discPath, rectanglePath } from "../draw/path.ts";
import type { Picture } from "../picture.ts";
import { thousands } from "./facts.ts";
import { veil } from "./paint.ts";
import { COLORS, TYPE, write, writeEnding } from "./style.ts";

/** One frame of the clip as its packet tells. */
export interface WeighedFrame {
	readonly seconds: number;
	readonly bytes: number;
	/** Whether decoding can start here. */
	readonly isKey: boolean;
}

/** Height of the curve with its axis, px. */
export const CURVE_HEIGHT = 176;
const AXIS = 24;
const MARKS = 12;
const SCALE_WIDTH = 74;

/**
 * Draws the curve into a box: square-root scale, since key frames weigh many times what the others do. A column of one px
 * that stands for several frames is as high as the heaviest.
 */
export function drawCurve(
	target: Picture,
	frames: readonly WeighedFrame[],
	chosen: readonly number[],
	area: Box,
): void {
	const plot = {
		x: area.x + SCALE_WIDTH,
		y: area.y,
		width: area.width - SCALE_WIDTH,
		height: area.height - AXIS - MARKS,
	};
	const most = frames.reduce((sum, { bytes }) => Math.max(sum, bytes), 1);
	const bottom = plot.y + plot.height;
	const heightOf = (bytes: number): number => Math.sqrt(bytes / most) * plot.height;
	for (const share of [1, 0.25]) drawRule(target, plot, heightOf(share * most), Math.round(share * most));
	const step = plot.width / frames.length;
	const gap = step >= 4 ? 1 : 0;
	const columnOf = (frame: number): number => plot.x + frame * step;
	// Marks on every frame would say nothing.
	const marks = chosen.length < frames.length ? chosen : [];
	for (const marked of marks) {
		const x = columnOf(marked);
		veil(target, { x, y: plot.y, width: Math.max(1, step), height: plot.height }, COLORS.token, 0.16);
	}
	frames.forEach(({ bytes, isKey }, frame) => {
		const height = Math.max(1, heightOf(bytes));
		const bar = { x: columnOf(frame), y: bottom - height, width: Math.max(1, step - gap), height };
		fill(target, rectanglePath(bar), { color: isKey ? COLORS.tile : COLORS.bar });
	});
	for (const marked of marks) {
		const middle = { x: columnOf(marked) + step / 2, y: bottom + MARKS / 2 };
		fill(target, discPath(middle, 3.5), { color: COLORS.token });
	}
	fill(target, rectanglePath({ ...plot, y: bottom, height: 1 }), { color: COLORS.ink });
	drawTimes(target, frames, plot, bottom + MARKS);
}

function drawRule(target: Picture, plot: Box, height: number, bytes: number): void {
	const y = Math.round(plot.y + plot.height - height);
	fill(target, rectanglePath({ x: plot.x, y, width: plot.width, height: 1 }), { color: COLORS.rule });
	const text = `${thousands(bytes)} B`;
	writeEnding(target, text, { x: plot.x - 8, y: y + 9 }, { size: TYPE.small, color: COLORS.soft });
}

/** Times beneath the frames: the first, the last, and as many between as have room. */
function drawTimes(target: Picture, frames: readonly WeighedFrame[], plot: Box, y: number): void {
	const labels = Math.max(1, Math.min(8, frames.length - 1));
	for (let index = 0; index <= labels; index++) {
		const frame = Math.round((index * (frames.length - 1)) / labels);
		const text = `${((frames[frame]?.seconds ?? 0) - (frames[0]?.seconds ?? 0)).toFixed(1)} s`;
		const at = { x: plot.x + ((frame + 0.5) * plot.width) / frames.length, y: y + 16 };
		const style = { size: TYPE.small, color: COLORS.soft };
		if (index === labels) writeEnding(target, text, { x: plot.x + plot.width, y: at.y }, style);
		else write(target, text, index === 0 ? { ...at, x: plot.x } : at, style);
	}
}
