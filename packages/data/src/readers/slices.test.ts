/** However a set is cut into slices, they hold the samples of the whole set, in order and each once. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createReadCounter } from "../bytes/file-bytes.ts";
import { folderOf, readAll, readSliced } from "../testing/files.ts";
import { tar } from "../testing/tar.ts";
import { openDataSet, slicesOf } from "./index.ts";
import { SLICE_SIZES } from "./reader.ts";

const row = (text: string) => JSON.stringify({ id: text, conversations: [{ from: "human", value: text }] });
const golden = (name: string) =>
	readFileSync(fileURLToPath(new URL(`../goldens/parquet/${name}.parquet`, import.meta.url)));

test("JSON arrays and lines, whatever is in the rows and between them", async () => {
	const rows = fc.array(
		fc.oneof(
			fc.string({ maxLength: 40, unit: "grapheme" }).map(row),
			fc.constantFrom("{", "[1]", "null", '"]"'),
		),
		{ minLength: 1, maxLength: 12 },
	);
	const space = fc.constantFrom("", "\n", "\r\n", " \n\n ");
	await fc.assert(
		fc.asyncProperty(
			rows,
			space,
			fc.boolean(),
			fc.integer({ min: 1, max: 300 }),
			async (list, gap, isArray, json) => {
				// A first row that starts with a bracket would make lines an array.
				const usable = isArray ? list.filter((each) => each !== "{") : [row(""), ...list];
				const text = isArray ? `[${usable.join(`${gap},${gap}`)}]` : usable.join(`\n${gap}`);
				const path = join(folderOf({ "set.json": text }), "set.json");
				const whole = (await readAll(path, { format: "llava" })).found;
				expect(await readSliced(path, { json }, { format: "llava" })).toEqual(whole);
				expect(whole.length).toBe(usable.length);
			},
		),
		{ seed: 14, numRuns: 60 },
	);
});

test.each([
	[
		"a shard",
		"a.tar",
		tar(Array.from({ length: 9 }, (_, index) => ({ name: `${index}.txt`, content: "Hi" }))),
		{ shard: 1024 },
	],
	["Parquet", "a.parquet", golden("pages"), { rows: 2 }],
	["a folder", "sub/a.png", "x", { rows: 1 }],
	[
		"a table",
		"metadata.csv",
		'file_name,text\na.png,"A\ncat"\nb.png,dog\nbroken\nc.png,"cow"\n',
		{ rows: 1 },
	],
])("%s", async (_title, name, content, sizes) => {
	const more = name.startsWith("sub/") ? { "sub/b.png": "x", "c.png": "x", "sub/d/e.jpg": "x" } : {};
	const folder = folderOf({ [name]: content, ...more });
	const path = /\.(tar|parquet)$/.test(name) ? join(folder, name) : folder;
	const { found } = await readAll(path);
	expect(found.length).toBeGreaterThan(3);
	expect(await readSliced(path, sizes)).toEqual(found);
});

test("where the boundaries cannot be read, the rest is one slice that says why", async () => {
	const path = join(folderOf({ "a.parquet": golden("pages").subarray(0, 500) }), "a.parquet");
	const [unit] = (await openDataSet(path, { counter: createReadCounter(), seed: 0 })).units;
	const slices = [];
	if (unit !== undefined) for await (const slice of slicesOf(unit, SLICE_SIZES)) slices.push(slice);
	expect(slices).toEqual([{ from: 0, to: Number.POSITIVE_INFINITY, share: 1 }]);
	expect(await readSliced(path, {})).toMatchObject([{ refusal: { reason: "unreadable-file" } }]);
});
