/** Text of growing answers: bytes of characters that arrive apart, bytes that are no text, and stop strings. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { TextStream } from "./text-stream.ts";

/** A token is a byte. */
const bytes = (ids: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(ids));

function streamed(stream: TextStream, ids: readonly number[]): string[] {
	return [...ids.map((id) => stream.push(id)), stream.end()];
}

test("a character appears when its last byte does", () => {
	const ids = [...new TextEncoder().encode("né🙂!")];
	expect(streamed(new TextStream(bytes), ids)).toEqual(["n", "", "é", "", "", "", "🙂", "!", ""]);
});

test("any bytes: the pieces join to the text of all", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 40 }), fc.string({ maxLength: 6 }), (noise, text) => {
			const ids = [...noise, ...new TextEncoder().encode(text), ...noise];
			const stream = new TextStream(bytes);
			expect(streamed(stream, ids).join("")).toBe(bytes(ids));
			expect(stream.text).toBe(bytes(ids));
		}),
		{ seed: 1, numRuns: 300 },
	);
});

test("a stop string ends the text, and no part of it is shown", () => {
	const ids = [...new TextEncoder().encode("ab END cd")];
	const stream = new TextStream(bytes, ["END"]);
	const shown: string[] = [];
	for (const id of ids) {
		shown.push(stream.push(id));
		if (stream.stopped) break;
	}
	expect(shown.join("") + stream.end()).toBe("ab ");
	expect(stream.stopped).toBe(true);
});

test("what only begins like a stop string is shown once it is not", () => {
	const stream = new TextStream(bytes, ["ENDING", "EX"]);
	const ids = [...new TextEncoder().encode("xENDIVE")];
	expect(streamed(stream, ids)).toEqual(["x", "", "", "", "", "ENDIV", "", "E"]);
});
