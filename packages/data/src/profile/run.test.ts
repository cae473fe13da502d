/**
 * Profiles of whole sets: every sample exactly once, in its scenario or skipped; stored in parts; killed and resumed.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { count, createCounter } from "@onevision/core";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { SLICE_SIZES } from "../readers/reader.ts";
import { folderOf } from "../testing/files.ts";
import { png } from "../testing/images.ts";
import { bundleProcess, KILL_TIMEOUT, KILLS } from "../testing/kill.ts";
import { tar } from "../testing/tar.ts";
import { ESTIMATED_TEXT } from "../text/meter.ts";
import { mergeProfiles } from "./merge.ts";
import { reportOf } from "./report.ts";
import { type ProfileRequest, profileData } from "./run.ts";
import { readProfile } from "./stored.ts";
import { Totals } from "./totals.ts";

const MODEL = "llava-onevision-qwen2-7b-ov";
const counter = createCounter(MODEL);

const request = (paths: readonly string[], more: Partial<ProfileRequest> = {}): ProfileRequest => ({
	paths,
	counter,
	text: ESTIMATED_TEXT,
	applyOrientation: false,
	applyRotation: false,
	...more,
});

const chat = (ask: string, answer = "Four bytes") => [
	{ from: "human", value: ask },
	{ from: "gpt", value: answer },
];

/** Rows of one of a profile's tables, in order. */
async function tableOf(out: string, table: string): Promise<Record<string, unknown>[]> {
	const files = readdirSync(join(out, "parts"))
		.filter((name) => name.startsWith(table))
		.sort();
	const rows: Record<string, unknown>[] = [];
	for (const name of files) {
		const bytes = new Uint8Array(readFileSync(join(out, "parts", name)));
		rows.push(...(await parquetReadObjects({ file: bytes.buffer })));
	}
	return rows;
}

function mixedSet(): string {
	const rows = [
		{ id: "one", image: "a.png", conversations: chat("<image>\nWhat?") },
		{ id: "two", image: ["a.png", "b.png"], conversations: chat("<image><image>Which?") },
		{ id: "text", conversations: chat("Hi") },
		{ id: "gone", image: "none.png", conversations: chat("<image>") },
		{ id: "out", image: "../a.png", conversations: chat("<image>") },
		{ id: "link", image: "link.png", conversations: chat("<image>") },
		{ id: "broken", image: "broken.png", conversations: chat("<image>") },
		{ id: "video?", video: "a.png", conversations: chat("<video>") },
		{ id: "more", image: "a.png", conversations: chat("<image><image>") },
		{ id: "mute", image: "a.png", conversations: [{ from: "human", value: "<image>Hi" }] },
		{ id: "flat", image: "flat.png", conversations: chat("<image>") },
	];
	const root = folderOf({
		"set.json": JSON.stringify(rows),
		"a.png": png(640, 480),
		"b.png": png(100, 900),
		"broken.png": "not an image at all",
		"flat.png": png(9000, 3),
	});
	symlinkSync("/etc/hostname", join(root, "link.png"));
	return join(root, "set.json");
}

test("scenarios, left-out reasons and findings; the parts of every sample sum to its length", async () => {
	const { totals } = await profileData(request([mixedSet()]));
	const report = reportOf(totals, { model: MODEL, settings: {}, maxLengths: [100, 3000], budget: 3000 });
	expect(report.scenarios.map(({ scenario, samples }) => [scenario, samples])).toEqual([
		["single-image", 4],
		["multi-image", 1],
		["text", 1],
	]);
	expect(
		Object.entries(report.leftOutByReason).map(([reason, entry]) => [
			reason,
			entry?.count,
			entry?.examples[0]?.message,
		]),
	).toEqual([
		["missing-media", 1, "none.png: no such file"],
		["unreadable-media", 2, "broken.png: of no format that is read"],
		["outside-root", 2, expect.stringContaining("../a.png: is outside the data root")],
	]);
	expect(
		Object.entries(report.findings).map(([finding, entry]) => [
			finding,
			entry?.count,
			entry?.examples[0]?.id,
		]),
	).toEqual([
		["placeholders-differ", 1, "more"],
		["no-labels", 1, "mute"],
	]);
	expect([report.samples, report.profiled, report.leftOut]).toEqual([11, 6, 5]);
	const { visualTokens } = count(MODEL, { media: [{ kind: "image", width: 640, height: 480 }] });
	const single = totals.scenarios["single-image"];
	expect(single.visualTokens.entries().find(([value]) => value === visualTokens)).toEqual([visualTokens, 3]);
	// 4 around the turn, the image, "\nWhat?" as 2, 1 behind; then the answer's 4, 3 and 1.
	expect(single.length.entries().some(([value]) => value === visualTokens + 15)).toBe(true);
	expect(single.mediaEnd.entries().some(([value]) => value === visualTokens + 4)).toBe(true);
	expect(single.labelStart.entries().some(([value]) => value === visualTokens + 11)).toBe(true);
});

test("what a max_length cuts: samples, tokens, media, labels", async () => {
	const { totals } = await profileData(request([mixedSet()]));
	const visual = count(MODEL, { media: [{ kind: "image", width: 640, height: 480 }] }).visualTokens;
	const lengths = [visual + 3, visual + 11, visual + 12, 100_000];
	const report = reportOf(totals, { model: MODEL, settings: {}, maxLengths: lengths });
	const single = (maxLength: number) => report.maxLengths.find((each) => each.maxLength === maxLength);
	expect(single(visual + 3)).toMatchObject({ truncated: 3, mediaCut: 3 });
	expect(single(visual + 11)).toMatchObject({ mediaCut: 0, labelsLost: 1 });
	expect(single(visual + 12)).toMatchObject({ labelsLost: 0 });
	expect(single(100_000)).toEqual({
		maxLength: 100_000,
		truncated: 0,
		tokensCut: 0,
		mediaCut: 0,
		labelsLost: 0,
	});
	expect(report.suggestedMaxLength % 64).toBe(0);
	expect(single(report.suggestedMaxLength)?.truncated).toBe(0);
});

test("places to cut: the turns, tokens, media and labels before each, as the conversation up to there has", async () => {
	const turns = [
		...chat("<image>\nWhat?"),
		...chat("And here <image> now?", "A second answer"),
		...chat("Thanks"),
	];
	const rows = [
		{ image: ["a.png", "b.png"], conversations: [{ from: "system", value: "Be brief." }, ...turns] },
		{ image: ["a.png", "b.png"], conversations: turns.slice(0, 4) },
		{ image: ["a.png"], conversations: turns.slice(0, 2) },
	];
	const root = folderOf({ "set.json": JSON.stringify(rows), "a.png": png(640, 480), "b.png": png(100, 900) });
	const out = join(folderOf(), "profile");
	await profileData(request([join(root, "set.json")], { out }));
	const [whole, four, two] = await tableOf(out, "samples");
	const cuts = whole?.cuts as number[][];
	const length = (sample: typeof whole): number => Number(sample?.length);
	const systemTokens = 5 + 3;
	expect(cuts.map(([turnCount, tokens, media]) => [turnCount, tokens, media])).toEqual([
		[1, systemTokens, 0],
		// As a multi-image sample, the image has fewer tokens than alone.
		[3, expect.any(Number), 1],
		[5, systemTokens + length(four), 2],
		[7, length(whole), 2],
	]);
	expect(cuts.at(-1)?.slice(3)).toEqual([whole?.tower_tokens, whole?.label_tokens]);
	expect((four?.cuts as number[][]).at(-1)).toEqual([
		4,
		length(four),
		2,
		four?.tower_tokens,
		four?.label_tokens,
	]);
	expect(two?.cuts).toBeNull();
});

test("an image in a shard costs its first bytes", async () => {
	const entries = Array.from({ length: 20 }, (_, index) => ({
		name: `${index}.png`,
		content: png(640, 480, 200_000),
	}));
	const path = join(folderOf({ "a.tar": tar(entries) }), "a.tar");
	const { totals, read } = await profileData(request([path]));
	expect(totals.profiled).toBe(20);
	expect(read.sets.bytes).toBe(21 * 512);
	expect(read.media.bytes).toBe(20 * 4 * 1024);
});

test("stored, read again without work, and refused for anything else", async () => {
	const set = mixedSet();
	const out = join(folderOf(), "profile");
	const sliceSizes = { ...SLICE_SIZES, json: 300 };
	const first = await profileData(request([set], { out, sliceSizes }));
	expect(readdirSync(join(out, "parts")).length).toBeGreaterThan(4);
	const samples = await tableOf(out, "samples");
	expect(samples.map(({ id, left_out }) => id ?? left_out)).toEqual([
		...[
			"one",
			"two",
			"text",
			"missing-media",
			"outside-root",
			"outside-root",
			"unreadable-media",
			"unreadable-media",
		],
		...["more", "mute", "flat"],
	]);
	const media = await tableOf(out, "media");
	const numbers = samples.map(({ sample }) => sample);
	expect(media.map(({ sample, width }) => [numbers.indexOf(sample), width])).toEqual([
		...[
			[0, 640],
			[1, 640],
			[1, 100],
			[8, 640],
			[9, 640],
			[10, 9000],
		],
	]);
	const again = await profileData(request([set], { out, sliceSizes }));
	expect([again.resumed, again.read.media.bytes]).toEqual([11, 0]);
	expect(again.totals.stored()).toEqual(first.totals.stored());
	await expect(
		profileData(request([set], { out, sliceSizes, applyOrientation: true })),
	).rejects.toMatchObject({
		code: "invalid-input",
	});
	writeFileSync(join(out, "state.json"), "{");
	await expect(profileData(request([set], { out }))).rejects.toThrow("is not a profile's");
});

/** A set of these many rows, images and what is missing among them. */
function longSet(rows: number): { readonly set: string; readonly ids: readonly string[] } {
	const images = Object.fromEntries(
		Array.from({ length: 20 }, (_, index) => [`${index}.png`, png(100 + 40 * index, 300)]),
	);
	const list = Array.from({ length: rows }, (_, index) => ({
		id: `${index}`,
		...(index % 7 === 0 ? {} : { image: index % 11 === 0 ? "none.png" : `${index % 20}.png` }),
		conversations: chat(index % 7 === 0 ? "Hi" : "<image>"),
	}));
	const folder = folderOf({ ...images, "set.json": JSON.stringify(list) });
	return { set: join(folder, "set.json"), ids: list.map(({ id }) => id) };
}

/** Every file of a profile's folder, by name. */
function filesOf(out: string): Readonly<Record<string, string>> {
	const names = ["state.json", ...readdirSync(join(out, "parts")).map((name) => join("parts", name))].sort();
	return Object.fromEntries(names.map((name) => [name, readFileSync(join(out, name), "latin1")]));
}

const sliceSizes = { ...SLICE_SIZES, json: 4000 };
/** Two threads, in a process of their own. */
const bundled = once(() => bundleProcess("./profile-process.ts"));
const threaded = async (sets: readonly string[], out: string, killAfter = Number.POSITIVE_INFINITY) =>
	(await bundled())(
		[out, String(sliceSizes.json), "2", "", ...sets],
		(samples) => Number(samples) >= killAfter,
	);

function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return () => {
		made ??= make();
		return made;
	};
}

test("threads and shards change nothing: merged, the folder is equal to the byte", async () => {
	const sets = [longSet(400).set, mixedSet(), longSet(150).set];
	const [whole, threads, merged, ...shards] = ["whole", "threads", "merged", "0", "1", "2"].map((name) =>
		join(folderOf(), name),
	) as [string, string, string, ...string[]];
	const one = await profileData(request(sets, { out: whole, sliceSizes }));
	expect(Object.keys(filesOf(whole)).length).toBeGreaterThan(20);
	expect((await threaded(sets, threads)).stderr).toBe("");
	expect(filesOf(threads)).toEqual(filesOf(whole));
	const progress: (number | undefined)[] = [];
	for (const [index, out] of shards.entries()) {
		const shard = { index, count: 3 };
		await profileData(request(sets, { out, sliceSizes, shard }), ({ share }) => progress.push(share));
	}
	expect(progress.filter((share) => share === 1).length).toBeGreaterThanOrEqual(3);
	await mergeProfiles([...shards].reverse(), merged);
	expect(filesOf(merged)).toEqual(filesOf(whole));
	await mergeProfiles(shards, merged);
	expect(filesOf(merged)).toEqual(filesOf(whole));
	const question = { model: MODEL, settings: {}, maxLengths: [4096], budget: 1000 };
	const stored = await readProfile(merged);
	expect(reportOf(stored?.totals ?? new Totals(), question)).toEqual(reportOf(one.totals, question));
	const nowhere = join(folderOf(), "x");
	await expect(mergeProfiles(shards.slice(1), nowhere)).rejects.toThrow("shards 0/3 are missing");
	await expect(mergeProfiles([...shards, shards[0] ?? ""], merged)).rejects.toThrow("given twice");
	await expect(mergeProfiles([whole], merged)).rejects.toThrow("is a whole profile");
	await expect(mergeProfiles(shards, shards[0] ?? "")).rejects.toThrow("is one of the shards");
	const other = join(folderOf(), "other");
	await profileData(request(sets, { out: other, sliceSizes, shard: { index: 0, count: 3 }, seed: 1 }));
	await expect(mergeProfiles([other, ...shards.slice(1)], nowhere)).rejects.toThrow("options differ");
});

test("a thread's failure is the run's, and what is done stays", async () => {
	const { set } = longSet(300);
	const out = join(folderOf(), "profile");
	const blocked = join(out, "parts", "samples-000005.parquet");
	mkdirSync(blocked, { recursive: true });
	expect((await threaded([set], out)).stderr).toContain("samples-000005.parquet: cannot be written");
	rmSync(blocked, { recursive: true });
	const rest = await profileData(request([set], { out, sliceSizes }));
	expect([rest.resumed > 0, rest.totals.samples]).toEqual([true, 300]);
});

test(
	"killed again and again, it goes on and ends as if it had not been",
	async () => {
		const rows = 700;
		const { set, ids } = longSet(rows);
		const whole = join(folderOf(), "whole");
		await profileData(request([set], { out: whole, sliceSizes }));
		const out = join(folderOf(), "profile");
		let kills = 0;
		for (let round = 1; round <= KILLS; round++) {
			if ((await threaded([set], out, (rows * round) / (KILLS + 1))).wasKilled) kills++;
		}
		expect(kills).toBeGreaterThanOrEqual(Math.ceil(KILLS / 2));
		const rest = await profileData(request([set], { out, sliceSizes }));
		expect(rest.resumed).toBeGreaterThan(0);
		expect(filesOf(out)).toEqual(filesOf(whole));
		expect((await tableOf(out, "samples")).length).toBe(ids.length);
	},
	KILL_TIMEOUT,
);
