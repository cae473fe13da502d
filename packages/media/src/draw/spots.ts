/** The places a badge may take, best first, for each kind of region. */

import type { Size } from "@onevision/core";
import { keepInside } from "./label.ts";
import type { Box, Point } from "./path.ts";
import type { ResolvedRegion } from "./regions.ts";
import type { Segment } from "./segment.ts";

/** A place for a badge, whole px. */
export interface Spot {
	readonly badge: Box;
	/** The line from the middle of a badge that lies apart to what it marks. */
	readonly leader?: Segment;
}

/** A box this many badges wide and high holds its badge inside without being covered. */
const ROOMY = 2.5;
/** A mask with this share of a badge's height free around its point holds its badge. */
const SNUG = 0.6;
/** Rings of places around a point: how far the first lies off it and the steps between them, in heights of a badge. */
const RINGS = 24;
const FIRST_RING = 0.35;
const RING_STEP = 0.5;
/** Directions on a ring, in the order they are tried: up first, then by turns to either side of it. */
const DIRECTIONS: readonly Point[] = [
	[0, -1],
	[0.5, -1],
	[-0.5, -1],
	[1, -1],
	[-1, -1],
	[1, -0.5],
	[-1, -0.5],
	[1, 0],
	[-1, 0],
	[1, 0.5],
	[-1, 0.5],
	[1, 1],
	[-1, 1],
	[0.5, 1],
	[-0.5, 1],
	[0, 1],
].map(([x = 0, y = 0]) => ({ x, y }));

/**
 * Places for a badge of this size. On a point and in the middle of a mask, as in the paper; in a corner of a cell and
 * of a box with room, outside a smaller box; else around the point, with a leader. Some may lie outside the picture.
 */
export function* spotsFor(region: ResolvedRegion, badge: Size, picture: Size, gap: number): Generator<Spot> {
	const at = (x: number, y: number): Box => ({ x: Math.round(x), y: Math.round(y), ...badge });
	const { kind, point, box, room } = region;
	if (kind === "point" || (kind === "mask" && room >= SNUG * badge.height)) {
		yield { badge: keepInside(at(point.x - badge.width / 2, point.y - badge.height / 2), picture) };
	}
	if (kind === "cell" && box !== undefined) {
		for (const { x, y } of cornersInside(box, badge, gap)) yield { badge: at(x, y) };
		return;
	}
	if (kind === "box" && box !== undefined) {
		const roomy = box.width >= ROOMY * badge.width && box.height >= ROOMY * badge.height;
		if (roomy) for (const { x, y } of cornersInside(box, badge, 0)) yield { badge: at(x, y) };
		for (const { x, y } of beside(box, badge, picture)) yield { badge: at(x, y) };
	}
	for (let ring = 0; ring < RINGS; ring++) {
		const out = badge.height * (FIRST_RING + ring * RING_STEP);
		for (const { x, y } of DIRECTIONS) {
			const middle = {
				x: point.x + x * (badge.width / 2 + out),
				y: point.y + y * (badge.height / 2 + out),
			};
			yield {
				badge: at(middle.x - badge.width / 2, middle.y - badge.height / 2),
				leader: { from: middle, to: point },
			};
		}
	}
}

/** Top left, top right, bottom left, bottom right; none where the badge is larger than the box. */
function cornersInside(box: Box, badge: Size, gap: number): Point[] {
	const [left, right] = [box.x + gap, box.x + box.width - badge.width - gap];
	const [top, bottom] = [box.y + gap, box.y + box.height - badge.height - gap];
	if (right < left || bottom < top) return [];
	return [
		{ x: left, y: top },
		{ x: right, y: top },
		{ x: left, y: bottom },
		{ x: right, y: bottom },
	];
}

/** Touching the box from outside: above, below, right and left of it, slid along its side into the picture. */
function beside(box: Box, badge: Size, picture: Size): Point[] {
	const [right, bottom] = [box.x + box.width, box.y + box.height];
	const across = (x: number): number => Math.max(0, Math.min(x, picture.width - badge.width));
	const down = Math.max(0, Math.min(box.y, picture.height - badge.height));
	return [
		{ x: across(box.x), y: Math.floor(box.y) - badge.height },
		{ x: across(right - badge.width), y: Math.floor(box.y) - badge.height },
		{ x: across(box.x), y: Math.ceil(bottom) },
		{ x: across(right - badge.width), y: Math.ceil(bottom) },
		{ x: Math.ceil(right), y: down },
		{ x: Math.floor(box.x) - badge.width, y: down },
	];
}
