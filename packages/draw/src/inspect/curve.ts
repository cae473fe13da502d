/** The size of every frame of a clip over time, with the chosen frames marked: where an encoder spent its bits. */

import { formatInteger } from "@onevision/base";
import type { RgbImage } from "@onevision/media";
import { fill } from "../shapes/fill.ts";
import { type Box, discPath, rectanglePath } from "../shapes/path.ts";
import { veil } from "./paint.ts";
import { COLORS, TYPE, write, writeEnding } from "./style.ts";

/** One frame of the clip, described by its packet. */
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
 * Draws the curve into a box. The scale is the square root, since key frames are many times larger than the others. A
 * 1-px column that stands for several frames shows the largest.
 */
export function drawCurve(
	target: RgbImage,
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
	const bars = barsOf(frames, plot.width);
	const step = plot.width / bars.length;
	const gap = step >= 4 ? 1 : 0;
	const marked = markedBars(chosen, frames.length, bars.length);
	for (const bar of marked) {
		const x = plot.x + bar * step;
		veil(target, { x, y: plot.y, width: Math.max(1, step), height: plot.height }, COLORS.token, 0.16);
	}
	bars.forEach(({ bytes, isKey }, index) => {
		const height = Math.max(1, heightOf(bytes));
		const bar = { x: plot.x + index * step, y: bottom - height, width: step - gap, height };
		fill(target, rectanglePath(bar), { color: isKey ? COLORS.tile : COLORS.bar });
	});
	for (const bar of marked) {
		const middle = { x: plot.x + (bar + 0.5) * step, y: bottom + MARKS / 2 };
		fill(target, discPath(middle, 3.5), { color: COLORS.token });
	}
	fill(target, rectanglePath({ ...plot, y: bottom, height: 1 }), { color: COLORS.ink });
	drawTimes(target, frames, plot, bottom + MARKS);
}

/** One bar per frame. If the clip has more frames than pixels, a bar shows the largest frame it covers. */
function barsOf(frames: readonly WeighedFrame[], width: number): readonly WeighedFrame[] {
	const count = Math.min(frames.length, Math.floor(width));
	if (count === frames.length) return frames;
	const heaviest: WeighedFrame[] = [];
	for (const [place, frame] of frames.entries()) {
		const bar = Math.floor((place * count) / frames.length);
		if (frame.bytes > (heaviest[bar]?.bytes ?? -1)) heaviest[bar] = frame;
	}
	return heaviest;
}

/** Bars of the chosen frames; none if every frame is chosen, since marks would then carry no information. */
function markedBars(chosen: readonly number[], frames: number, bars: number): number[] {
	if (chosen.length >= frames) return [];
	return [...new Set(chosen.map((frame) => Math.floor((frame * bars) / frames)))];
}

function drawRule(target: RgbImage, plot: Box, height: number, bytes: number): void {
	const y = Math.round(plot.y + plot.height - height);
	fill(target, rectanglePath({ x: plot.x, y, width: plot.width, height: 1 }), { color: COLORS.rule });
	const text = `${formatInteger(bytes)} B`;
	writeEnding(target, text, { x: plot.x - 8, y: y + 9 }, { size: TYPE.small, color: COLORS.soft });
}

/** Times below the frames: the first, the last, and as many in between as fit. */
function drawTimes(target: RgbImage, frames: readonly WeighedFrame[], plot: Box, y: number): void {
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
