/** Decoding runs for selected frames: where runs start, when two are merged, and that each run contains its frames. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameIndexOf, type RawPacket } from "./frame-index.ts";
import { planRuns } from "./runs.ts";

const packet = (pts: number | undefined, isKey: boolean): RawPacket => ({
	pts,
	bytes: 1,
	duration: 1,
	isKey,
	isShown: true,
});

/** Frames displayed in file order, with a key frame every `every` frames. */
const closed = (frames: number, every: number, isTimed = true) =>
	frameIndexOf(
		Array.from({ length: frames }, (_, order) => packet(isTimed ? order : undefined, order % every === 0)),
		{ numerator: 1, denominator: 24 },
		24,
	);

const summary = (runs: ReturnType<typeof planRuns>) =>
	runs.map(({ start, targets }) => [start, targets.map(({ frame }) => frame)]);

describe("groups of ten", () => {
	const index = closed(50, 10);

	test("gives the time of a frame, which its packet has", () => {
		expect(planRuns(index, [22])).toEqual([
			{ start: 20, fallback: 10, targets: [{ frame: 22, pts: 22, order: 22 }] },
		]);
	});
	test("frames of one GOP form one run, from its key frame", () => {
		expect(summary(planRuns(index, [12, 15, 19]))).toEqual([[10, [12, 15, 19]]]);
		expect(summary(planRuns(index, [10]))).toEqual([[10, [10]]]);
		expect(summary(planRuns(index, [9, 10]))).toEqual([
			[0, [9]],
			[10, [10]],
		]);
	});
	test("decodes a frame requested twice only once", () => {
		expect(summary(planRuns(index, [12, 12, 15]))).toEqual([[10, [12, 15]]]);
	});
	test("groups between are skipped", () => {
		expect(summary(planRuns(index, [3, 44]))).toEqual([
			[0, [3]],
			[40, [44]],
		]);
	});
	test("the key frame before serves where a run gives nothing, the first its own", () => {
		expect(planRuns(index, [5, 25]).map(({ fallback }) => fallback)).toEqual([0, 10]);
	});
	// The key frame at 40 is 8 packets after frame 32.
	test.each([
		[7, 2],
		[8, 1],
		[9, 1],
	])("a run of its own that costs %i packets: %i runs", (cost, runs) => {
		expect(planRuns(index, [32, 44], cost).length).toBe(runs);
	});
	test("the distance is from the frame before, not from the start of its run", () => {
		expect(summary(planRuns(index, [12, 18, 22], 2))).toEqual([[10, [12, 18, 22]]]);
		expect(planRuns(index, [12, 22], 2).length).toBe(2);
	});
});

describe("other files", () => {
	test("where every packet is a key, each frame is its own run, unless joined", () => {
		const keys = closed(9, 1);
		expect(summary(planRuns(keys, [2, 3, 7]))).toEqual([
			[2, [2]],
			[3, [3]],
			[7, [7]],
		]);
		expect(summary(planRuns(keys, [2, 3, 7], 1))).toEqual([
			[2, [2, 3]],
			[7, [7]],
		]);
	});
	test("starts at each frame where all packets are keys, times or none", () => {
		expect(summary(planRuns(closed(9, 1, false), [2, 7]))).toEqual([
			[2, [2]],
			[7, [7]],
		]);
	});
	test("without times everything is decoded from the start, with no time to wait for", () => {
		const [run, ...more] = planRuns(closed(20, 10, false), [3, 15]);
		expect(more).toEqual([]);
		expect(run).toMatchObject({ start: 0, targets: [{ frame: 3 }, { frame: 15 }] });
		expect(run?.targets.map(({ pts }) => pts)).toEqual([undefined, undefined]);
	});
	test("one frame without a time leaves none to go by", () => {
		const index = frameIndexOf(
			Array.from({ length: 20 }, (_, order) => packet(order === 19 ? undefined : order, order % 10 === 0)),
			{ numerator: 1, denominator: 24 },
		);
		expect(planRuns(index, [15])).toEqual([
			{ start: 0, fallback: 0, targets: [{ frame: 15, pts: undefined, order: 15 }] },
		]);
	});
	test("a frame shown before every key frame is decoded from the start of the file", () => {
		// Packet 0 needs a frame that is not in the file, so it is none.
		const index = frameIndexOf([packet(8, false), packet(10, true), packet(20, true), packet(5, false)], {
			numerator: 1,
			denominator: 24,
		});
		expect(index.frames.map(({ order }) => order)).toEqual([3, 1, 2]);
		expect(summary(planRuns(index, [0]))).toEqual([[0, [0]]]);
		expect(summary(planRuns(index, [1]))).toEqual([[1, [1]]]);
	});
	test("frames shown before an open group's key frame need the group before", () => {
		// File order: I0 P1 P2 | I5 b3 b4 P6; displayed 0 to 6.
		const order = [0, 1, 2, 5, 3, 4, 6];
		const index = frameIndexOf(
			order.map((pts) => packet(pts, pts === 0 || pts === 5)),
			{ numerator: 1, denominator: 24 },
			24,
		);
		expect(summary(planRuns(index, [4]))).toEqual([[0, [4]]]);
		expect(summary(planRuns(index, [5]))).toEqual([[3, [5]]]);
		expect(summary(planRuns(index, [6]))).toEqual([[3, [6]]]);
		// Frame 4 is stored after the key frame, so its run has already passed the key frame and continues.
		expect(summary(planRuns(index, [4, 6]))).toEqual([[0, [4, 6]]]);
		expect(summary(planRuns(index, [2, 6]))).toEqual([
			[0, [2]],
			[3, [6]],
		]);
	});
});

test.each([
	[[-1], /frame -1: this video has whole numbers from 0 to 49/],
	[[50], /frame 50: this video has whole numbers from 0 to 49/],
	[[1.5], /frame 1.5/],
	[[3, 2], /frame 2 after 3: frames come in the order of display; sort them/],
])("frames %j are refused", (wanted, message) => {
	expect(() => planRuns(closed(50, 10), wanted)).toThrow(message);
});

test("each frame once, in order, from a key frame at or before it, whatever the cost of a run", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 60 }),
			fc.integer({ min: 1, max: 12 }),
			fc.array(fc.nat(59), { minLength: 1, maxLength: 12 }),
			fc.nat(15),
			(frames, every, asked, cost) => {
				const index = closed(frames, every);
				const wanted = asked.map((frame) => frame % frames).toSorted((a, b) => a - b);
				const runs = planRuns(index, wanted, cost);
				expect(runs.flatMap(({ targets }) => targets.map(({ frame }) => frame))).toEqual([
					...new Set(wanted),
				]);
				let last = -1;
				for (const { start, targets } of runs) {
					expect(start % every).toBe(0);
					expect(start).toBeLessThanOrEqual(targets[0].order);
					expect(targets[0].order - start).toBeLessThan(every);
					if (last >= 0) expect(start - last).toBeGreaterThan(cost);
					last = targets.at(-1)?.order ?? 0;
				}
			},
		),
		{ seed: 3, numRuns: 300 },
	);
});
