/** A stream cut anywhere comes out byte for byte, in whole events. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { createEventSplitter } from "./sse.ts";

const line = fc.constantFrom("data: {}", "data:x", "event: a", ": c", "data", "id: 1", "data: é");
const stream = fc.array(
	fc.tuple(fc.array(line, { minLength: 1, maxLength: 3 }), fc.constantFrom("\n", "\r\n", "\r")),
	{ maxLength: 8 },
);

test("cut at any place, the bytes are the same, each piece is one event, and its data is read", () => {
	fc.assert(
		fc.property(stream, fc.array(fc.nat(200), { maxLength: 10 }), (events, cuts) => {
			const bytes = Buffer.from(events.map(([lines, end]) => `${lines.join(end)}${end}${end}`).join(""));
			const splitter = createEventSplitter();
			const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
			const pieces = places.slice(1).flatMap((to, index) => splitter.push(bytes.subarray(places[index], to)));
			expect(Buffer.concat([...pieces.map((piece) => piece.bytes), splitter.held]).equals(bytes)).toBe(true);
			const expected = events.map(([lines]) =>
				lines
					.flatMap((each) => (each.startsWith("data") ? [each.slice(4).replace(/^: ?/, "")] : []))
					.join("\n"),
			);
			const read = pieces.map(({ data }) => data ?? "");
			expect(read).toEqual(expected.slice(0, read.length));
			expect(read.length).toBeGreaterThanOrEqual(events.length - 1);
		}),
		{ seed: 20_261_129, numRuns: 500 },
	);
});

test("an event too long to hold goes on in parts", () => {
	const splitter = createEventSplitter();
	const pieces = splitter.push(Buffer.alloc(5 * 1024 * 1024, "x"));
	expect([pieces.length, splitter.isTorn]).toEqual([1, true]);
	expect(splitter.push(Buffer.from("\n\ndata: a\n\n")).map(({ data }) => data)).toEqual([undefined, "a"]);
	expect(splitter.isTorn).toBe(false);
});
