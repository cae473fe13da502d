/** Times between frames: the token estimate matches the pattern that describes it. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateTextTokens } from "./timestamps.ts";

const byPattern = (piece: string): number => piece.match(/\d|\s?[A-Za-z]+|[^\s\w]|\n/g)?.length ?? 0;

test("digits, words with their leading space, punctuation and single line breaks", () => {
	expect(estimateTextTokens(["<12.5 seconds>"])).toBe(7);
	expect(estimateTextTokens(["Frame1: ", "\n", "\nab", "a_b"])).toBe(3 + 1 + 1 + 2);
});

test("equals the pattern for any text", () => {
	const piece = fc.oneof(
		fc.string({ unit: "binary" }),
		fc.string({ unit: fc.constantFrom("a", "Z", "5", " ", "\n", "\t", "_", "<", ".", "\u00a0", "é", "写") }),
	);
	fc.assert(
		fc.property(piece, (text) => estimateTextTokens([text]) === byPattern(text)),
		{ seed: 3, numRuns: 500 },
	);
});
