/** Puts items into the packs of a plan: which of several equal items goes where is drawn by the seed. */

import { assertInternal } from "@onevision/base";
import { mulberry32, shuffle } from "../random.ts";
import { NO_CLASS } from "./histogram.ts";
import type { PackPlan } from "./plan.ts";

/** Packs with their items, in the order of the plan's patterns. */
export interface Assignment {
	/** All packs' items, one pack after another. */
	readonly items: Uint32Array;
	/** Where each pack starts in `items`; one entry more than packs. */
	readonly starts: Uint32Array;
	readonly capacities: Uint32Array;
	/** Packs of group 0; those of group 1 follow. */
	readonly firstGroupPacks: number;
}

/**
 * Assigns every item to a pack. Uses a counting sort and two arrays of the number of items.
 *
 * @param classOf class of each item, as `classesOf` gives it
 */
export function assign(
	{ classes, patterns, items: total, packs }: PackPlan,
	classOf: Uint32Array,
	seed: number,
): Assignment {
	const random = mulberry32(seed);
	const cursors = new Uint32Array(classes.length + 1);
	for (const [index, { count }] of classes.entries()) cursors[index + 1] = (cursors[index] ?? 0) + count;
	const byClass = new Uint32Array(total);
	for (let item = 0; item < classOf.length; item++) {
		const own = classOf[item] ?? NO_CLASS;
		if (own === NO_CLASS) continue;
		const at = cursors[own] ?? 0;
		byClass[at] = item;
		cursors[own] = at + 1;
	}
	// Each cursor now stands where the next class starts.
	let from = 0;
	for (let index = 0; index < classes.length; index++) {
		const to = cursors[index] ?? 0;
		shuffle(byClass, from, to, random);
		cursors[index] = from;
		from = to;
	}
	assertInternal(from === total, `${total} items, ${from} in classes`);
	const items = new Uint32Array(total);
	const starts = new Uint32Array(packs + 1);
	const capacities = new Uint32Array(packs);
	let next = 0;
	let pack = 0;
	let firstGroupPacks = 0;
	for (const { capacity, count, group, items: contents } of patterns) {
		for (let copy = 0; copy < count; copy++) {
			starts[pack] = next;
			capacities[pack] = capacity;
			for (const { classIndex, count: times } of contents) {
				const at = cursors[classIndex] ?? 0;
				for (let index = 0; index < times; index++) items[next++] = byClass[at + index] ?? 0;
				cursors[classIndex] = at + times;
			}
			// Packing leaves the longest first, which a trainer without attention masks per sample would learn.
			shuffle(items, starts[pack] ?? 0, next, random);
			pack++;
		}
		if (group === 0) firstGroupPacks = pack;
	}
	starts[pack] = next;
	assertInternal(
		next === total && pack === packs,
		`${total} items in ${packs} packs, ${next} in ${pack} assigned`,
	);
	return { items, starts, capacities, firstGroupPacks };
}
