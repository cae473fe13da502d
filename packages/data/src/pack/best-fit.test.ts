/** Packing over a histogram against best-fit decreasing on single items, and within its limits. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { mulberry32 } from "../random.ts";
import { Histogram, histogramOf } from "./histogram.ts";
import { IntegerSet } from "./integer-set.ts";
import type { PackLimits } from "./manifest.ts";
import { planPacks } from "./plan.ts";

test("the smallest member not below a value", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 0, max: 40_000 }),
			fc.array(fc.nat(40_000)),
			fc.array(fc.nat(40_000)),
			(max, added, deleted) => {
				const set = new IntegerSet(max);
				const members = new Set<number>();
				for (const value of added.filter((each) => each <= max)) {
					set.add(value);
					members.add(value);
				}
				for (const value of [
					...deleted.filter((each) => each <= max),
					...added.slice(0, 3).filter((each) => each <= max),
				]) {
					set.delete(value);
					members.delete(value);
				}
				for (const value of [0, 31, 32, 1023, 1024, ...added, ...deleted]) {
					const above = [...members].filter((each) => each >= value);
					expect(set.next(value)).toBe(above.length === 0 ? -1 : Math.min(...above));
				}
			},
		),
		{ numRuns: 100 },
	);
});

/** Best-fit decreasing, one item at a time. */
function bestFitDecreasing(lengths: readonly number[], capacity: number): number {
	const rooms: number[] = [];
	for (const length of [...lengths].sort((a, b) => b - a)) {
		let best = -1;
		for (const [index, room] of rooms.entries()) {
			if (room >= length && (best < 0 || room < (rooms[best] ?? 0))) best = index;
		}
		if (best < 0) rooms.push(capacity - length);
		else rooms[best] = (rooms[best] ?? 0) - length;
	}
	return rooms.length;
}

const lengthsOf = (capacity: number) =>
	fc.array(
		fc.oneof(
			fc.integer({ min: 1, max: capacity }),
			fc.integer({ min: 1, max: Math.ceil(capacity / 7) }),
			fc.constantFrom(1, Math.ceil(capacity / 2), capacity),
		),
		{ maxLength: 200 },
	);

test("as many packs as best-fit decreasing opens", () => {
	fc.assert(
		fc.property(
			fc
				.integer({ min: 1, max: 3000 })
				.chain((capacity) => fc.tuple(fc.constant(capacity), lengthsOf(capacity))),
			([capacity, lengths]) => {
				const plan = planPacks(histogramOf({ length: Uint32Array.from(lengths) }), [capacity]);
				expect(plan.packs).toBe(bestFitDecreasing(lengths, capacity));
				// At most one pack is half empty: the contents of any two would have gone into one.
				expect(plan.packs).toBeLessThanOrEqual((2 * plan.length) / capacity + 1);
			},
		),
		{ numRuns: 300 },
	);
});

const sizes = fc.array(
	fc.record({
		length: fc.integer({ min: 1, max: 100 }),
		towerTokens: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 })),
		media: fc.nat(4),
		group: fc.nat(1),
	}),
	{ maxLength: 200 },
);
const limits = fc.record(
	{
		samples: fc.integer({ min: 1, max: 10 }),
		media: fc.integer({ min: 4, max: 12 }),
		towerTokens: fc.integer({ min: 50, max: 200 }),
	},
	{ requiredKeys: [] },
);

test("limits hold, every item is in one pack of its group, and order and parts do not matter", () => {
	fc.assert(
		fc.property(sizes, limits, fc.nat(), (items, given, seed) => {
			const all = new Histogram();
			for (const item of items) all.add(item);
			const plan = planPacks(all, [40, 100], given as PackLimits);
			const packed = new Float64Array(plan.classes.length);
			for (const { capacity, count, items: contents, group } of plan.patterns) {
				const total = { length: 0, samples: 0, media: 0, towerTokens: 0 };
				for (const { classIndex, count: times } of contents) {
					const size = plan.classes[classIndex];
					if (size === undefined) throw new Error("no class");
					packed[classIndex] = (packed[classIndex] ?? 0) + count * times;
					expect(size.group).toBe(group);
					total.length += times * size.length;
					total.samples += times;
					total.media += times * size.media;
					total.towerTokens += times * size.towerTokens;
				}
				expect(total.length).toBeLessThanOrEqual(capacity);
				for (const limit of ["samples", "media", "towerTokens"] as const) {
					expect(total[limit]).toBeLessThanOrEqual(given[limit] ?? Infinity);
				}
			}
			expect([...packed]).toEqual(plan.classes.map(({ count }) => count));
			expect(plan.items).toBe(items.length);
			// The same from parts in another order.
			const random = mulberry32(seed);
			const parts = [new Histogram(), new Histogram(), new Histogram()];
			for (const item of [...items].reverse()) parts[Math.floor(3 * random())]?.add(item);
			const merged = new Histogram();
			for (const part of parts) merged.merge(part);
			expect(planPacks(merged, [40, 100], given as PackLimits)).toEqual(plan);
		}),
		{ numRuns: 200 },
	);
});

test("a pack has the smallest capacity that holds its longest sample", () => {
	const plan = planPacks(histogramOf({ length: Uint32Array.from([91, 9, 30, 30, 41]) }), [40, 60, 100]);
	const packs = plan.patterns.flatMap(({ capacity, items, count: copies }) =>
		Array.from({ length: copies }, () => [
			capacity,
			...items.flatMap(({ classIndex, count }) =>
				Array.from({ length: count }, () => plan.classes[classIndex]?.length),
			),
		]),
	);
	expect(packs.sort((a, b) => Number(b[0]) - Number(a[0]))).toEqual([
		[100, 91, 9],
		[60, 41],
		[40, 30],
		[40, 30],
	]);
});

test("where tower tokens are scarce, text fills the packs that hold no more images", () => {
	const histogram = new Histogram();
	histogram.add({ length: 400, towerTokens: 100, media: 1, group: 0 }, 1000);
	histogram.add({ length: 60, towerTokens: 0, media: 0, group: 0 }, 10_000);
	const plan = planPacks(histogram, [1000], { towerTokens: 100 });
	expect(plan.packs).toBe(1000);
});
