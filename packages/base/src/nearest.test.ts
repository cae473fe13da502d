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

test.each([
	["maen", ["p95", "max", "mean"], "mean"],
	["tiles", ["max_tiles", "num_frames"], "max_tiles"],
	["qwen25vl7b", ["qwen2.5-vl-7b", "qwen2-vl-7b"], "qwen2.5-vl-7b"],
	["gpt-4p", ["gpt-5", "gpt-4o"], "gpt-4o"],
	["o9", ["o1", "gpt-4o"], "o1"],
	["a100", ["h100-sxm", "a100-40gb"], "a100-40gb"],
])("%s among %j means %s", (word, known, meant) => {
	expect(nearest(word, known)).toBe(meant);
});

/** Words with nothing in common with any that is known, however few letters they have. */
test.each([
	["fps", ["fit", "mix"]],
	["gpu", ["mix", "fit", "allow"]],
	["seed", ["fit", "media", "model"]],
	["bert-base-uncased", ["llava-1.5-7b", "mistral3", "deepseek-vl-7b-base"]],
	["mixtral-8x7b", ["pixtral-12b", "mistral3", "o1"]],
	["whisper-large", ["mistral-large-3", "paligemma"]],
	["my-o3-tune", ["o3"]],
	["x", ["y"]],
	["--", ["a"]],
])("%s among %j means nothing", (word, known) => {
	expect(nearest(word, known)).toBeUndefined();
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
