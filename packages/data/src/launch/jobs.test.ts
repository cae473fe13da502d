/** Scripts for clusters: whole, quoted, and with the shard's number where it belongs. */

import { expect, test } from "vitest";
import { jobsOf } from "./jobs.ts";
import { rayDriver } from "./ray.ts";
import { sbatchArguments, slurmScript } from "./slurm.ts";

const PROFILE = ["profile", "my data.json", "--out", "out dir", "--model", "qwen2.5-vl-7b"];

test("shards of a profile have folders of their own, which are merged", () => {
	expect(jobsOf(PROFILE, 2)).toEqual({
		folder: "out dir/launch",
		shards: 2,
		shardArgs: [
			...["profile", "my data.json", "--out", "out dir/launch/shards/{shard}", "--model", "qwen2.5-vl-7b"],
			...["--shard", "{shard}/2"],
		],
		finishArgs: [
			"profile",
			"merge",
			"out dir/launch/shards/0",
			"out dir/launch/shards/1",
			"--out",
			"out dir",
		],
	});
	const exported = jobsOf(["export", "packs", "--to", "energon", "--out", "o"], 3);
	expect([exported.shardArgs, exported.finishArgs]).toEqual([
		["export", "packs", "--to", "energon", "--out", "o", "--shard", "{shard}/3"],
		["export", "packs", "--to", "energon", "--out", "o"],
	]);
});

test.each([
	[["count", "a.jpg"], "expected profile, pack, export"],
	[["profile", "a.json"], "its --out"],
	[["profile", "a.json", "--out", "o", "--shard", "0/2"], "leave --shard out"],
])("%j is refused", (args, message) => {
	expect(() => jobsOf(args, 2)).toThrow(message);
});

test("Slurm: an array that is requeued, temporary files by restart, a marker renamed into place", async () => {
	const script = slurmScript(jobsOf(PROFILE, 64), ["node", "/opt/it's/onevision.js"], {
		cwd: "/data",
		options: ["--partition=cpu"],
	});
	await expect(script).toMatchFileSnapshot("goldens/slurm.sh");
	expect(sbatchArguments("a.sh", [0, 1, 5], 2)).toEqual(["--wait", "--array=0,1,5%2", "a.sh"]);
});

test("Ray: a driver whose tasks are retried when they are killed", async () => {
	const driver = rayDriver(jobsOf(PROFILE, 64), ["onevision"], { cwd: "/data", cpus: 4 });
	await expect(driver).toMatchFileSnapshot("goldens/ray.py");
});
