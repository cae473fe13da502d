/** The plan of packs from sizes alone: which patterns, and how many packs of each. */

import { assertInternal } from "@onevision/base";
import { bestFit, type Pattern } from "./best-fit.ts";
import type { GroupedClass, Histogram } from "./histogram.ts";
import type { PackLimits } from "./manifest.ts";

/** A pattern with the group whose items it holds. */
export interface GroupedPattern extends Pattern {
	readonly group: number;
}

export interface PackPlan {
	readonly classes: readonly GroupedClass[];
	/** Items index into `classes`. */
	readonly patterns: readonly GroupedPattern[];
	readonly packs: number;
	readonly items: number;
	/** Sum of the items' lengths. */
	readonly length: number;
	/** Sum of the packs' capacities. */
	readonly capacity: number;
}

/** Packs a histogram; `capacities` ascend, and every item fits the largest and all limits. */
export function planPacks(
	histogram: Histogram,
	capacities: readonly number[],
	limits: PackLimits = {},
): PackPlan {
	const classes = histogram.classes(capacities.at(-1) ?? 0, limits);
	const patterns: GroupedPattern[] = [];
	for (const group of [0, 1]) {
		const first = classes.findIndex((each) => each.group === group);
		if (first < 0) continue;
		const own = classes.filter((each) => each.group === group);
		for (const { items, ...pattern } of bestFit(own, capacities, limits)) {
			patterns.push({
				...pattern,
				group,
				items: items.map(({ classIndex, count }) => ({ classIndex: classIndex + first, count })),
			});
		}
	}
	const plan: PackPlan = {
		classes,
		patterns,
		packs: sumOf(patterns, ({ count }) => count),
		items: sumOf(classes, ({ count }) => count),
		length: sumOf(classes, ({ count, length }) => count * length),
		capacity: sumOf(patterns, ({ count, capacity }) => count * capacity),
	};
	assertWhole(plan);
	return plan;
}

function sumOf<T>(values: readonly T[], of: (value: T) => number): number {
	return values.reduce((sum, value) => sum + of(value), 0);
}

/** Throws if an item was lost or packed twice, or a pack holds more than it may. */
function assertWhole({ classes, patterns }: PackPlan): void {
	const packed = new Float64Array(classes.length);
	for (const { capacity, count, items } of patterns) {
		let length = 0;
		for (const item of items) {
			packed[item.classIndex] = (packed[item.classIndex] ?? 0) + count * item.count;
			length += item.count * (classes[item.classIndex]?.length ?? 0);
		}
		assertInternal(length <= capacity, `a pack of ${length} for ${capacity}`);
	}
	for (const [index, { count, length }] of classes.entries()) {
		assertInternal(packed[index] === count, `${count} items of ${length}, ${packed[index]} of them packed`);
	}
}
