/**
 * Which place each badge takes. Small regions choose first; each takes the first of its places that lies in the
 * picture, touches no badge placed before, and covers no marked point but its own. So the result depends on nothing
 * but the input, and a small region's mark is not pushed away by a large one's.
 */

import type { Size } from "@onevision/core";
import { badgeSize } from "./badge.ts";
import { type Box, inset, type Point } from "./path.ts";
import { type ResolvedRegion, smallestFirst } from "./regions.ts";
import { distanceTo, meets } from "./segment.ts";
import { type Spot, spotsFor } from "./spots.ts";

/** Shares of a badge's height: least gap between badges, least distance of a leader from a point not its own. */
const GAP = 0.08;
const CLEAR = 0.3;

/** Places badges `height` px high, or gives `undefined` when one of them has no place at this height. */
export function placeBadges(
	regions: readonly ResolvedRegion[],
	labels: readonly string[],
	height: number,
	picture: Size,
): Spot[] | undefined {
	const points = regions.flatMap(({ kind, point }) => (kind === "point" ? [point] : []));
	const gap = Math.max(1, Math.round(height * GAP));
	const placed: Spot[] = [];
	const taken: Spot[] = [];
	for (const index of smallestFirst(regions)) {
		const region = regions[index];
		if (region === undefined) continue;
		const size = badgeSize(labels[index] ?? "", height);
		const chosen = choose(spotsFor(region, size, picture, gap), region.point, {
			taken,
			points,
			picture,
			gap,
			clear: CLEAR * height,
		});
		if (chosen === undefined) return undefined;
		placed[index] = chosen;
		taken.push(chosen);
	}
	return placed;
}

interface Surroundings {
	readonly taken: readonly Spot[];
	readonly points: readonly Point[];
	readonly picture: Size;
	/** px. */
	readonly gap: number;
	/** px. */
	readonly clear: number;
}

/** The first free spot whose leader crosses nothing and that lies on no leader, else the first free one. */
function choose(spots: Iterable<Spot>, own: Point, around: Surroundings): Spot | undefined {
	let free: Spot | undefined;
	for (const spot of spots) {
		if (!isFree(spot, own, around)) continue;
		if (isTidy(spot, own, around)) return spot;
		free ??= spot;
	}
	return free;
}

function isFree({ badge, leader }: Spot, own: Point, { taken, points, picture, gap }: Surroundings): boolean {
	if (!liesIn(badge, picture)) return false;
	const kept = inset(badge, -gap);
	if (taken.some((other) => overlap(kept, other.badge))) return false;
	return !points.some((point) => (point !== own || leader !== undefined) && covers(kept, point));
}

function isTidy({ badge, leader }: Spot, own: Point, { taken, points, clear }: Surroundings): boolean {
	if (taken.some((other) => other.leader !== undefined && meets(other.leader, badge))) return false;
	if (leader === undefined) return true;
	if (taken.some((other) => meets(leader, other.badge))) return false;
	return !points.some((point) => point !== own && distanceTo(leader, point) < clear);
}

function liesIn({ x, y, width, height }: Box, picture: Size): boolean {
	return x >= 0 && y >= 0 && x + width <= picture.width && y + height <= picture.height;
}

function overlap(one: Box, other: Box): boolean {
	return (
		one.x < other.x + other.width &&
		other.x < one.x + one.width &&
		one.y < other.y + other.height &&
		other.y < one.y + one.height
	);
}

function covers({ x, y, width, height }: Box, point: Point): boolean {
	return point.x >= x && point.x < x + width && point.y >= y && point.y < y + height;
}
