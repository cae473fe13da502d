/**
 * Puts items into the packs of a plan: which of several equal items goes where is drawn by the seed. Items are sorted by
 * class and shuffled within it; a pack then is where its pattern's share of each class starts, so that no list of packs
 * has to be made.
 */

import { assertInternal } from "@onevision/base";
import { mulberry32, shuffle } from "../random.ts";
import { type ItemSizes, itemsByClass } from "./histogram.ts";
import type { GroupedPattern, PackPlan } from "./plan.ts";

/** Packs of a plan, numbered in the order of its patterns. */
export interface Assignment {
	readonly packs: number;
	/** Packs of group 0; those of group 1 follow. */
	readonly firstGroupPacks: number;
	/** The items of a pack, as indexes, in random order, and its capacity. */
	readonly packAt: (pack: number) => { readonly capacity: number; readonly items: Uint32Array };
}

/** A pattern with its packs and its items among those sorted by class. */
interface Share {
	readonly pattern: GroupedPattern;
	readonly firstPack: number;
	/** Where its items of each class start, in the order of `pattern.items`. */
	readonly starts: readonly number[];
	/** Items of a pack. */
	readonly size: number;
}

/** Assigns every item of a plan to a pack, drawn by `seed`. `items` are those whose histogram was planned. */
export function assignItems(plan: PackPlan, items: ItemSizes, seed: number): Assignment {
	const { classes, patterns, packs } = plan;
	const { sorted, starts } = itemsByClass(items, classes);
	const random = mulberry32(seed);
	for (let index = 0; index < classes.length; index++) {
		shuffle(sorted, starts[index] ?? 0, starts[index + 1] ?? 0, random);
	}
	const cursors = starts.slice();
	const shares: Share[] = [];
	let firstPack = 0;
	let firstGroupPacks = 0;
	for (const pattern of patterns) {
		shares.push({
			pattern,
			firstPack,
			starts: pattern.items.map(({ classIndex, count }) => {
				const start = cursors[classIndex] ?? 0;
				cursors[classIndex] = start + count * pattern.count;
				return start;
			}),
			size: pattern.items.reduce((sum, { count }) => sum + count, 0),
		});
		firstPack += pattern.count;
		if (pattern.group === 0) firstGroupPacks = firstPack;
	}
	for (let index = 0; index < classes.length; index++) {
		if (cursors[index] !== starts[index + 1]) throw new Error(`internal: items of class ${index} are left`);
	}
	return {
		packs,
		firstGroupPacks,
		packAt: (pack) => {
			const share = shareOf(shares, pack);
			const { pattern, size } = share;
			const copy = pack - share.firstPack;
			assertInternal(copy >= 0 && copy < pattern.count, `no pack ${pack}`);
			const own = new Uint32Array(size);
			let next = 0;
			for (const [index, { count }] of pattern.items.entries()) {
				const start = (share.starts[index] ?? 0) + copy * count;
				for (let at = start; at < start + count; at++) own[next++] = sorted[at] ?? 0;
			}
			// Packing leaves the longest first, which a trainer without attention masks per sample would learn.
			shuffle(own, 0, size, mulberry32((seed ^ Math.imul(pack + 1, 0x9e3779b1)) >>> 0));
			return { capacity: pattern.capacity, items: own };
		},
	};
}

function shareOf(shares: readonly Share[], pack: number): Share {
	let [low, high] = [0, shares.length - 1];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if ((shares[middle]?.firstPack ?? 0) <= pack) low = middle;
		else high = middle - 1;
	}
	const share = shares[low];
	assertInternal(share !== undefined, `no pack ${pack}`);
	return share;
}
