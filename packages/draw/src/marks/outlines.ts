/** Draws marked regions: tints, frames, grid lines, and leaders from detached badges. */

import type { RgbImage } from "@onevision/media";
import { BLACK, WHITE } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import {
	type Box,
	discPath,
	framePath,
	inset,
	linePath,
	type Path,
	type Point,
	rectanglePath,
} from "../shapes/path.ts";
import { tint } from "../shapes/tint.ts";
import type { MarkColors, MarkStrokes } from "./badge.ts";
import type { ResolvedRegion } from "./regions.ts";
import type { Segment } from "./segment.ts";

export function drawRegion(
	target: RgbImage,
	region: ResolvedRegion,
	colors: MarkColors,
	strokes: MarkStrokes,
): void {
	const { kind, box, depth } = region;
	if (box === undefined) return;
	if (depth !== undefined) drawMask(target, box, depth, colors, strokes);
	if (kind === "box") drawFrame(target, box, colors, strokes);
	if (kind === "cell") drawCellLines(target, box, strokes);
}

/** A tint and, inside the edge, the same line as for a frame. */
function drawMask(
	target: RgbImage,
	box: Box,
	depth: Float32Array,
	colors: MarkColors,
	{ hairline, line }: MarkStrokes,
): void {
	tint(target, box, depth, { color: colors.fill, alpha: 0.35 });
	tint(target, box, depth, { color: colors.ring }, line + 2 * hairline);
	tint(target, box, depth, { color: colors.fill }, line + hairline);
	tint(target, box, depth, { color: colors.ring }, hairline);
}

/** A line in the mark's hue between two hairlines of its ring color: visible on any background. */
function drawFrame(target: RgbImage, box: Box, colors: MarkColors, { hairline, line }: MarkStrokes): void {
	fill(target, framePath(box, line + 2 * hairline), { color: colors.ring });
	const inner = inset(box, hairline);
	if (inner.width > 0 && inner.height > 0) fill(target, framePath(inner, line), { color: colors.fill });
}

/** The right and lower border of a cell, white inside black; omitted along the image's own border. */
function drawCellLines(target: RgbImage, box: Box, { grid }: MarkStrokes): void {
	const [right, bottom] = [box.x + box.width, box.y + box.height];
	const bars = (width: number): Box[] => {
		const before = Math.floor(width / 2);
		return [
			...(right < target.width ? [{ x: right - before, y: box.y, width, height: box.height }] : []),
			...(bottom < target.height ? [{ x: box.x, y: bottom - before, width: box.width, height: width }] : []),
		];
	};
	for (const bar of bars(3 * grid)) fill(target, rectanglePath(bar), { color: BLACK });
	for (const bar of bars(grid)) fill(target, rectanglePath(bar), { color: WHITE });
}

export function drawLeader(
	target: RgbImage,
	{ from, to }: Segment,
	colors: MarkColors,
	strokes: MarkStrokes,
): void {
	fill(target, linePath([from, to], strokes.line + 2 * strokes.hairline), { color: colors.ring });
	fill(target, linePath([from, to], strokes.line), { color: colors.fill });
}

/** The end of a leader on the frame of a box. */
export function drawDot(
	target: RgbImage,
	point: Point,
	colors: MarkColors,
	{ hairline, line }: MarkStrokes,
): void {
	fill(target, discPath(point, line + hairline), { color: colors.ring });
	fill(target, discPath(point, line), { color: colors.fill });
}

/** A ring around the end of a leader, open in the middle: a line in the mark's hue between two of its ring color. */
export function drawRing(
	target: RgbImage,
	point: Point,
	colors: MarkColors,
	{ hairline, line }: MarkStrokes,
	radius: number,
): void {
	const ring = (outer: number, width: number): Path => {
		const box = { x: point.x - outer, y: point.y - outer, width: 2 * outer, height: 2 * outer };
		return framePath(box, width, outer);
	};
	fill(target, ring(radius + hairline, line + 2 * hairline), { color: colors.ring });
	fill(target, ring(radius, line), { color: colors.fill });
}
