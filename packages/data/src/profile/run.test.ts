/**
 * Profiles of whole sets: every sample exactly once, in its scenario or skipped; stored in parts; killed and resumed.
 */

import { spawn } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { count, createCounter } from "@onevision/core";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { folderOf } from "../testing/files.ts";
import { png } from "../testing/images.ts";
import { tar } from "../testing/tar.ts";
import { ESTIMATED_TEXT } from "../text/meter.ts";
import { reportOf } from "./report.ts";
import { type ProfileRequest, profileData } from "./run.ts";

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
		["outside-root", 2, expect.stringContaining("../a.png: is outside the data root")],
		["unreadable-media", 2, "broken.png: of no format that is read"],
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
	expect(read.media.bytes).toBe(20 * 64 * 1024);
});

test("stored, read again without work, and refused for anything else", async () => {
	const set = mixedSet();
	const out = join(folderOf(), "profile");
	const first = await profileData(request([set], { out, partSamples: 4 }));
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
	expect(media.map(({ sample, width }) => [Number(sample), width])).toEqual([
		...[
			[0, 640],
			[1, 640],
			[1, 100],
			[8, 640],
			[9, 640],
			[10, 9000],
		],
	]);
	const again = await profileData(request([set], { out }));
	expect([again.resumed, again.read.media.bytes]).toEqual([11, 0]);
	expect(again.totals.stored()).toEqual(first.totals.stored());
	await expect(profileData(request([set], { out, applyOrientation: true }))).rejects.toMatchObject({
		code: "invalid-input",
	});
	writeFileSync(join(out, "state.json"), "{");
	await expect(profileData(request([set], { out }))).rejects.toThrow("is not a profile's");
});

test("killed at any moment, it goes on and ends as if it had not been", async () => {
	const images = Object.fromEntries(
		Array.from({ length: 20 }, (_, index) => [`${index}.png`, png(100 + 40 * index, 300)]),
	);
	const rows = Array.from({ length: 1500 }, (_, index) => ({
		id: index,
		...(index % 7 === 0 ? {} : { image: index % 11 === 0 ? "none.png" : `${index % 20}.png` }),
		conversations: chat(index % 7 === 0 ? "Hi" : "<image>"),
	}));
	const set = join(folderOf({ ...images, "set.json": JSON.stringify(rows) }), "set.json");
	const whole = await profileData(request([set]));
	const out = join(folderOf(), "profile");
	let kills = 0;
	for (const after of [120, 300, 600, 900, 1200]) if (await runAndKill(set, out, after)) kills++;
	expect(kills).toBeGreaterThanOrEqual(4);
	const rest = await profileData(request([set], { out, partSamples: 100 }));
	expect(rest.resumed).toBeGreaterThan(0);
	expect(rest.totals.stored()).toEqual(whole.totals.stored());
	const samples = await tableOf(out, "samples");
	expect(samples.map(({ sample }) => Number(sample))).toEqual(rows.map((_, index) => index));
}, 300_000);

/** Runs a profile and kills it after this many samples. Returns whether it was killed before it finished. */
function runAndKill(set: string, out: string, after: number): Promise<boolean> {
	const script = fileURLToPath(new URL("../testing/profile-process.ts", import.meta.url));
	const child = spawn(process.execPath, ["--import", "tsx", "-C", "source", script, set, out, "100"], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	child.stdout.on("data", (text: Buffer) => {
		if (Number(text.toString().trim().split("\n").at(-1)) >= after) child.kill("SIGKILL");
	});
	return new Promise((resolve) => child.on("exit", (_code, signal) => resolve(signal === "SIGKILL")));
}
