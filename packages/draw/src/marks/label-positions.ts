/** Candidate positions for a badge, each with its cost, for every kind of region. */

import type { Size } from "@onevision/base";
import type { Box, Point } from "../shapes/path.ts";
import type { ResolvedRegion } from "./regions.ts";
import { distanceTo, type Segment } from "./segment.ts";

/** A position for a badge, whole px. */
export interface LabelPosition {
	readonly badge: Box;
	/** The line from the middle of a detached badge to what it marks. */
	readonly leader?: Segment;
	/**
	 * Cost of the position regardless of its surroundings: 0 is best; 1 is as bad as a badge inside another mark's
	 * region.
	 */
	readonly cost: number;
}

/** Radius of the ring around a marked point, as a share of the badge's height. */
export const RING_RADIUS = 0.2;
/** Distance of a badge from the ring of its point, as a share of its height. */
const OFF_RING = 0.12;
/** A box holds its badge at no cost as long as the badge takes at most this share of its sides. */
const ROOMY = 0.4;
/** Beyond this share, the badge would hide the box's content. */
const FULL = 0.85;
const COST_OF_FILLING = 1.2;
/** Free distance around a mask's widest point, in badge heights, from which on the mask holds its badge. */
const ROOM_IN_MASK = 1;
/** Touching a box from outside is slightly worse than lying inside it. */
const COST_BESIDE = 0.03;
/** Cost of a leader, and of each badge height of its length. */
const [COST_OF_LEADER, COST_OF_LENGTH] = [0.1, 0.12];
/** Step between rings of positions around a region, in badge heights, and the number of rings. */
const [RING_STEP, RINGS] = [0.5, 24];
/** Maximum distance of a badge from its region, in badge heights; rings extend at most this far along both axes. */
export const FARTHEST = 1 + RING_STEP * RINGS;
/** Breaks ties in favor of the earlier position. */
const COST_OF_ORDER = 0.002;
/** Directions on a ring, in the order they are tried: up first, then alternating to either side of it. */
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
 * Positions for a badge of this size in the image, cheapest first. For a point: off the point, with a leader. For a
 * mask: at its widest point, as in Set-of-Mark prompting. For a cell, and a box with enough room: in a corner;
 * otherwise beside the box. Farther away: with a leader.
 */
export function labelPositionsFor(
	region: ResolvedRegion,
	badge: Size,
	image: Size,
	gap: number,
): LabelPosition[] {
	const positions = [...within(region, badge, gap), ...beside(region, badge, image), ...apart(region, badge)];
	return positions
		.filter((position) => liesIn(position.badge, image))
		.map((position, order) => ({ ...position, cost: position.cost + order * COST_OF_ORDER }))
		.sort((one, other) => one.cost - other.cost);
}

/** Inside what is marked. */
function within({ kind, point, box, room }: ResolvedRegion, badge: Size, gap: number): LabelPosition[] {
	if (kind === "cell" && box !== undefined) {
		return corners(box, badge, gap).map((at) => ({ badge: at, cost: 0 }));
	}
	if (kind === "mask") {
		const middle = at(point.x - badge.width / 2, point.y - badge.height / 2, badge);
		return room >= ROOM_IN_MASK * badge.height ? [{ badge: middle, cost: 0 }] : [];
	}
	if (kind === "point" || box === undefined) return [];
	const share = Math.max(badge.width / box.width, badge.height / box.height);
	if (share > FULL) return [];
	const cost = COST_OF_FILLING * Math.max(0, share - ROOMY);
	return corners(box, badge, 0).map((place) => ({ badge: place, cost }));
}

/** Touching a box from outside, slid along its side into the image. */
function beside({ kind, box }: ResolvedRegion, badge: Size, image: Size): LabelPosition[] {
	if (kind !== "box" || box === undefined) return [];
	const [right, bottom] = [box.x + box.width, box.y + box.height];
	const across = (x: number): number => Math.max(0, Math.min(x, image.width - badge.width));
	const down = (y: number): number => Math.max(0, Math.min(y, image.height - badge.height));
	const [above, below] = [Math.floor(box.y) - badge.height, Math.ceil(bottom)];
	const [before, after] = [Math.floor(box.x) - badge.width, Math.ceil(right)];
	const middle = { x: box.x + (box.width - badge.width) / 2, y: box.y + (box.height - badge.height) / 2 };
	return [
		at(across(box.x), above, badge),
		at(across(right - badge.width), above, badge),
		at(across(box.x), below, badge),
		at(across(right - badge.width), below, badge),
		at(after, down(box.y), badge),
		at(before, down(box.y), badge),
		at(across(middle.x), above, badge),
		at(across(middle.x), below, badge),
		at(after, down(middle.y), badge),
		at(before, down(middle.y), badge),
		at(after, down(bottom - badge.height), badge),
		at(before, down(bottom - badge.height), badge),
	].map((place) => ({ badge: place, cost: COST_BESIDE }));
}

/** Around what is marked, with a leader: to a point, to the widest point of a mask, or to the nearest edge of a box. */
function apart({ kind, point, box }: ResolvedRegion, badge: Size): LabelPosition[] {
	if (kind === "cell") return [];
	const ring = RING_RADIUS * badge.height;
	const target =
		kind === "box" && box !== undefined
			? box
			: { x: point.x - ring, y: point.y - ring, width: 2 * ring, height: 2 * ring };
	const center = { x: target.x + target.width / 2, y: target.y + target.height / 2 };
	return Array.from({ length: RINGS }, (_, step) => (OFF_RING + step * RING_STEP) * badge.height).flatMap(
		(away) =>
			DIRECTIONS.map(({ x, y }): LabelPosition => {
				const middle = {
					x: center.x + x * ((target.width + badge.width) / 2 + away),
					y: center.y + y * ((target.height + badge.height) / 2 + away),
				};
				const to = kind === "box" ? nearestOf(target, middle) : point;
				const place = at(middle.x - badge.width / 2, middle.y - badge.height / 2, badge);
				const length = distanceTo({ from: to, to }, nearestOf(place, to)) - (kind === "box" ? 0 : ring);
				const cost = COST_OF_LEADER + (COST_OF_LENGTH * Math.max(0, length)) / badge.height;
				return { badge: place, leader: { from: middle, to }, cost };
			}),
	);
}

function at(x: number, y: number, { width, height }: Size): Box {
	return { x: Math.round(x), y: Math.round(y), width, height };
}

/** Corners inside the box, then the middles of its sides; none if the badge is larger than the box. */
function corners(box: Box, badge: Size, gap: number): Box[] {
	const [left, right] = [box.x + gap, box.x + box.width - badge.width - gap];
	const [top, bottom] = [box.y + gap, box.y + box.height - badge.height - gap];
	if (right < left || bottom < top) return [];
	const [middle, center] = [(left + right) / 2, (top + bottom) / 2];
	return [
		at(left, top, badge),
		at(right, top, badge),
		at(left, bottom, badge),
		at(right, bottom, badge),
		at(middle, top, badge),
		at(middle, bottom, badge),
		at(left, center, badge),
		at(right, center, badge),
	];
}

/** The point of a box that is nearest to another point. */
function nearestOf(box: Box, { x, y }: Point): Point {
	return {
		x: Math.max(box.x, Math.min(x, box.x + box.width)),
		y: Math.max(box.y, Math.min(y, box.y + box.height)),
	};
}

function liesIn({ x, y, width, height }: Box, image: Size): boolean {
	return x >= 0 && y >= 0 && x + width <= image.width && y + height <= image.height;
}
