/** Data sets as a trainer's rows: each sample once or left out with its reason, however often a run is killed. */

import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, readAll, tell } from "../testing/files.ts";
import { png } from "../testing/images.ts";
import { bundleProcess, KILL_TIMEOUT, KILLS } from "../testing/kill.ts";
import { tar } from "../testing/tar.ts";
import { type DataRequest, writeDataFiles } from "./data-files.ts";
import type { RowTarget } from "./rows.ts";

const say = (role: string, content: string, more = {}) => ({ role, content, ...more });
const ROWS = [
	{ id: "one", images: ["a.png"], messages: [say("user", "<image>What?"), say("assistant", "Four")] },
	{
		id: "two",
		images: ["a.png", "b.png"],
		messages: [say("user", "<image>or<image>?"), say("assistant", "b")],
	},
	{ id: "text", messages: [say("user", "Hi"), say("assistant", "Ho")] },
	{
		id: "system",
		images: ["a.png"],
		messages: [say("system", "Be brief"), say("user", "<image>"), say("assistant", "A")],
	},
	{ id: "bare", images: ["b.png"], messages: [say("user", "Which?"), say("assistant", "b")] },
	{ id: "many", images: ["b.png"], messages: [say("user", "<image><image>"), say("assistant", "b")] },
	{
		id: "mute",
		images: ["b.png"],
		messages: [say("user", "<image>"), say("user", "?"), say("assistant", "b")],
	},
	{
		id: "hint",
		messages: [
			say("user", "1"),
			say("assistant", "2", { loss: false }),
			say("user", "3"),
			say("assistant", "4"),
		],
	},
	{ id: "film", videos: ["c.mp4"], messages: [say("user", "<video>"), say("assistant", "A")] },
	{ id: "gone", images: ["none.png"], messages: [say("user", "<image>"), say("assistant", "A")] },
	{ id: "out", images: ["../a.png"], messages: [say("user", "<image>"), say("assistant", "A")] },
	{ id: "link", images: ["link.png"], messages: [say("user", "<image>"), say("assistant", "A")] },
];

function setOf(): string {
	const root = folderOf({
		"set.jsonl": ROWS.map((row) => `${JSON.stringify(row)}\n`).join(""),
		"a.png": png(640, 480),
		"b.png": png(100, 90, 3000),
		"c.mp4": Buffer.from("\0\0\0\x18ftypmp42\0\0\0\0mp42isom"),
	});
	symlinkSync("/etc/hostname", join(root, "link.png"));
	return join(root, "set.jsonl");
}

const request = (path: string, target: RowTarget, more: Partial<DataRequest> = {}): DataRequest => ({
	paths: [path],
	target,
	out: folderOf(),
	media: "embed",
	...more,
});

/** Rows of every scenario, in the order of its files. */
function rowsIn(out: string): Record<string, readonly Record<string, unknown>[]> {
	const scenarios = existsSync(join(out, "data")) ? readdirSync(join(out, "data")) : [];
	return Object.fromEntries(
		scenarios.map((scenario) => {
			const files = readdirSync(join(out, "data", scenario)).sort();
			const text = files.map((file) => readFileSync(join(out, "data", scenario, file), "utf8")).join("");
			return [
				scenario,
				text
					.split("\n")
					.filter(Boolean)
					.map((line) => JSON.parse(line) as Record<string, unknown>),
			];
		}),
	);
}

test("LLaVA: images and one video under their keys, a placeholder for media without one", async () => {
	const asked = request(setOf(), "llava");
	const { read, written, leftOut } = await writeDataFiles(asked);
	const rows = rowsIn(asked.out);
	expect(rows["single-image"]).toEqual([
		{
			id: "one",
			image: "media/000000/000000-0.png",
			conversations: [
				{ from: "human", value: "<image>What?" },
				{ from: "gpt", value: "Four" },
			],
		},
		expect.objectContaining({
			id: "bare",
			conversations: [
				{ from: "human", value: "<image>Which?" },
				{ from: "gpt", value: "b" },
			],
		}),
	]);
	expect(rows["multi-image"]).toMatchObject([
		{ image: ["media/000000/000001-0.png", "media/000000/000001-1.png"] },
	]);
	expect(rows.video).toMatchObject([
		{ video: "media/000000/000008-0.mp4", conversations: [{ value: "<image>" }, {}] },
	]);
	expect(Object.fromEntries(Object.entries(leftOut).map(([reason, { count }]) => [reason, count]))).toEqual({
		"system-turn": 1,
		"more-placeholders": 1,
		"no-alternation": 1,
		"untrained-turn": 1,
		"missing-media": 1,
		"outside-root": 2,
	});
	expect([read, written]).toEqual([12, 5]);
	expect(readFileSync(join(asked.out, "media/000000/000004-0.png"))).toEqual(png(100, 90, 3000));
});

test.each([
	["ms-swift", 8, ["missing-media", "more-placeholders", "outside-root"]],
	[
		"llama-factory",
		6,
		["missing-media", "more-placeholders", "no-alternation", "outside-root", "untrained-turn"],
	],
	["trl", 6, ["missing-media", "more-placeholders", "no-video", "outside-root", "untrained-turn"]],
] as const)("%s takes %d of the samples, and our reader reads them back", async (target, count, reasons) => {
	const asked = request(setOf(), target, { media: "link" });
	const { written, leftOut, data } = await writeDataFiles(asked);
	expect([written, Object.keys(leftOut).sort()]).toEqual([count, reasons]);
	const { found } = await readAll(join(asked.out, data[0]?.files[0] ?? ""));
	expect(found.map(tell)[0]).toContain("[image]What? | assistant: Four");
	expect(tell(found[0] ?? expect.fail())).toMatch(/image \/.*\/a\.png/);
});

test("media in a shard have no file to link to, and can be taken in", async () => {
	const chat = JSON.stringify({
		conversations: [
			{ from: "human", value: "<image>" },
			{ from: "gpt", value: "A" },
		],
	});
	const path = join(
		folderOf({
			"a.tar": tar([
				{ name: "x.json", content: chat },
				{ name: "x.png", content: png(8, 9) },
			]),
		}),
		"a.tar",
	);
	const linked = await writeDataFiles(request(path, "llava", { media: "link" }));
	expect(linked.leftOut).toMatchObject({ "not-linkable": { count: 1 } });
	const asked = request(path, "llava");
	await writeDataFiles(asked);
	expect(readFileSync(join(asked.out, "media/000000/000000-0.png"))).toEqual(png(8, 9));
});

/** Some fifty samples a part. */
const SMALL = { json: 6000, shard: 6000, rows: 50 };
const LONG = 700;
function longSet(): string {
	const rows = Array.from({ length: LONG }, (_, id) => ({
		id,
		...(id % 3 === 0 ? {} : { images: [id % 7 === 0 ? "none.png" : "a.png"] }),
		messages: [say("user", id % 3 === 0 ? "Hi" : "<image>"), say("assistant", "A")],
	}));
	return join(folderOf({ "set.json": JSON.stringify(rows), "a.png": png(64, 64) }), "set.json");
}

test("shards in any order, and then the whole, hold every sample once", async () => {
	const path = longSet();
	const whole = request(path, "ms-swift", { sizes: SMALL, media: "link" });
	const expected = await writeDataFiles(whole);
	expect(expected.read).toBe(LONG);
	const asked = request(path, "ms-swift", { sizes: SMALL, media: "link" });
	for (const index of [2, 0, 1]) {
		const shard = await writeDataFiles({ ...asked, shard: { index, count: 3 } });
		expect(shard.isComplete).toBe(index === 1);
	}
	const merged = await writeDataFiles(asked);
	expect([merged.resumed, merged.isComplete]).toEqual([LONG, true]);
	expect(merged).toEqual({ ...expected, resumed: LONG });
	expect(rowsIn(asked.out)).toEqual(rowsIn(whole.out));
	await expect(writeDataFiles({ ...asked, media: "embed" })).rejects.toMatchObject({ code: "invalid-input" });
});

test(
	"killed again and again, it goes on and ends as if it had not been",
	async () => {
		const path = longSet();
		const whole = request(path, "ms-swift", { sizes: SMALL });
		await writeDataFiles(whole);
		const asked = request(path, "ms-swift", { sizes: SMALL });
		const run = await bundleProcess("./export-process.ts");
		let kills = 0;
		for (let round = 0; round < KILLS; round++) {
			let samples = 0;
			const isTime = (): boolean => ++samples > 20 + ((37 * round) % 150);
			if ((await run([path, asked.out], isTime)).wasKilled) kills++;
		}
		expect(kills).toBeGreaterThanOrEqual(1);
		const rest = await writeDataFiles(asked);
		expect(rest.read).toBe(LONG);
		expect(rowsIn(asked.out)).toEqual(rowsIn(whole.out));
		expect(readdirSync(join(asked.out, "media")).sort()).toEqual(
			readdirSync(join(whole.out, "media")).sort(),
		);
	},
	KILL_TIMEOUT,
);
