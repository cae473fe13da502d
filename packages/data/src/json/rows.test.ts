/**
 * Rows are cut where JSON.parse would cut them, whatever the chunk boundaries; reading can resume after any row;
 * nothing else is lost.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Chunk } from "../bytes/file-bytes.ts";
import { type JsonRow, splitArray, splitLines } from "./rows.ts";

/** The text in chunks of a given size, in one reused buffer, as files are read. */
async function* inChunks(text: Uint8Array, size: number, from = 0): AsyncGenerator<Chunk> {
	const buffer = new Uint8Array(size);
	for (let offset = from; offset < text.byteLength; offset += size) {
		const part = text.subarray(offset, offset + size);
		buffer.set(part);
		yield { offset, bytes: buffer.subarray(0, part.byteLength) };
	}
}

type Split = (chunks: AsyncIterable<Chunk>, maxBytes?: number) => AsyncGenerator<readonly JsonRow[]>;

async function rowsOf(split: Split, text: string, size = 7, from = 0, maxBytes?: number) {
	const bytes = new TextEncoder().encode(text);
	const rows: (Omit<JsonRow, "bytes"> & { readonly text: string | undefined })[] = [];
	for await (const batch of split(inChunks(bytes, size, from), maxBytes)) {
		for (const { bytes: own, ...row } of batch) {
			rows.push({ ...row, text: own === undefined ? undefined : new TextDecoder().decode(own) });
		}
	}
	return rows;
}

const texts = async (split: Split, text: string, size?: number) =>
	(await rowsOf(split, text, size)).map((row) => row.text);

test.each([
	["[]", []],
	["  [ ]  ", []],
	['[{"a":"]},{"},{"b":"\\"}"}]', ['{"a":"]},{"}', '{"b":"\\"}"}']],
	['\ufeff[{"a":[1,{"b":[]}]} , 5, "x,]", null]', ['{"a":[1,{"b":[]}]}', "5", '"x,]"', "null"]],
	['[{"a":1}] behind', ['{"a":1}']],
	["[{},,{}]", ["{}", "{}"]],
	["[oops, {}]", ["oops", "{}"]],
	['["\\\\", {}]', ['"\\\\"', "{}"]],
])("elements of %j", async (text, expected) => {
	for (const size of [1, 2, 3, 1000])
		expect((await texts(splitArray, text, size)).map((row) => row?.trim())).toEqual(expected);
});

test.each([
	["", []],
	['{"a":1}\n\n  \n{"b":2}', ['{"a":1}', '{"b":2}']],
	['{"a":1}\r\n{"b":2}\r\n', ['{"a":1}\r', '{"b":2}\r']],
])("lines of %j", async (text, expected) => {
	for (const size of [1, 2, 3, 1000]) expect(await texts(splitLines, text, size)).toEqual(expected);
});

test("a file that ends inside a row says so, and the row keeps its place", async () => {
	expect(await rowsOf(splitArray, '[{"a":1},{"b":')).toEqual([
		{ offset: 1, end: 8, text: '{"a":1}' },
		{ offset: 9, end: 14, text: '{"b":', isCutShort: true },
	]);
});

test("a row over the limit is passed over without being kept", async () => {
	const long = `{"a":"${"x".repeat(100)}"}`;
	expect(await rowsOf(splitArray, `[{"b":1},${long},{"c":1}]`, 7, 0, 20)).toEqual([
		{ offset: 1, end: 8, text: '{"b":1}' },
		{ offset: 9, end: 9 + long.length, text: undefined },
		{ offset: 10 + long.length, end: 17 + long.length, text: '{"c":1}' },
	]);
	expect((await rowsOf(splitLines, `${long}\n{"c":1}`, 7, 0, 20)).map((row) => row.text)).toEqual([
		undefined,
		'{"c":1}',
	]);
});

const json = fc.json({ maxDepth: 3 });

test("any array, in any layout and chunks, read on from behind any of its rows", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(
				json.filter((text) => text.trim() !== ""),
				{ maxLength: 6 },
			),
			fc.constantFrom(",", ",\n", " ,\t"),
			fc.integer({ min: 1, max: 40 }),
			async (elements, comma, size) => {
				const text = `[${elements.join(comma)}]`;
				const rows = await rowsOf(splitArray, text, size);
				expect(rows.map((row) => JSON.parse(row.text ?? ""))).toEqual(
					elements.map((each) => JSON.parse(each)),
				);
				for (const [index, { end }] of rows.entries()) {
					expect(await rowsOf(splitArray, text, size, end)).toEqual(rows.slice(index + 1));
				}
			},
		),
		{ seed: 14, numRuns: 300 },
	);
});

test("any bytes at all are cut into rows that lie one behind another", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.string({ unit: fc.constantFrom(...'[]{},:"\\a \n') }),
			fc.integer({ min: 1, max: 9 }),
			async (text, size) => {
				for (const split of [splitArray, splitLines]) {
					let last = 0;
					for (const { offset, end } of await rowsOf(split, text, size)) {
						expect(offset).toBeGreaterThanOrEqual(last);
						expect(end).toBeGreaterThan(offset);
						last = end;
					}
					expect(last).toBeLessThanOrEqual(text.length);
				}
			},
		),
		{ seed: 14, numRuns: 500 },
	);
});
