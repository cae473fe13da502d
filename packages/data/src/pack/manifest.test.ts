/** A manifest's folder, written and read back in both formats. */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { folderOf } from "../testing/files.ts";
import { MANIFEST_FORMATS, type Pack, type PackHeader, type PackLeftOut } from "./manifest.ts";
import { openPacks, partFiles, writeHeader, writeLeftOut, writePart } from "./manifest-files.ts";

const slot = { sample: 3, position: { file: "a.json", offset: 2 ** 40 }, nth: 0, towerTokens: 729, media: 1 };
const packs: readonly Pack[] = [
	{
		...{ id: 0, capacity: 100, length: 90, towerTokens: 729, media: 1 },
		place: { step: 0, rank: 1, index: 0 },
		slots: [
			{ ...slot, start: 0, length: 60 },
			{
				...slot,
				sample: 84_000_000_004,
				position: { file: "b.parquet", row: 7 },
				start: 60,
				length: 30,
				nth: 2,
			},
		],
	},
	{
		...{ id: 1, capacity: 50, length: 40, towerTokens: 0, media: 0 },
		slots: [
			{
				...slot,
				start: 0,
				length: 40,
				piece: {
					...{ kind: "split", index: 1, count: 3, headTurns: 1, headTokens: 5 },
					...{ tokens: { from: 30, to: 65 }, turns: { from: 3, to: 5 }, media: { from: 1, to: 2 } },
				},
			},
		],
	},
];
const leftOut: readonly PackLeftOut[] = [
	{
		sample: 84_000_000_009,
		position: { file: "a.json", offset: 4 },
		nth: 0,
		reason: "over-capacity",
		length: 500,
	},
];

const headerOf = (format: PackHeader["format"]): PackHeader => ({
	version: 1,
	profile: { path: "profile", hash: "0" },
	settings: {
		...{ by: "tokens", capacities: [50, 100], limits: {}, overLength: "split", grouping: "none", seed: 0 },
		weights: { perToken: 1, perSquaredToken: 0, perTowerToken: 1 },
	},
	format,
	...{ parts: 2, packsPerPart: 1 },
	totals: {
		...{ samples: 4, whole: 2, truncated: 0, split: 1, packs: 2, slots: 3 },
		leftOut: { "over-capacity": { samples: 1, length: 500 } },
		...{ profiledLength: 690, packedLength: 130, truncatedLength: 0, repeatedLength: 5, capacity: 150 },
		byCapacity: [],
	},
});

async function readAll(folder: string): Promise<readonly Pack[]> {
	const read: Pack[] = [];
	for await (const pack of (await openPacks(folder)).packs()) read.push(pack);
	return read;
}

async function written(format: PackHeader["format"]): Promise<string> {
	const folder = folderOf();
	for (const [part, pack] of packs.entries()) await writePart(folder, format, part, [pack]);
	await writeLeftOut(folder, format, leftOut);
	await writeHeader(folder, headerOf(format));
	return folder;
}

test.each(MANIFEST_FORMATS)("%s: every field comes back", async (format) => {
	const folder = await written(format);
	const set = await openPacks(folder);
	expect(set.header).toEqual(headerOf(format));
	expect(await readAll(folder)).toEqual(packs);
	expect(await set.leftOut()).toEqual(leftOut);
});

test("a slot table stands for itself", async () => {
	const folder = await written("parquet");
	const file = new Uint8Array(readFileSync(join(folder, "slots-000000.parquet"))).buffer;
	const rows = await parquetReadObjects({
		file,
		columns: ["pack", "sample", "file", "offset", "row", "kind"],
	});
	expect(rows).toEqual([
		{ pack: 0, sample: 3n, file: "a.json", offset: 2n ** 40n, row: null, kind: "whole" },
		{ pack: 0, sample: 84_000_000_004n, file: "b.parquet", offset: null, row: 7n, kind: "whole" },
	]);
});

test.each(MANIFEST_FORMATS)("%s: unfinished or damaged sets are refused", async (format) => {
	const folder = await written(format);
	const read = () => readAll(folder);
	const [first = ""] = partFiles(format, 1);
	writeFileSync(join(folder, first), "PAR1");
	await expect(read()).rejects.toMatchObject({ code: "unreadable-file" });
	const [pack] = packs;
	await writePart(folder, format, 1, pack === undefined ? [] : [pack]);
	await expect(read()).rejects.toThrow("pack 1 has slots of 90");
	await writePart(folder, format, 1, []);
	await expect(read()).rejects.toThrow("holds 1 packs, its manifest says 2");
	writeFileSync(join(folder, "manifest.json"), "{}");
	await expect(read()).rejects.toThrow("not of a version that is read");
	rmSync(join(folder, "manifest.json"));
	await expect(read()).rejects.toThrow("unfinished; run it again");
});
