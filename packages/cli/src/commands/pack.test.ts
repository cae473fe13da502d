/** `onevision pack` on the example set: its output for people and machines, what it stores, and what it rejects. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "onevision-pack-"));
const run = (...args: readonly string[]) => runInMemory(["pack", "profile", ...args], { cwd: folder });

beforeAll(async () => {
	const set = ["examples/sets/llava.json", "--root", "examples/media"];
	await runInMemory(["profile", ...set, "--out", join(folder, "profile")], { cwd: root });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test("where samples went, how full packs are, what that saves, and the packs drawn", async () => {
	const { status, out, err } = await run("--capacity", "8k", "--capacity", "7k", "--ranks", "2", "--explain");
	expect([status, err]).toEqual([0, ""]);
	expect(out).toContain("profile packed by tokens into 7,000, 8,000, seed 0");
	expect(out).toMatch(/^6 samples: 5 whole, 1 left out$/m);
	expect(out).toMatch(/^ +7,000 +3 +13,575 +64\.6 %$/m);
	expect(out).toMatch(/^packed, balanced +\d+\.\d %/m);
	expect(out).toMatch(/^pack 0 {2}step 0, rank [01] {2}/m);
	expect(out).toMatch(/^ {2}█+·+$/m);
	expect(out.split("\n").every((line) => line.length <= 80)).toBe(true);
});

test("JSON holds the numbers, --out the manifest", async () => {
	const { out } = await run(
		"--capacity",
		"10k",
		"--out",
		"packs",
		"--format",
		"jsonl",
		"--json",
		"--explain",
		"1",
	);
	expect(JSON.parse(out)).toMatchObject({
		totals: { samples: 6, whole: 6, packs: 4, leftOut: {} },
		isComplete: true,
		written: { now: 1, before: 0 },
		explained: [{ id: 0, capacity: 10_000 }],
	});
	expect(readdirSync(join(folder, "packs")).sort()).toEqual([
		...["left-out.jsonl", "manifest.json", "packs-000000.jsonl", "request.json"],
	]);
	const again = await run("--capacity", "10k", "--out", "packs", "--format", "jsonl");
	expect(again.out).toContain("wrote 0 of 1 parts to packs, 1 were there");
	const shard = await run("--capacity", "8k", "--out", "part", "--shard", "1/2");
	expect(shard.out.replaceAll(/\s+/g, " ")).toContain("complete once the other shards are written");
});

test.each([
	[[], "--capacity names the tokens"],
	[["--capacity", "0"], "--capacity 0: expected a whole number"],
	[["--capacity", "8k", "--over-length", "cut"], "--over-length: expected one of leave-out, truncate, split"],
	[["--capacity", "8k", "--by", "bytes"], "--by: expected one of tokens"],
	[["--capacity", "8k", "--micro-batch", "2"], "--micro-batch needs --ranks"],
	[["--capacity", "8k", "--shard", "2/2", "--out", "x"], "--shard 2/2: expected i/n"],
	[["--capacity", "8k", "--shard", "0/2"], "--out names the folder"],
	[["--capacity", "8k", "-m", "gpt-4o"], "closed model"],
])("%j is refused in one line", async (args, message) => {
	const { status, err } = await run(...args);
	expect([status, err.trimEnd().split("\n").length]).toEqual([1, 1]);
	expect(err).toContain(message);
});

test("nothing that fits, and no profile", async () => {
	const none = await run("--capacity", "10");
	expect([none.status, none.err]).toEqual([1, ""]);
	expect(none.out).toContain("6 over-capacity");
	const { status, err } = await runInMemory(["pack", "nowhere", "--capacity", "8k"], { cwd: folder });
	expect([status, err]).toEqual([1, expect.stringContaining("holds no profile")]);
});
