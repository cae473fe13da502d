import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestRate } from "./rate.ts";

test.each([
	["24 from whole nanoseconds", 1e9 / 41_666_666, 24],
	["23.976 from whole nanoseconds", 1e9 / 41_708_333, 24000 / 1001],
	["24 from nanoseconds rounded up", 1e9 / 41_666_667, 24],
	["23.976 from nanoseconds rounded up", 1e9 / 41_708_334, 24000 / 1001],
	["59.94", 1e9 / 16_683_333, 60000 / 1001],
	["479.52", 1e9 / 2_085_417, 480_000 / 1001],
	["a thousandth from nanoseconds rounded up", 1e9 / 80_000_001, 12.5],
	["120", 1e9 / 8_333_333, 120],
	["one frame in ten seconds", 0.1, 0.1],
])("%s", (_, value, expected) => {
	expect(nearestRate(value, 2.5e-7)).toBe(expected);
});

test("leaves other rates unchanged", () => {
	expect(nearestRate(Math.PI, 1e-9)).toBe(Math.PI);
});

test("a rate exactly at the tolerance is within it", () => {
	const tolerance = (2 - 2000 / 1001) / 2;
	expect(nearestRate(2, tolerance)).toBe(2000 / 1001);
	expect(nearestRate(2, tolerance * 0.999)).toBe(2);
});

test("stays within its tolerance and is idempotent", () => {
	fc.assert(
		fc.property(fc.double({ min: 1e-3, max: 1e5, noNaN: true }), (value) => {
			const rate = nearestRate(value, 1e-9);
			expect(Math.abs(rate - value)).toBeLessThanOrEqual(value * 1.0001e-9);
			expect(nearestRate(rate, 1e-9)).toBe(rate);
		}),
		{ seed: 1, numRuns: 2000 },
	);
});
