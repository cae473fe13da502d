/** Strings are found and replaced in any JSON text, and nothing else of it changes. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { replaceStrings, stringPlaces } from "./json-edit.ts";

/** Paths and values of all strings, as `JSON.parse` has them. */
function stringsOf(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
	if (typeof value === "string") into.set(path, value);
	else if (Array.isArray(value))
		value.forEach((each, index) => void stringsOf(each, `${path}[${index}]`, into));
	else if (typeof value === "object" && value !== null) {
		for (const [key, each] of Object.entries(value))
			stringsOf(each, path === "" ? key : `${path}.${key}`, into);
	}
	return into;
}

const json = fc.letrec((tie) => ({
	value: fc.oneof(
		{ depthSize: "small" },
		fc.string({ unit: "grapheme" }),
		fc.double(),
		fc.boolean(),
		fc.constant(null),
		tie("list"),
		tie("object"),
	),
	list: fc.array(tie("value"), { maxLength: 4 }),
	object: fc.dictionary(fc.stringMatching(/^[a-z"\\]{1,4}$/), tie("value"), { maxKeys: 4 }),
})).object;

test("every string is found at its path", () => {
	fc.assert(
		fc.property(json, fc.constantFrom(undefined, 1, "\t"), (value, space) => {
			const text = Buffer.from(JSON.stringify(value, null, space));
			const found = stringPlaces(text).map(({ path, start, end }) => [
				path,
				JSON.parse(text.subarray(start, end).toString()),
			]);
			const expected = [...stringsOf(JSON.parse(text.toString()), "", new Map())];
			expect(found).toEqual(
				expected.length === found.length
					? found.map(([path]) => expected.find(([each]) => each === path))
					: expected,
			);
		}),
		{ seed: 20_261_129, numRuns: 500 },
	);
});

test("a replaced string is the only difference", () => {
	const text = Buffer.from('{"a" : 1.0,"b":["x", {"c":"\\"y\\\\"} ], "d":"z"}');
	const places = stringPlaces(text);
	const place = places.find(({ path }) => path === "b[1].c");
	if (place === undefined) throw new Error("not found");
	expect(replaceStrings(text, [{ ...place, value: 'new "one"' }]).toString()).toBe(
		'{"a" : 1.0,"b":["x", {"c":"new \\"one\\""} ], "d":"z"}',
	);
	expect(replaceStrings(text, []).equals(text)).toBe(true);
});
