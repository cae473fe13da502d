/** Rounding against what Python and NumPy print for the same float64 values. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { floorDivide, linspace, roundHalfEven, truncateAfterSevenDecimals } from "./rounding.ts";

const FUZZ = { seed: 20240806, numRuns: 2000 };

test.each([
	[0.5, 0],
	[1.5, 2],
	[2.5, 2],
	[3.5, 4],
	[2.4999999999999996, 2],
	[0.49999999999999994, 0],
	[-1.5, -2],
	[-2.5, -2],
	[2 ** 52 + 1, 2 ** 52 + 1],
])("roundHalfEven(%d) is Python's round: %d", (value, rounded) => {
	expect(roundHalfEven(value)).toBe(rounded);
});

test("roundHalfEven differs from Math.round on ties to an even number below only", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 0, max: 2 ** 30 }),
			fc.double({ min: 0, max: 1, noNaN: true }),
			(whole, part) => {
				const value = whole + part;
				const tie = value - Math.floor(value) === 0.5;
				const expected = tie && Math.floor(value) % 2 === 0 ? Math.floor(value) : Math.round(value);
				expect(roundHalfEven(value)).toBe(expected);
			},
		),
		FUZZ,
	);
});

test.each([
	[60.99999999999999, 61],
	[60.99999994, 60],
	[60.99999996, 61],
	[60.5, 60],
	[0, 0],
	[1e15, 1e15],
])("truncateAfterSevenDecimals(%d) is Python's int(round(value, 7)): %d", (value, expected) => {
	expect(truncateAfterSevenDecimals(value)).toBe(expected);
});

test("truncateAfterSevenDecimals equals its plain definition", () => {
	fc.assert(
		fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (value) => {
			expect(truncateAfterSevenDecimals(value)).toBe(Math.trunc(Number(value.toFixed(7))));
		}),
		FUZZ,
	);
});

test("linspace starts at 0, ends exactly at the last value and never falls", () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 2, max: 1000 }), (last, count) => {
			const values = linspace(last, count);
			expect([values.length, values[0], values.at(-1)]).toEqual([count, 0, last]);
			expect(values.every((value, index) => value >= (values[index - 1] ?? 0))).toBe(true);
		}),
		{ ...FUZZ, numRuns: 200 },
	);
});

test("linspace steps evenly, the last value put in exactly", () => {
	expect(linspace(9, 4)).toEqual([0, 3, 6, 9]);
	expect(linspace(1, 2)).toEqual([0, 1]);
	// 49 steps of 1/49 make 0.9999999999999999.
	expect(linspace(1, 50).at(-1)).toBe(1);
	expect(linspace(1, 50)[48]).toBe(48 * (1 / 49));
});

test("linspace of one value is the first, as in NumPy", () => {
	expect(linspace(99, 1)).toEqual([0]);
});

test.each([
	[1, 0.1, 9],
	[6, 0.1, 59],
	[7, 2, 3],
	[81, 1.5, 54],
	[0.3, 0.1, 2],
	// What is left after the remainder divides to a hair below the integer.
	[6141.91, 0.853, 7200],
	[8281.32, 8.88, 932],
	[593_459, 9.76, 60_805],
])("floorDivide(%d, %d) is Python's //: %d", (dividend, divisor, quotient) => {
	expect(floorDivide(dividend, divisor)).toBe(quotient);
});

test("floorDivide is the floor of the quotient or one below", () => {
	const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
	fc.assert(
		fc.property(positive, positive, (dividend, divisor) => {
			const floor = Math.floor(dividend / divisor);
			expect([floor, floor - 1]).toContain(floorDivide(dividend, divisor));
		}),
		FUZZ,
	);
});
