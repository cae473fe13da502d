/**
 * Parquet as written by datasets and pyarrow, with every codec and page type; images by position where they are
 * stored plain; damaged files rejected.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readImageHeader } from "@onevision/media";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Found } from "../record.ts";
import { folderOf, readAll, readSliced, tell } from "../testing/files.ts";

const GOLDENS = fileURLToPath(new URL("../goldens/parquet", import.meta.url));
const golden = (name: string): string => join(GOLDENS, `${name}.parquet`);

/** The size of each image, from its bytes in the row or at its position in the file. */
function sizesOf(found: Found, file: string): readonly string[] {
	if ("refusal" in found) return [found.refusal.reason];
	return found.record.media.map(({ place }) => {
		if (place.type === "path") return place.path;
		const bytes =
			place.type === "embedded"
				? place.bytes
				: readFileSync(file).subarray(place.offset, place.offset + place.length);
		const { width, height } = readImageHeader(bytes);
		return `${width}x${height}`;
	});
}

test.each([
	["single", "range"],
	["v2", "range"],
	["pages", "range"],
	["snappy", "embedded"],
	["zstd", "embedded"],
])("%s: five samples, images %s", async (name, type) => {
	const { format, found } = await readAll(golden(name));
	expect(format).toBe("parquet");
	expect(found.map((each) => sizesOf(each, golden(name)))).toEqual([
		["40x30"],
		[],
		["64x64"],
		["12x13"],
		["10x20"],
	]);
	const types = found.flatMap((each) =>
		"record" in each ? each.record.media.map(({ place }) => place.type) : [],
	);
	expect(new Set(types)).toEqual(new Set([type]));
	expect(found.map((each) => ("record" in each ? each.record.position.row : -1))).toEqual([0, 1, 2, 3, 4]);
	expect(tell(found[0] as Found)).toMatch(/^r0: image [^|]+ \| user: \[image\]\nWhat\? \| assistant: A\.$/);
});

test("lists of images: several, none, null", async () => {
	const { found } = await readAll(golden("multi"));
	expect(found.map((each) => sizesOf(each, golden("multi")))).toEqual([
		["8x8", "9x9"],
		[],
		[],
		["1x1", "2x2", "3x3"],
	]);
	expect(tell(found[1] as Found)).toBe("-: | user: Look | assistant: Seen");
});

test("a path without bytes, captions, and columns of no layout", async () => {
	expect((await readAll(golden("path"))).found.map(tell)).toEqual([
		"-: image b/c.png | user: [image] | assistant: A",
		"left out (unknown-layout): keys image, text: none of messages, conversations, prompt-completion, prompts-captions, instructions",
	]);
	expect((await readAll(golden("other"))).found.map(tell)).toEqual([
		"left out (unknown-layout): keys : none of messages, conversations, prompt-completion, prompts-captions, instructions",
		"left out (unknown-layout): keys : none of messages, conversations, prompt-completion, prompts-captions, instructions",
	]);
});

test("a folder of shards in order, cut or whole", async () => {
	const shard = readFileSync(golden("snappy"));
	const folder = folderOf({ "train-0.parquet": shard, "train-1.parquet": shard });
	const { units, found } = await readAll(folder);
	expect([units.length, found.length]).toEqual([2, 10]);
	expect(await readSliced(folder, { rows: 1 })).toEqual(found);
});

test("any damage ends in samples or in what is left out, never in an error of another kind", async () => {
	const whole = readFileSync(golden("multi"));
	const folder = folderOf();
	const { writeFileSync } = await import("node:fs");
	const path = join(folder, "a.parquet");
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.tuple(fc.nat(whole.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
			fc.option(fc.nat(whole.byteLength)),
			async (changes, length) => {
				const bytes = Buffer.from(whole);
				for (const [at, value] of changes) bytes[at] = value;
				writeFileSync(path, bytes.subarray(0, length ?? undefined));
				const { found } = await readAll(path, { format: "parquet" });
				expect(found.length).toBeLessThan(100);
			},
		),
		{ seed: 14, numRuns: 300 },
	);
}, 60_000);
