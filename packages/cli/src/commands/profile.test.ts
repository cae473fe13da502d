/** `onevision profile` on the example set: its output for people and machines, what it stores, and what it rejects. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "onevision-profile-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SET = ["profile", "examples/sets/llava.json", "--root", "examples/media"];
const run = (...more: readonly string[]) => runInMemory([...SET, ...more], { cwd: root });

test("a summary with mix, lengths, cuts, left-out samples and findings, paths as seen from here", async () => {
	const { status, out, err } = await run("--max-length", "4k");
	expect([status, err]).toEqual([0, ""]);
	expect(out).toContain("8 samples: 6 profiled, 2 left out");
	expect(out).toMatch(/^4,000 +4 /m);
	expect(out).toMatch(/^1 missing-media, e\.g\. examples\/sets\/llava\.json, byte \d+:/m);
	expect(out).toMatch(
		/^1 placeholders-differ, e\.g\. examples\/sets\/llava\.json, byte \d+: 1 image,\s+0\s+<image>\s+in\s+the\s+text$/m,
	);
	expect(out).not.toContain(root);
});

test("JSON holds the numbers, --out the tables, and a second run reads them", async () => {
	const out = join(folder, "profile");
	const first = JSON.parse((await run("--out", out, "--json")).out) as Record<string, unknown>;
	expect(first).toMatchObject({ samples: 8, profiled: 6, leftOut: 2, resumedSamples: 0 });
	expect(readdirSync(join(out, "parts")).sort()).toEqual(["media-000000.parquet", "samples-000000.parquet"]);
	const again = JSON.parse((await run("--out", out, "--json", "--budget", "3500")).out) as Record<
		string,
		unknown
	>;
	expect(again).toMatchObject({ samples: 8, resumedSamples: 8, budget: { over: 4 } });
	const other = await run("--out", out, "--set", "anyres_max=4");
	expect([other.status, other.err]).toEqual([
		1,
		expect.stringContaining("profile of other data, settings or options"),
	]);
});

test("a stored profile is shown again without its data; shards merge into it", async () => {
	const whole = join(folder, "whole");
	const { out } = await run("--out", whole);
	const again = await runInMemory(["profile", whole, "--max-length", "4k,6k"], { cwd: root });
	expect([again.status, again.err]).toEqual([0, ""]);
	expect(again.out).toMatch(/^4,000 .*\n6,000 /m);
	const fixed = await runInMemory(["profile", whole, "--seed", "1"], { cwd: root });
	expect([fixed.status, fixed.err]).toEqual([1, expect.stringContaining("which --seed cannot change")]);
	const shards = ["0", "1"].map((index) => join(folder, `shard-${index}`));
	for (const [index, shard] of shards.entries()) {
		const { status } = await run("--shard", `${index}/2`, "--out", shard, "--threads", "1");
		expect(status).toBe(0);
	}
	const merged = await runInMemory(["profile", "merge", ...shards, "--out", join(folder, "merged")], {
		cwd: root,
	});
	const sums = (text: string) => text.slice(0, text.indexOf("note:")).replace(/;.*earlier run/, "");
	expect([merged.status, sums(merged.out)]).toEqual([0, sums(out)]);
	expect((await run("--shard", "0/2")).err).toContain("--shard: needs --out");
	expect((await run("--shard", "2/2", "--out", whole)).err).toContain("expected i/n");
});

test("--compare says what changed since a stored profile, and what else differs", async () => {
	const before = join(folder, "before");
	await run("--out", before);
	const same = await runInMemory(["profile", before, "--compare", before], { cwd: root });
	expect([same.status, same.out]).toEqual([0, expect.stringContaining("nothing changed")]);
	const { out } = await run("--set", "anyres_max=4", "--compare", before);
	expect(out).toContain("note: not only the data differ, but also: settings");
	expect(out).toMatch(/^single-image +visual tokens, p50 +7,269 +→ [\d,]+ +−\d+ %$/m);
	for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
	writeFileSync(
		join(folder, "text.json"),
		JSON.stringify([{ conversations: [{ from: "human", value: "Hi" }] }]),
	);
	const set = join(folder, "text.json");
	const text = JSON.parse(
		(await runInMemory(["profile", set, "--compare", before, "--json"], { cwd: root })).out,
	);
	expect(text.changes).toContainEqual(
		expect.objectContaining({ section: "mix", of: "video", what: "samples", before: 1, after: 0 }),
	);
	expect(text.changes).toContainEqual(
		expect.objectContaining({ section: "left out", of: "missing-media", before: 1, after: 0 }),
	);
	expect((await run("--compare", folder)).err).toContain("no profile there");
});

test("a stored profile answers SQL as a table, JSON and CSV", async () => {
	const stored = join(folder, "asked");
	await run("--out", stored);
	const ask = async (sql: string, ...more: readonly string[]) => {
		const { status, out, err } = await runInMemory(["profile", "query", stored, sql, ...more], { cwd: root });
		expect([status, err]).toEqual([0, ""]);
		return out;
	};
	const sql =
		"select scenario, count(*) n, any_value('a, \"b\"') q from samples where left_out is null group by 1 order by 2 desc, 1 limit 2";
	expect(await ask(sql)).toBe('scenario      n  q\nsingle-image  3  a, "b"\nmulti-image   1  a, "b"\n');
	expect(JSON.parse(await ask(sql, "--json"))).toEqual([
		{ scenario: "single-image", n: 3, q: 'a, "b"' },
		{ scenario: "multi-image", n: 1, q: 'a, "b"' },
	]);
	expect(await ask(sql, "--csv")).toBe(
		'scenario,n,q\r\nsingle-image,3,"a, ""b"""\r\nmulti-image,1,"a, ""b"""\r\n',
	);
	expect((await ask("select * from range(1500)")).split("\n").at(-2)).toBe(
		"… 500 more rows; --csv prints all",
	);
	const wrong = await runInMemory(["profile", "query", stored, "drop view samples"], { cwd: root });
	expect([wrong.status, wrong.err]).toEqual([
		1,
		"onevision: query: expected one SELECT; a profile is only read\n",
	]);
});

test.each([
	[["--format", "lava"], "did you mean llava?"],
	[["--max-length", "x"], "--max-length x"],
	[["-m", "gpt-4o"], "closed model"],
	[["--tokenizer", "examples/sets"], "--tokenizer examples/sets: no tokenizer.json there"],
])("%j is refused in one line", async (more, message) => {
	const { status, err } = await run(...more);
	expect([status, err.trimEnd().split("\n").length]).toEqual([1, 1]);
	expect(err).toContain(message);
});

test("a set without samples, and one of which none can be profiled", async () => {
	writeFileSync(join(folder, "none.json"), "[]");
	writeFileSync(join(folder, "lost.jsonl"), '{"id":1,"image":"none.png","conversations":[]}\n');
	const none = await runInMemory(["profile", "none.json", "--format", "llava"], { cwd: folder });
	expect([none.status, none.err]).toEqual([1, expect.stringContaining("no samples")]);
	const lost = await runInMemory(["profile", "lost.jsonl"], { cwd: folder });
	expect([lost.status, lost.out]).toEqual([1, expect.stringContaining("1 samples: 0 profiled, 1 left out")]);
});
