/** The page's state as text: what is written is read; what is unknown is said. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HeaderFacts } from "../media/header.ts";
import { readLink, readRequests, writeLink, writeRequests } from "./link-format.ts";

const side = fc.integer({ min: 1, max: 20_000 });
const facts: fc.Arbitrary<HeaderFacts> = fc.oneof(
	fc.record({ kind: fc.constant("image" as const), width: side, height: side, turned: fc.constant(false) }),
	fc.record({
		kind: fc.constant("video" as const),
		width: side,
		height: side,
		frames: fc.integer({ min: 1, max: 100_000 }),
		fps: fc.constantFrom(24, 25, 29.97, 30, 60),
	}),
);

describe("a link", () => {
	test("holds any values", () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.string({ maxLength: 40, unit: "grapheme" })),
				(values) => {
					const parts = new Map(Object.entries(values));
					const { parts: read, leftOut } = readLink(writeLink(parts));
					expect([...read]).toEqual([...parts]);
					expect(leftOut).toEqual([]);
				},
			),
		);
	});

	test("of another version, cut off or damaged is read as far as possible", () => {
		const { parts, leftOut } = readLink("7;m=qwen2.5-vl-7b;;x;b=%E0%A4%A;c=a,b");
		expect([...parts]).toEqual([
			["m", "qwen2.5-vl-7b"],
			["c", "a,b"],
		]);
		expect(leftOut).toEqual(["what version 7 of the link means otherwise", '""', '"x"', '"b=%E0%A4%A"']);
	});

	test("holds requests by size, in order of first occurrence", () => {
		fc.assert(
			fc.property(
				fc.array(fc.array(facts, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 }),
				(requests) => {
					const { text, missing } = writeRequests(requests);
					expect(missing).toBe(0);
					const distinct = [...new Map(requests.map((items) => [JSON.stringify(items), items])).values()];
					const expected = distinct.flatMap((items) =>
						requests.filter((other) => JSON.stringify(other) === JSON.stringify(items)),
					);
					expect(readRequests(text)).toEqual(expected);
				},
			),
		);
	});

	test("counts equal sizes and says how many requests do not fit", () => {
		const photo: HeaderFacts = { kind: "image", width: 640, height: 480, turned: false };
		expect(writeRequests([[photo], [photo], [photo, photo]]).text).toBe("640x480*2,640x480|2");
		const many = Array.from({ length: 1000 }, (_, index) => [{ ...photo, width: 1000 + index }]);
		const { text, missing } = writeRequests(many);
		expect(text.length).toBeLessThanOrEqual(1600);
		expect((readRequests(text)?.length ?? 0) + missing).toBe(1000);
	});

	test.each([
		"",
		"640",
		"640x480*0",
		"640x480*99999",
		"640x480|0",
		"1x1@:",
		"640x480*1*2x",
		"a,b",
	])("%s is no list of requests", (text) => {
		expect(readRequests(text)).toBeUndefined();
	});
});
