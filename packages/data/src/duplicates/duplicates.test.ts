/** Duplicates among media: in files, shards and rows, of short and long media, the same over shards, threads and merges. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCounter } from "@onevision/core";
import { parquetReadObjects } from "hyparquet";
import sharp from "sharp";
import { expect, test } from "vitest";
import { mergeProfiles } from "../profile/merge.ts";
import { type ProfileRequest, profileData } from "../profile/run.ts";
import { readProfile } from "../profile/stored.ts";
import { SLICE_SIZES } from "../readers/reader.ts";
import { folderOf } from "../testing/files.ts";
import { png } from "../testing/images.ts";
import { bundleProcess } from "../testing/kill.ts";
import { tar } from "../testing/tar.ts";
import { ESTIMATED_TEXT } from "../text/meter.ts";
import { DUPLICATES_FILE } from "./find.ts";
import { groupSimilar, MAX_DISTANCE } from "./similar.ts";

const request = (paths: readonly string[], more: Partial<ProfileRequest>): ProfileRequest => ({
	...{ paths, counter: createCounter("llava-onevision-qwen2-7b-ov"), text: ESTIMATED_TEXT },
	...{ applyOrientation: false, applyRotation: false, duplicates: "exact" },
	...more,
});

/** 200 kB, of which a byte in the middle is `middle`. */
function long(middle: number): Buffer {
	const image = png(300, 200, 200_000);
	image[100_000] = middle;
	return image;
}

function exactSet() {
	const folder = folderOf({
		...{ "a.png": png(20, 10), "copy of a.png": png(20, 10), "b.png": png(10, 20) },
		...{ "long.png": long(1), "long again.png": long(1), "long other.png": long(2) },
		"shard.tar": tar([
			{ name: "1.png", content: png(20, 10) },
			{ name: "1.txt", content: "A" },
			{ name: "2.png", content: long(2) },
		]),
	});
	const names = ["a.png", "a.png", "copy of a.png", "b.png", "long.png", "long again.png", "long other.png"];
	const set = join(folder, "set.jsonl");
	const rows = names.map((image, id) => ({ id, image, conversations: [{ from: "gpt", value: "x" }] }));
	writeFileSync(set, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
	return [set, join(folder, "shard.tar")];
}

async function groupsIn(out: string) {
	const bytes = new Uint8Array(readFileSync(join(out, DUPLICATES_FILE)));
	const rows = await parquetReadObjects({ file: bytes.buffer });
	const groups = new Map<unknown, string[]>();
	for (const { group, match, sample, medium, uses } of rows) {
		const [part, number] = [Number(sample) / 1e8, Number(sample) % 1e8];
		const own = `${match} ${Math.floor(part)}:${number}.${medium} x${uses}`;
		groups.set(group, [...(groups.get(group) ?? []), own]);
	}
	return [...groups.values()].map((group) => group.join(", ")).sort();
}

test("equal bytes are a group, whatever holds them; a difference in the middle of long media is seen", async () => {
	const out = join(folderOf(), "out");
	const { duplicates } = await profileData(request(exactSet(), { out }));
	expect(duplicates).toMatchObject({ uses: 9, places: 8, contents: 4, unread: 0, copiedBytes: 400_200 });
	expect(duplicates?.exact).toMatchObject({ groups: 3, copies: 4 });
	expect(duplicates?.exact.largest[0]).toMatchObject({
		count: 3,
		media: [{ name: "a.png", uses: 2 }, {}, {}],
	});
	expect(await groupsIn(out)).toEqual([
		"exact 0:0.0 x2, exact 0:2.0 x1, exact 1:0.0 x1",
		"exact 0:4.0 x1, exact 0:5.0 x1",
		"exact 0:6.0 x1, exact 1:1.0 x1",
	]);
	expect((await readProfile(out))?.duplicates).toEqual(duplicates);
});

test("shards and slices, merged, give the very files of one run", async () => {
	const paths = exactSet();
	const folder = folderOf();
	const sliceSizes = { ...SLICE_SIZES, json: 100 };
	const whole = join(folder, "whole");
	await profileData(request(paths, { out: whole, sliceSizes }));
	const shards = [0, 1, 2].map((index) => ({ index, count: 3 }));
	for (const shard of shards) {
		const { duplicates } = await profileData(
			request(paths, { out: join(folder, `${shard.index}`), shard, sliceSizes }),
		);
		expect(duplicates).toBeUndefined();
	}
	const merged = join(folder, "merged");
	const { duplicates } = await mergeProfiles(
		shards.map(({ index }) => join(folder, `${index}`)),
		merged,
	);
	expect(duplicates?.exact).toMatchObject({ groups: 3, copies: 4 });
	for (const name of [DUPLICATES_FILE, "duplicates.json", "state.json"]) {
		expect(readFileSync(join(merged, name)).equals(readFileSync(join(whole, name))), name).toBe(true);
	}
});

test("images that look the same are found scaled and compressed again; what cannot be decoded looks like nothing", async () => {
	const photo = (name: string) =>
		readFileSync(new URL(`../../../../examples/media/${name}`, import.meta.url));
	const market = photo("market.jpg");
	const folder = folderOf({
		...{ "market.jpg": market, "harbour.jpg": photo("harbour.jpg") },
		"small market.jpg": await sharp(market).resize(400).jpeg({ quality: 60 }).toBuffer(),
		...{ "blank.png": png(256, 256), "other blank.png": png(255, 256) },
	});
	const out = join(folderOf(), "out");
	// In a process of its own: the test runner's resolution gives sharp-phash another sharp than Node does.
	const profileIn = await bundleProcess("./profile-process.ts");
	const args = [out, String(SLICE_SIZES.json), "1", "perceptual", folder];
	expect(await profileIn(args)).toEqual({ wasKilled: false, stderr: "" });
	const duplicates = (await readProfile(out))?.duplicates;
	expect(duplicates).toMatchObject({ uses: 5, contents: 5, exact: { groups: 0 } });
	expect(duplicates?.perceptual).toMatchObject({ groups: 1, copies: 1 });
	expect(duplicates?.perceptual?.largest[0]?.media.map(({ name }) => name)).toEqual([
		"market.jpg",
		"small market.jpg",
	]);
});

test("close hashes are linked exactly where every pair says so", () => {
	let state = 7;
	const random = () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state;
	};
	const base = Array.from({ length: 40 }, () => (BigInt(random()) << 32n) | BigInt(random()));
	const hashes = BigUint64Array.from(
		Array.from({ length: 400 }, () => {
			let hash = base[random() % 40] ?? 0n;
			for (let flips = (random() >>> 8) % 6; flips > 0; flips--) hash ^= 1n << BigInt((random() >>> 8) % 64);
			return hash;
		}),
	);
	const ones = (value: bigint) => value.toString(2).replaceAll("0", "").length;
	const close = [...hashes.keys()].flatMap((a) =>
		[...hashes.keys()]
			.slice(0, a)
			.filter((b) => ones((hashes[a] ?? 0n) ^ (hashes[b] ?? 0n)) <= MAX_DISTANCE)
			.map((b) => [a, b] as const),
	);
	const expected = [...hashes.keys()];
	for (let isStable = false; !isStable; ) {
		isStable = true;
		for (const [a, b] of close) {
			const [one = 0, other = 0] = [expected[a], expected[b]];
			if (one === other) continue;
			isStable = false;
			expected[a] = Math.min(one, other);
			expected[b] = Math.min(one, other);
		}
	}
	expect([...groupSimilar(hashes)]).toEqual(expected);
	expect(close.length).toBeGreaterThan(500);
	expect(new Set(expected).size).toBeGreaterThan(40);
});
