/**
 * Parquet as written by datasets and pyarrow, with every codec and page type; images by position where they are
 * stored plain; damaged files rejected.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readImageHeader } from "@onevision/media";
import fc from "fast-check";
import { parquetMetadata } from "hyparquet";
import type { ColumnMetaData } from "hyparquet/src/types.js";
import { ByteWriter } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
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

type Footer = ReturnType<typeof parquetMetadata>;

/** A file whose pages are sound and whose footer is not. */
function withFooter(whole: Buffer, change: (footer: Footer) => void): Buffer {
	const footer = parquetMetadata(new Uint8Array(whole).buffer);
	const pages = whole.subarray(0, -8 - footer.metadata_length);
	change(footer);
	const writer = new ByteWriter();
	// The writer brings a hyparquet of its own, whose types differ in what is not used here.
	writeMetadata(writer, footer as unknown as Parameters<typeof writeMetadata>[1]);
	return Buffer.concat([pages, writer.getBytes()]);
}

const allRows = (footer: Footer, count: bigint): void => {
	footer.num_rows = count * BigInt(footer.row_groups.length);
	for (const group of footer.row_groups) group.num_rows = count;
};
const everyColumn = (change: Partial<ColumnMetaData>) => (footer: Footer) => {
	for (const { meta_data: meta } of footer.row_groups.flatMap(({ columns }) => columns)) {
		if (meta !== undefined) Object.assign(meta, change);
	}
};

test.each<[string, (footer: Footer) => void]>([
	["rows beyond any file", (footer) => allRows(footer, 1n << 50n)],
	["rows that are not there", (footer) => allRows(footer, 1000n)],
	["a negative number of rows", (footer) => allRows(footer, -5n)],
	["pages before the file", everyColumn({ data_page_offset: -4096n })],
	["pages behind the file", everyColumn({ data_page_offset: 1n << 60n })],
	["pages of a negative size", everyColumn({ total_compressed_size: -1n })],
	["another codec", everyColumn({ codec: "BROTLI" })],
])("a footer with %s is left out, soon", async (_, change) => {
	for (const name of ["multi", "other"]) {
		const folder = folderOf({ "a.parquet": withFooter(readFileSync(golden(name)), change) });
		const { found } = await readAll(join(folder, "a.parquet"), { format: "parquet" });
		expect(found.length).toBeLessThan(1100);
		expect(await readSliced(join(folder, "a.parquet"), { rows: 1 }, { format: "parquet" })).toHaveLength(
			found.length,
		);
	}
});

test("a schema with more children than elements is left out", async () => {
	const bytes = Buffer.from(readFileSync(golden("multi")));
	// The root's name, then the field of its number of children, as a zigzag varint.
	const at = bytes.lastIndexOf("\x06schema") + 7;
	expect(bytes[at]).toBe(0x15);
	bytes[at + 1] = 0x7e;
	const { found } = await readAll(join(folderOf({ "a.parquet": bytes }), "a.parquet"));
	expect(found).toMatchObject([{ refusal: { reason: "unreadable-file" } }]);
});
