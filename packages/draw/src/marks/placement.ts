/**
 * Chooses the position of each badge. Small regions go first, so that a large region's mark cannot displace a small
 * one's. Each mark takes the cheapest free position. Marks whose position is unclear choose again once all others are
 * placed. The result depends only on the input.
 */

import type { Size } from "@onevision/base";
import { type Box, inset } from "../shapes/path.ts";
import { badgeSize } from "./badge.ts";
import { clutterOf, isFree, type Neighbor } from "./clutter.ts";
import { FARTHEST, type LabelPosition, labelPositionsFor } from "./label-positions.ts";
import { type ResolvedRegion, smallestFirst } from "./regions.ts";

/** Minimum gap between badges, as a share of their height. */
const GAP = 0.08;
/** A badge whose position costs more than this does not clearly tell what it marks. */
const CLEAR_COST = 0.5;
/** Number of rounds in which marks choose again. */
const ROUNDS = 3;
export interface Placement {
	/** One per region. */
	readonly positions: readonly LabelPosition[];
	/** Number of badges that do not clearly tell what they mark. */
	readonly unclear: number;
}

/** Places badges `height` px high; `undefined` if one of them has no position at this height. */
export function placeBadges(
	regions: readonly ResolvedRegion[],
	labels: readonly string[],
	height: number,
	image: Size,
): Placement | undefined {
	const gap = Math.max(1, Math.round(height * GAP));
	const sizes = regions.map((_, index) => badgeSize(labels[index] ?? "", height));
	const widest = sizes.reduce((most, { width }) => Math.max(most, width), 0);
	const neighbors = neighborsOf(regions, FARTHEST * height + widest);
	const places = regions.map((region, index) =>
		labelPositionsFor(region, sizes[index] ?? { width: height, height }, image, gap),
	);
	const chosen: (LabelPosition | undefined)[] = regions.map(() => undefined);
	const costs = regions.map(() => 0);
	const order = smallestFirst(regions);
	for (let round = 0; round <= ROUNDS; round++) {
		let changes = 0;
		for (const index of order) {
			const region = regions[index];
			if (region === undefined || (round > 0 && (costs[index] ?? 0) <= CLEAR_COST)) continue;
			const others = (neighbors[index] ?? []).flatMap((other): Neighbor[] => {
				const beside = regions[other];
				return beside === undefined ? [] : [{ region: beside, position: chosen[other] }];
			});
			const best = cheapest(places[index] ?? [], region, others, gap);
			if (best === undefined) return undefined;
			if (best.position.badge !== chosen[index]?.badge) changes++;
			chosen[index] = best.position;
			costs[index] = best.cost;
		}
		if (changes === 0) break;
	}
	const positions = chosen.flatMap((position) => position ?? []);
	return { positions, unclear: costs.filter((cost) => cost > CLEAR_COST).length };
}

/** The free position with the lowest cost, the first among equals; `positions` are sorted by cost. */
function cheapest(
	positions: readonly LabelPosition[],
	own: ResolvedRegion,
	others: readonly Neighbor[],
	gap: number,
): { readonly position: LabelPosition; readonly cost: number } | undefined {
	let best: { readonly position: LabelPosition; readonly cost: number } | undefined;
	for (const position of positions) {
		if (best !== undefined && position.cost >= best.cost) break;
		if (!isFree(position, own, others, gap)) continue;
		const cost = position.cost + clutterOf(position, own, others);
		if (best === undefined || cost < best.cost) best = { position, cost };
	}
	return best;
}

/**
 * For each region, the others whose badge or leader may meet its own, given that each lies within `reach` px of its
 * region.
 */
function neighborsOf(regions: readonly ResolvedRegion[], reach: number): number[][] {
	const extents = regions.map(({ box, point }): Box => box ?? { ...point, width: 0, height: 0 });
	return extents.map((extent, index) => {
		const near = inset(extent, -2 * reach);
		return extents.flatMap((other, place) => (place !== index && touch(near, other) ? [place] : []));
	});
}

function touch(one: Box, other: Box): boolean {
	return (
		one.x <= other.x + other.width &&
		other.x <= one.x + one.width &&
		one.y <= other.y + other.height &&
		other.y <= one.y + one.height
	);
}
