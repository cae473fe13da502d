/** The cost of a badge's position due to the other marks: their regions, points, badges and leaders. */

import { type Box, inset, type Point } from "../shapes/path.ts";
import { type LabelPosition, RING_RADIUS } from "./label-positions.ts";
import type { ResolvedRegion } from "./regions.ts";
import { crosses, distanceTo, meets } from "./segment.ts";

/** A neighboring mark; without a position if none is chosen yet. */
export interface Neighbor {
	readonly region: ResolvedRegion;
	readonly position?: LabelPosition | undefined;
}

/** Costs on the scale of `LabelPosition.cost`: a badge inside another mark's region costs 1. */
const COST_OF_FRAME = 0.08;
/** For the frame of a box that contains the mark's own box: a badge on it would seem to belong to it. */
const COST_OF_OUTER_FRAME = 0.2;
const COST_OF_RING = 0.4;
const COST_OF_BADGE_ON_LEADER = 1.5;
const COST_OF_CROSSING = 0.5;
const COST_OF_LEADER_OVER_REGION = 0.3;
const COST_OF_LEADER_NEAR_POINT = 0.6;
/** Minimum distance of a leader from another mark's point, in badge heights. */
const CLEAR = 0.3;
/** Samples along each side of a badge when looking up a mask. */
const SAMPLES = 5;

/** Whether a badge is allowed there: clear of every marked point and of the badges placed so far. */
export function isFree(
	{ badge }: LabelPosition,
	own: ResolvedRegion,
	others: readonly Neighbor[],
	gap: number,
): boolean {
	const kept = inset(badge, -gap);
	if (own.kind === "point" && covers(kept, own.point)) return false;
	return others.every(
		({ region, position }) =>
			!(region.kind === "point" && covers(kept, region.point)) &&
			!(position !== undefined && overlap(kept, position.badge) > 0),
	);
}

/** The cost that neighbors add to a position. */
export function clutterOf(position: LabelPosition, own: ResolvedRegion, others: readonly Neighbor[]): number {
	return others.reduce((sum, other) => sum + costBeside(position, own, other), 0);
}

function costBeside(
	{ badge, leader }: LabelPosition,
	own: ResolvedRegion,
	{ region, position }: Neighbor,
): number {
	let cost = costOnRegion(badge, own, region);
	if (position?.leader !== undefined && meets(position.leader, badge)) cost += COST_OF_BADGE_ON_LEADER;
	if (leader === undefined) return cost;
	if (position !== undefined && meets(leader, position.badge)) cost += COST_OF_BADGE_ON_LEADER;
	if (position?.leader !== undefined && crosses(leader, position.leader)) cost += COST_OF_CROSSING;
	const isFar = !samePoint(region.point, own.point);
	if (region.kind === "point" && isFar && distanceTo(leader, region.point) < CLEAR * badge.height) {
		cost += COST_OF_LEADER_NEAR_POINT;
	}
	if (region.kind === "box" && region.box !== undefined && !holds(region, own) && meets(leader, region.box)) {
		cost += COST_OF_LEADER_OVER_REGION;
	}
	return cost;
}

/** Cost of the badge on another mark's ring, frame or interior. */
function costOnRegion(badge: Box, own: ResolvedRegion, region: ResolvedRegion): number {
	if (region.kind === "cell") return 0;
	if (region.kind === "point") {
		const ring = RING_RADIUS * badge.height;
		const { x, y } = region.point;
		const shared = overlap(badge, { x: x - ring, y: y - ring, width: 2 * ring, height: 2 * ring });
		return shared > 0 ? COST_OF_RING : 0;
	}
	const { box } = region;
	const shared = box === undefined ? 0 : overlap(badge, box);
	if (box === undefined || shared === 0) return 0;
	const area = badge.width * badge.height;
	const isOnFrame = region.kind === "box" && shared < area;
	if (holds(region, own)) return isOnFrame ? COST_OF_OUTER_FRAME : 0;
	const inside = region.depth === undefined ? shared : area * shareIn(region.depth, box, badge);
	return (isOnFrame ? COST_OF_FRAME : 0) + Math.min(1, inside / Math.min(area, region.area));
}

/** Share of a badge that lies on a mask. */
function shareIn(depth: Float32Array, box: Box, badge: Box): number {
	let inside = 0;
	for (let row = 0; row < SAMPLES; row++) {
		const y = Math.floor(badge.y + ((row + 0.5) * badge.height) / SAMPLES) - box.y;
		if (y < 0 || y >= box.height) continue;
		for (let col = 0; col < SAMPLES; col++) {
			const x = Math.floor(badge.x + ((col + 0.5) * badge.width) / SAMPLES) - box.x;
			if (x >= 0 && x < box.width && (depth[y * box.width + x] ?? 0) > 0) inside++;
		}
	}
	return inside / (SAMPLES * SAMPLES);
}

/** Whether all of a region lies within another box, or its mark's point within another mask. */
function holds(outer: ResolvedRegion, inner: ResolvedRegion): boolean {
	if (outer.box === undefined) return false;
	const { x, y, width, height } = outer.box;
	if (outer.depth !== undefined) {
		const [column, row] = [Math.floor(inner.point.x) - x, Math.floor(inner.point.y) - y];
		const isIn = column >= 0 && row >= 0 && column < width && row < height;
		return isIn && inner.area <= outer.area && (outer.depth[row * width + column] ?? 0) > 0;
	}
	const box = inner.box ?? { ...inner.point, width: 0, height: 0 };
	return box.x >= x && box.y >= y && box.x + box.width <= x + width && box.y + box.height <= y + height;
}

/** Overlapping area of two boxes, px². */
function overlap(one: Box, other: Box): number {
	const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
	const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
	return width > 0 && height > 0 ? width * height : 0;
}

function covers({ x, y, width, height }: Box, point: Point): boolean {
	return point.x >= x && point.x < x + width && point.y >= y && point.y < y + height;
}

function samePoint(one: Point, other: Point): boolean {
	return one.x === other.x && one.y === other.y;
}
