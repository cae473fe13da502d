/** Numbers as people write them, and text that is not a number. */

import { describe, expect, test } from "vitest";
import { parseNumber, parseWhole, readNumber } from "./numbers.ts";

test.each([
	["3500", 3500],
	["3.5k", 3500],
	["3.5K", 3500],
	["1.1k", 1100],
	["0.29M", 290_000],
	["2 M", 2_000_000],
	["1e6", 1_000_000],
	["1e-3", 0.001],
	[".5", 0.5],
	["-2", -2],
	["8B", 8_000_000_000],
])("%s is %d", (text, value) => {
	expect(readNumber(text)).toBe(value);
});

test.each([
	"",
	" ",
	"k",
	"3,5",
	"3.5kk",
	"3.5 k b",
	"0x10",
	"Infinity",
	"NaN",
	"1e",
	"1_000",
	"٣",
	"3.5m",
	"one",
])("%j is none", (text) => {
	expect(readNumber(text)).toBeNaN();
});

describe("options say what they expect", () => {
	test.each([
		["3.55", "--tokens 3.55: expected a whole number from 1, such as 3500 or 3.5k"],
		["0", "--tokens 0: expected a whole number from 1, such as 3500 or 3.5k"],
		["1e99", "--tokens 1e99: expected a whole number from 1, such as 3500 or 3.5k"],
		["many", "--tokens many: expected a whole number from 1, such as 3500 or 3.5k"],
	])("%s", (text, message) => {
		expect(() => parseWhole("--tokens", text)).toThrow(
			expect.objectContaining({ code: "invalid-input", message }),
		);
	});

	test("bounds", () => {
		expect(parseWhole("--threads", "4", { max: 8 })).toBe(4);
		expect(() => parseWhole("--threads", "9", { max: 8 })).toThrow("expected a whole number from 1 to 8");
		expect(() => parseNumber("--price", "-1", { min: 0 })).toThrow("--price -1: expected a number from 0");
		expect(() => parseNumber("--quantile", "half")).toThrow("--quantile half: expected a number");
	});
});
