/** A line segment between two points, and what lies on or near it. */

import type { Box, Point } from "../shapes/path.ts";

export interface Segment {
	readonly from: Point;
	readonly to: Point;
}

/** Whether the segment meets the box (the slab test of Liang and Barsky). */
export function meets({ from, to }: Segment, { x, y, width, height }: Box): boolean {
	let [enter, leave] = [0, 1];
	const sides: readonly (readonly [start: number, step: number, low: number, high: number])[] = [
		[from.x, to.x - from.x, x, x + width],
		[from.y, to.y - from.y, y, y + height],
	];
	for (const [start, step, low, high] of sides) {
		if (step === 0) {
			if (start < low || start > high) return false;
			continue;
		}
		const [first, second] = [(low - start) / step, (high - start) / step];
		enter = Math.max(enter, Math.min(first, second));
		leave = Math.min(leave, Math.max(first, second));
	}
	return enter <= leave;
}

/** Distance of a point from the segment, px. */
export function distanceTo({ from, to }: Segment, point: Point): number {
	const [dx, dy] = [to.x - from.x, to.y - from.y];
	const squared = dx * dx + dy * dy;
	const along = squared === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / squared;
	const t = Math.max(0, Math.min(1, along));
	const [x, y] = [from.x + t * dx - point.x, from.y + t * dy - point.y];
	return Math.sqrt(x * x + y * y);
}

/** The segment without its last `by` px; a shorter one shrinks to its start. */
export function shortened({ from, to }: Segment, by: number): Segment {
	const [dx, dy] = [to.x - from.x, to.y - from.y];
	const length = Math.sqrt(dx * dx + dy * dy);
	const kept = length === 0 ? 0 : Math.max(0, 1 - by / length);
	return { from, to: { x: from.x + kept * dx, y: from.y + kept * dy } };
}

/** Whether two segments have a point in common. */
export function crosses(one: Segment, other: Segment): boolean {
	const [start, end] = [turn(other, one.from), turn(other, one.to)];
	const [first, last] = [turn(one, other.from), turn(one, other.to)];
	if (start === 0 && end === 0) {
		// Collinear: they meet if their extents do.
		const [low, high] = [Math.min(other.from.x, other.to.x), Math.max(other.from.x, other.to.x)];
		const [top, bottom] = [Math.min(other.from.y, other.to.y), Math.max(other.from.y, other.to.y)];
		return meets(one, { x: low, y: top, width: high - low, height: bottom - top });
	}
	return start * end <= 0 && first * last <= 0;
}

/** Positive if the point is on one side of the segment's line, negative on the other, 0 on it. */
function turn({ from, to }: Segment, { x, y }: Point): number {
	return (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x);
}
