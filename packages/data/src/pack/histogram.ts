/**
 * How many items there are of each size: all that packing needs to know. Histograms of parts of a set add up exactly,
 * so that machines that each read a part make the same packs as one that reads all.
 */

import { assertInternal } from "@onevision/base";
import { compareClasses, type ItemClass } from "./best-fit.ts";
import type { PackLimits } from "./manifest.ts";

/** Sizes of items, one entry an item. */
export interface ItemSizes {
	/** At least 1; 0 for an item that is not packed. */
	readonly length: Uint32Array;
	/** Absent if no limit depends on them: they would only part items that pack alike. */
	readonly towerTokens?: Uint32Array;
	readonly media?: Uint16Array;
	/** 0 or 1: only items of one group share a pack. Absent: all do. */
	readonly group?: Uint8Array;
}

/** Items of one size and group. */
export interface GroupedClass extends ItemClass {
	readonly group: number;
}
type Size = Omit<GroupedClass, "count">;

/** No class. */
const NO_CLASS = 0xffffffff;

/** Counts of items by size. */
export class Histogram {
	readonly #counts = new SizeMap();

	add(size: Size, count = 1): void {
		this.#counts.set(size, (this.#counts.get(size) ?? 0) + count);
	}

	/** Adds all items of `other`. */
	merge(other: Histogram): void {
		for (const [size, count] of other.#counts.entries()) this.add(size, count);
	}

	/** Classes in the order in which they are packed; the same for the same items, however they were added. */
	classes(capacity: number, limits: PackLimits): readonly GroupedClass[] {
		const compare = compareClasses(capacity, limits);
		return [...this.#counts.entries()]
			.map(([size, count]): GroupedClass => ({ ...size, count }))
			.sort((a, b) => a.group - b.group || compare(a, b));
	}
}

/** The histogram of items. */
export function histogramOf(items: ItemSizes): Histogram {
	const { length, group } = items;
	const histogram = new Histogram();
	if (!isPlain(items)) {
		for (let item = 0; item < length.length; item++) {
			if ((length[item] ?? 0) > 0) histogram.add(sizeAt(items, item));
		}
		return histogram;
	}
	const counts = new Float64Array(2 * (maxOf(length) + 1));
	for (let item = 0; item < length.length; item++) {
		const key = 2 * (length[item] ?? 0) + (group?.[item] ?? 0);
		counts[key] = (counts[key] ?? 0) + 1;
	}
	for (let key = 2; key < counts.length; key++) {
		const count = counts[key] ?? 0;
		if (count > 0) histogram.add({ length: key >>> 1, group: key & 1, towerTokens: 0, media: 0 }, count);
	}
	return histogram;
}

/**
 * Indexes of all items, class after class, in the order of the items within each: a counting sort.
 *
 * @returns `starts`: where each class starts in `sorted`, and where the last ends
 */
export function itemsByClass(
	items: ItemSizes,
	classes: readonly GroupedClass[],
): { readonly sorted: Uint32Array; readonly starts: Uint32Array } {
	const { length, group } = items;
	const starts = new Uint32Array(classes.length + 1);
	for (let index = 0; index < classes.length; index++) {
		starts[index + 1] = (starts[index] ?? 0) + (classes[index]?.count ?? 0);
	}
	const sorted = new Uint32Array(starts[classes.length] ?? 0);
	const cursors = starts.slice();
	if (isPlain(items)) {
		// By length and group alone: a table of classes is looked up for each item.
		const indexes = new Uint32Array(2 * (maxOf(length) + 1)).fill(NO_CLASS);
		for (const [index, size] of classes.entries()) indexes[2 * size.length + size.group] = index;
		for (let item = 0; item < length.length; item++) {
			const own = length[item] ?? 0;
			if (own === 0) continue;
			const index = indexes[2 * own + (group === undefined ? 0 : (group[item] ?? 0))] ?? NO_CLASS;
			const at = cursors[index] ?? 0;
			sorted[at] = item;
			cursors[index] = at + 1;
		}
	} else {
		const indexes = new SizeMap();
		for (const [index, size] of classes.entries()) indexes.set(size, index);
		for (let item = 0; item < length.length; item++) {
			if ((length[item] ?? 0) === 0) continue;
			const index = indexes.get(sizeAt(items, item)) ?? NO_CLASS;
			const at = cursors[index] ?? 0;
			sorted[at] = item;
			cursors[index] = at + 1;
		}
	}
	for (let index = 0; index < classes.length; index++) {
		if (cursors[index] !== starts[index + 1]) throw new Error(`internal: class ${index} is of other items`);
	}
	return { sorted, starts };
}

/** Whether length and group are all there is: counted in arrays then, because there may be a hundred million items. */
function isPlain({ towerTokens, media }: ItemSizes): boolean {
	return towerTokens === undefined && media === undefined;
}

function sizeAt({ length, towerTokens, media, group }: ItemSizes, item: number): Size {
	return {
		length: length[item] ?? 0,
		towerTokens: towerTokens?.[item] ?? 0,
		media: media?.[item] ?? 0,
		group: group?.[item] ?? 0,
	};
}

function maxOf(values: Uint32Array): number {
	let max = 0;
	for (let index = 0; index < values.length; index++) max = Math.max(max, values[index] ?? 0);
	return max;
}

/** Numbers by size. Lengths and tower tokens are below 2³², media below 2¹⁶, groups below 2: two keys hold them. */
class SizeMap {
	readonly #values = new Map<number, Map<number, number>>();

	get({ length, towerTokens, media, group }: Size): number | undefined {
		return this.#values.get(2 * length + group)?.get(towerTokens * 65536 + media);
	}

	set(size: Size, value: number): void {
		const { length, towerTokens, media, group } = size;
		assertInternal(media < 65536 && group < 2, `a size of ${media} media in group ${group}`);
		let values = this.#values.get(2 * length + group);
		if (values === undefined) {
			values = new Map();
			this.#values.set(2 * length + group, values);
		}
		values.set(towerTokens * 65536 + media, value);
	}

	*entries(): Generator<[Size, number]> {
		for (const [first, values] of this.#values) {
			for (const [second, value] of values) {
				yield [
					{
						length: Math.floor(first / 2),
						group: first % 2,
						towerTokens: Math.floor(second / 65536),
						media: second % 65536,
					},
					value,
				];
			}
		}
	}
}
