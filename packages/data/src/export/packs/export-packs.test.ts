/** Packs as shards: every sample of every pack once, read back by our readers, however often a run is killed. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Pack } from "../../pack/manifest.ts";
import { writeHeader, writeLeftOut, writePart } from "../../pack/manifest-files.ts";
import { folderOf, readAll, tell } from "../../testing/files.ts";
import { png } from "../../testing/images.ts";
import { exportPacks, type PackExportRequest } from "./export-packs.ts";
import { splitShards } from "./split.ts";

const SAMPLES = 60;

/** Samples of no, one and two images with one or two exchanges; every tenth has a system turn. */
function setOf(): { readonly path: string; readonly offsets: readonly number[] } {
	const lines = Array.from({ length: SAMPLES }, (_, id) => {
		const images = Array.from({ length: id % 3 }, (_, image) => `${(id + image) % 7}.png`);
		const ask = { role: "user", content: `${"<image>".repeat(images.length)}Which ${id}?` };
		const answer = { role: "assistant", content: `This ${id}` };
		const more =
			id % 4 === 0
				? [
						{ role: "user", content: "Sure?" },
						{ role: "assistant", content: "Yes" },
					]
				: [];
		const system = id % 10 === 9 ? [{ role: "system", content: "Be brief" }] : [];
		return `${JSON.stringify({ id, images, messages: [...system, ask, answer, ...more] })}\n`;
	});
	const offsets = lines.map((_, index) => Buffer.byteLength(lines.slice(0, index).join("")));
	const images = Object.fromEntries(
		Array.from({ length: 7 }, (_, index) => [`${index}.png`, png(8 + index, 9, 60 + index)]),
	);
	return { path: join(folderOf({ ...images, "set.jsonl": lines.join("") }), "set.jsonl"), offsets };
}

/** A manifest that packs the samples in strides of seven, three or four at a time. */
async function packsOf({ path, offsets }: ReturnType<typeof setOf>): Promise<string> {
	const folder = folderOf();
	const order = Array.from({ length: SAMPLES }, (_, index) => (index * 7) % SAMPLES);
	const packs: Pack[] = [];
	for (let at = 0; at < SAMPLES; ) {
		const count = packs.length % 2 === 0 ? 3 : 4;
		const slots = order.slice(at, at + count).map((sample, index) => ({
			sample,
			position: { file: path, offset: offsets[sample] ?? 0 },
			nth: 0,
			start: index * 10,
			length: 10,
			towerTokens: 0,
			media: sample % 3,
		}));
		packs.push({
			id: packs.length,
			capacity: 40,
			length: 10 * slots.length,
			towerTokens: 0,
			media: 0,
			slots,
		});
		at += count;
	}
	await writePart(folder, "parquet", 0, packs);
	await writeLeftOut(folder, "parquet", []);
	await writeHeader(folder, {
		version: 1,
		profile: { path: join(folder, "profile"), hash: "0" },
		settings: {
			by: "tokens",
			capacities: [40],
			limits: {},
			overLength: "leave-out",
			grouping: "none",
			weights: { perToken: 1, perSquaredToken: 0, perTowerToken: 1 },
			seed: 0,
		},
		format: "parquet",
		parts: 1,
		packsPerPart: 1000,
		totals: {
			samples: SAMPLES,
			whole: SAMPLES,
			truncated: 0,
			split: 0,
			leftOut: {},
			packs: packs.length,
			slots: SAMPLES,
			profiledLength: 10 * SAMPLES,
			packedLength: 10 * SAMPLES,
			truncatedLength: 0,
			repeatedLength: 0,
			capacity: 40 * packs.length,
			byCapacity: [{ capacity: 40, packs: packs.length, length: 10 * SAMPLES }],
		},
	});
	return folder;
}

const SET = setOf();
const PACKS = await packsOf(SET);
const request = (
	target: PackExportRequest["target"],
	more: Partial<PackExportRequest> = {},
): PackExportRequest => ({
	packs: PACKS,
	paths: [SET.path],
	target,
	out: folderOf(),
	packsPerShard: 5,
	...more,
});

/** Writes what completes an export, as the command does. */
async function exported(asked: PackExportRequest) {
	const result = await exportPacks(asked);
	const { mkdirSync, writeFileSync } = await import("node:fs");
	mkdirSync(join(asked.out, ".nv-meta"), { recursive: true });
	for (const { name, text } of result.export?.files ?? []) writeFileSync(join(asked.out, name), text);
	return result;
}

const strip = (text: string): string => text.replace(/^[^:]*:/, "").replaceAll(/@\d+\+/g, "");
/** The samples as the source tells them, with the sizes of their images. */
async function expectedTexts(): Promise<string[]> {
	const { found } = await readAll(SET.path);
	return found.map((each) =>
		strip(tell(each)).replaceAll(/image (\d)\.png/g, (_, n) => `image ${60 + Number(n)}`),
	);
}

test("energon: our reader gets every sample back from the layout, in the order of the packs", async () => {
	const asked = request("energon");
	const { samples, written, leftOut, packs } = await exported(asked);
	expect([samples, written, packs, leftOut["system-turn"]?.count]).toEqual([60, 54, 18, 6]);
	const { format, found } = await readAll(asked.out);
	expect(format).toBe("energon");
	const all = await expectedTexts();
	const order = Array.from({ length: SAMPLES }, (_, index) => (index * 7) % SAMPLES).filter(
		(id) => id % 10 !== 9,
	);
	expect(found.map((each) => strip(tell(each)))).toEqual(order.map((id) => all[id]));
});

test("energon: indexes hold each pack's header and the end, keys are unique, the metadata names every shard", async () => {
	const asked = request("energon", { split: [8, 1, 1] });
	await exported(asked);
	const shards = readdirSync(asked.out).filter((name) => name.endsWith(".tar"));
	const keys: string[] = [];
	for (const shard of shards) {
		const tar = readFileSync(join(asked.out, shard));
		const index = readFileSync(join(asked.out, `${shard}.idx`));
		const offsets = Array.from({ length: index.byteLength / 8 }, (_, at) =>
			Number(index.readBigUInt64LE(8 * at)),
		);
		expect(offsets.at(-1)).toBe(tar.byteLength - 1024);
		for (const offset of offsets.slice(0, -1)) keys.push(tar.toString("latin1", offset, offset + 11));
	}
	expect(new Set(keys).size).toBe(18);
	const meta = (name: string) => parse(readFileSync(join(asked.out, ".nv-meta", name), "utf8"));
	expect(Object.keys(meta(".info.yaml").shard_counts)).toEqual(shards);
	const { train, val, test: tested } = meta("split.yaml").split_parts;
	expect([...train, ...val, ...tested]).toEqual(shards);
	expect([train.length, val.length, tested.length]).toEqual([2, 1, 1]);
});

test("webdataset: a folder for each set of fields; every sample with its pack", async () => {
	const asked = request("webdataset");
	const { written } = await exported(asked);
	expect(written).toBe(SAMPLES);
	const folders = readdirSync(asked.out).filter((name) => /^(text|images)/.test(name));
	expect(folders.sort()).toEqual(["images-1", "images-2", "text"]);
	const texts: string[] = [];
	for (const folder of folders) {
		const { format, found } = await readAll(join(asked.out, folder));
		expect(format).toBe("webdataset");
		texts.push(...found.map((each) => strip(tell(each))));
	}
	expect(texts.sort()).toEqual((await expectedTexts()).sort());
});

test("shards in any order and a rerun give the bytes of one run", async () => {
	const whole = request("energon");
	await exported(whole);
	const asked = request("energon");
	for (const index of [1, 0]) {
		const { isComplete } = await exportPacks({ ...asked, shard: { index, count: 2 } });
		expect(isComplete).toBe(index === 0);
	}
	const { resumed } = await exported(asked);
	expect(resumed).toBe(18);
	for (const name of readdirSync(whole.out).filter((each) => /\.(tar|idx)$/.test(each)))
		expect(readFileSync(join(asked.out, name)).equals(readFileSync(join(whole.out, name)))).toBe(true);
});

test("data sets that are not those of the packs are refused, and missing ones asked for", async () => {
	const other = folderOf({
		"b.jsonl": `${JSON.stringify({ messages: [{ role: "user", content: "Hi" }] })}\n`,
	});
	await expect(exportPacks(request("energon", { paths: [join(other, "b.jsonl")] }))).rejects.toThrow(
		"none of the packed samples",
	);
	await expect(exportPacks(request("energon", { paths: [] }))).rejects.toThrow("name them with --data");
});

test("splits: whole shards, none left over, none empty while there are enough", () => {
	const shards = (count: number) =>
		Array.from({ length: count }, (_, index) => ({ file: `${index}`, samples: 1 }));
	const sizes = (count: number, ratios: readonly number[]) =>
		splitShards(shards(count), ratios).map((part) => part.length);
	expect(sizes(1, [0.8, 0.1, 0.1])).toEqual([1, 0, 0]);
	expect(sizes(10, [0.7, 0.2, 0.1])).toEqual([7, 2, 1]);
	expect(sizes(3, [98, 1, 1])).toEqual([1, 1, 1]);
	expect(sizes(4, [1, 0, 0])).toEqual([4, 0, 0]);
});
