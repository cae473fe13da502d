/** The importance of frames, worked out by hand from the formula of docs/bit-cost.md. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changeCosts, frameImportance } from "./bit-cost.ts";
import { frameIndexOf, type RawPacket } from "./frame-index.ts";

/** A clip of packet sizes; key frames are those named, or the first. */
function clip(sizes: readonly number[], keys: readonly number[] = [0]) {
	const packets = sizes.map(
		(bytes, pts): RawPacket => ({ pts, bytes, duration: 1, isKey: keys.includes(pts), isShown: true }),
	);
	return frameIndexOf(packets, { numerator: 1, denominator: 10 }, 10);
}

/** 40 frames of `still` bytes, some of which spend more. */
const stillBut = (bursts: Readonly<Record<number, number>>, still = 10) =>
	clip(Array.from({ length: 40 }, (_, frame) => still + (bursts[frame] ?? 0)));

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("importance", () => {
	test("a third lies even, the rest on the five frames around a burst", () => {
		const shares = frameImportance(stillBut({ 20: 1000 }), 2);
		for (const [frame, share] of shares.entries()) {
			const burst = Math.abs(frame - 20) <= 2 ? 2 / 3 / 5 : 0;
			expect(share, `frame ${frame}`).toBeCloseTo(burst + 1 / 3 / 40, 12);
		}
	});

	test("grows with the 0.7th power of what is spent over a still frame", () => {
		const shares = frameImportance(stillBut({ 10: 800, 30: 100 }), 2, 0);
		expect((shares[10] ?? 0) / (shares[30] ?? 0)).toBeCloseTo(8 ** 0.7, 10);
		expect(shares[20]).toBe(0);
	});

	test("a tenth of the frames may cost less than a still one", () => {
		// The quantile takes the fifth smallest of 40 costs.
		const dips = { 10: -5 };
		expect(frameImportance(stillBut({ ...dips, 30: 100 }), 2, 0)[20]).toBeGreaterThan(0);
		expect(frameImportance(clip([...new Array(38).fill(10), 5, 5]), 2, 0)[20]).toBe(1 / 40);
	});

	test("nothing changes: even", () => {
		for (const share of frameImportance(stillBut({}), 4)) expect(share).toBe(1 / 40);
	});

	test("at most 1/count; the excess goes to the others in proportion", () => {
		const free = frameImportance(stillBut({ 20: 1000, 5: 10 }), 1);
		const capped = frameImportance(stillBut({ 20: 1000, 5: 10 }), 20);
		expect(free[20]).toBeGreaterThan(1 / 20);
		for (const frame of [18, 19, 20, 21, 22]) expect(capped[frame]).toBe(1 / 20);
		expect((capped[5] ?? 0) / (capped[30] ?? 0)).toBeCloseTo((free[5] ?? 0) / (free[30] ?? 0), 10);
		expect(sum(capped)).toBeCloseTo(1, 12);
	});

	test("any clip: sums to 1, within the cap however often the excess moves on", () => {
		const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 100_000 })), {
			minLength: 2,
			maxLength: 60,
		});
		fc.assert(
			fc.property(sizes, fc.double({ min: 0.05, max: 1, noNaN: true }), (bytes, share) => {
				const count = Math.max(1, Math.floor(share * bytes.length));
				const shares = frameImportance(clip(bytes), count);
				expect(sum(shares)).toBeCloseTo(1, 9);
				expect(Math.max(...shares)).toBeLessThanOrEqual((1 / count) * (1 + 1e-12));
			}),
			{ seed: 7, numRuns: 300 },
		);
	});
});

describe("costs", () => {
	test("a key frame at the longest interval counts as its neighbors' median, or as its difference from the last", () => {
		const sizes = [500, 10, 12, 14, 16, 520, 20, 22, 24, 26];
		// 520 − 500 over the median of 10 to 16 and 20 to 26.
		expect(changeCosts(clip(sizes, [0, 5]))[5]).toBe(20);
		expect(changeCosts(clip(sizes, [0, 5]))[0]).toBe(13);
		expect(changeCosts(clip([...sizes.slice(0, 5), 900, ...sizes.slice(6)], [0, 5]))[5]).toBe(400);
		expect(changeCosts(clip([500, 10, 12, 14, 16, 501, 20, 22, 24, 26], [0, 5]))[5]).toBe(18);
	});

	test("one that comes before the longest interval counts in full", () => {
		const sizes = [500, 10, 10, 600, 10, 10, 10, 10, 700, 10];
		const costs = changeCosts(clip(sizes, [0, 3, 8]));
		expect(costs[3]).toBe(600);
		expect(costs[8]).toBe(100);
	});

	test("nothing but key frames: how the size changes", () => {
		expect(changeCosts(clip([100, 130, 90, 90], [0, 1, 2, 3]))).toEqual([0, 30, 40, 0]);
	});
});
