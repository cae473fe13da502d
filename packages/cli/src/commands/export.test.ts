/** `onevision export`: what it prints and writes, for each target, and what it refuses. */

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PACK_TARGETS, PLAN_TARGETS } from "@onevision/data";
import { afterAll, expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "onevision-export-"));
afterAll(() => rmSync(folder, { recursive: true }));

const REQUEST = "examples/request.yaml";
const DATA = ["--data", "examples/sets/llava.json", "--root", "examples/media"];
const run = (...args: readonly string[]) => runInMemory(["export", ...args], { cwd: root });

test("the help names every target", async () => {
	const { out } = await run("--help");
	for (const target of Object.keys({ ...PLAN_TARGETS, ...PACK_TARGETS })) expect(out).toContain(target);
});

test("a request is planned and its files printed, or written with what they cannot say", async () => {
	const printed = await run(REQUEST, "--to", "vllm");
	expect([printed.status, printed.out]).toEqual([0, expect.stringContaining("==> serve.sh <==")]);
	const out = join(folder, "vllm");
	const written = await run(REQUEST, "--to", "vllm", "--out", out);
	expect(written.out).toContain("note: no argument sets anyres_max 3");
	expect(statSync(join(out, "serve.sh")).mode & 0o111).toBe(0o111);
	expect(readFileSync(join(out, "README.md"), "utf8")).toContain("anyres_max 3");
});

test("data go with the stages: each sample written or left out, and said", async () => {
	const out = join(folder, "swift");
	const { status, out: text } = await run(
		REQUEST,
		"--to",
		"ms-swift",
		...DATA,
		"--media",
		"embed",
		"--out",
		out,
	);
	expect([status, text]).toEqual([
		0,
		expect.stringMatching(/8 samples: 3 single-image, 1 multi-image, 1 video, 1\s+text, 2 left out/),
	]);
	expect(readFileSync(join(out, "1-task-transfer.yaml"), "utf8")).toContain("- data/video/000000.jsonl");
	expect(existsSync(join(out, "media/000000/000003-0.mp4"))).toBe(true);
	const shard = join(folder, "shards");
	const part = await run(REQUEST, "--to", "ms-swift", ...DATA, "--out", shard, "--shard", "1/2");
	expect([part.status, part.err, existsSync(join(shard, "README.md"))]).toEqual([
		0,
		expect.stringContaining("once more without --shard"),
		false,
	]);
});

test("packs become shards with their metadata", async () => {
	const [profile, packs, out] = ["profile", "packs", "energon"].map((name) => join(folder, name)) as [
		string,
		string,
		string,
	];
	const set = ["examples/sets/llava.json", "--root", "examples/media"];
	await runInMemory(["profile", ...set, "--out", profile], { cwd: root });
	await runInMemory(["pack", profile, "--capacity", "9000", "--out", packs], { cwd: root });
	const { status, out: text } = await run(packs, "--to", "energon", "--root", "examples/media", "--out", out);
	expect([status, text]).toEqual([0, expect.stringContaining("5 samples, 1 left out")]);
	expect(existsSync(join(out, "packs-000000.tar.idx"))).toBe(true);
	expect(readFileSync(join(out, ".nv-meta/split.yaml"), "utf8")).toContain("- packs-000000.tar");
});

test.each([
	[[REQUEST, "--to", "vlm"], "did you mean vllm?"],
	[["none.json", "--to", "vllm"], "no such file"],
	[[REQUEST, "--to", "trl", "--split", "1/1/1"], "--split says how packs are exported"],
	[["examples", "--to", "energon"], "needs --out"],
	[["examples", "--to", "energon", "--out", join(folder, "y")], "no manifest.json"],
	[["examples", "--to", "energon", "--out", join(folder, "y"), "--split", "1/1"], "such as 98/1/1"],
	[[REQUEST, "--to", "vllm", ...DATA, "--out", folder], "vllm takes no data"],
	[[REQUEST, "--to", "trl", ...DATA], "--data needs --out"],
	[[REQUEST, "--to", "trl", "--media", "link"], "--media says how --data is exported"],
	[[REQUEST, "--to", "trl", ...DATA, "--out", join(folder, "x"), "--shard", "2/2"], "--shard 2/2"],
	[[REQUEST, "--to", "transformers", "--config", "examples"], "none of config.json"],
])("%j is refused in one line", async (args, message) => {
	const { status, err } = await run(...args);
	expect([status, err.trimEnd().split("\n").length]).toEqual([1, 1]);
	expect(err).toContain(message);
});
