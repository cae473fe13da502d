/** Suggestions: near slips are found, far words are not, and nothing is slow. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const KEYS = ["budget", "mix", "model", "fit", "media", "llava-onevision-qwen2-7b-ov"];

test.each([
	["budgets", "budget"],
	["budgte", "budget"],
	["BUDGET", "budget"],
	["modle", "model"],
	["Llava_OneVision Qwen2.7b.ov", "llava-onevision-qwen2-7b-ov"],
	["onevision", "llava-onevision-qwen2-7b-ov"],
])("%s means %s", (word, meant) => {
	expect(nearest(word, KEYS)).toBe(meant);
});

test.each(["temperature", "x".repeat(101), "__proto__", "constructor"])("%s means nothing here", (word) => {
	expect(nearest(word, KEYS)).toBeUndefined();
});

test("a slip of one letter is found in a word of any usual length", () => {
	const letters = fc.string({ unit: fc.constantFrom(..."abcdefghij"), minLength: 4, maxLength: 30 });
	fc.assert(
		fc.property(letters, fc.nat(), (word, at) => {
			const place = at % word.length;
			const slip = `${word.slice(0, place)}z${word.slice(place + 1)}`;
			expect(nearest(slip, ["0000000000", word, "1111"])).toBe(word);
		}),
		{ seed: 1, numRuns: 500 },
	);
});

test("the first of equally near words wins", () => {
	expect(nearest("fib", ["fit", "fix"])).toBe("fit");
});

test("nothing known, nothing suggested", () => {
	expect(nearest("budget", [])).toBeUndefined();
});
