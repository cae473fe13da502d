/** `onevision launch` on a scheduler that loses tasks: a stand-in for sbatch that runs an array one task after another. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

/** Notes its arguments; the second task is lost the first time, with status 0 as Slurm reports it. */
const SBATCH = `#!/bin/bash
echo "sbatch $*" >> "$HERE/calls"
[ "$1" = --wait ] || exit 9
tasks="\${2#--array=}"
for task in $(tr , ' ' <<< "\${tasks%\\%*}"); do
  if [ "$task" = 1 ] && [ ! -e "$HERE/lost" ]; then touch "$HERE/lost"; continue; fi
  SLURM_ARRAY_TASK_ID=$task bash "$3"
done
exit 0
`;
/** Stands for onevision: notes how it is called, and for which attempt. */
const PROGRAM = `echo "$ONEVISION_ATTEMPT: $*" >> "$HERE/calls"
[ ! -e "$HERE/broken" ] || exit 3
`;

let here: string;
const before = { PATH: process.env.PATH, HERE: process.env.HERE };

beforeEach(() => {
	here = mkdtempSync(join(tmpdir(), "onevision-launch-"));
	writeFileSync(join(here, "sbatch"), SBATCH);
	writeFileSync(join(here, "program"), PROGRAM);
	chmodSync(join(here, "sbatch"), 0o755);
	process.env.PATH = `${here}${delimiter}${before.PATH}`;
	process.env.HERE = here;
});
afterEach(() => {
	process.env.PATH = before.PATH;
	if (before.HERE === undefined) delete process.env.HERE;
	else process.env.HERE = before.HERE;
	rmSync(here, { recursive: true });
});

const launch = () =>
	runInMemory(
		[
			...[
				"launch",
				"--on",
				"slurm",
				"--shards",
				"3",
				"--at-once",
				"2",
				"--program",
				`bash ${join(here, "program")}`,
			],
			...["--", "profile", "my set.json", "--out", "out"],
		],
		{ cwd: here },
	);
const calls = () => readFileSync(join(here, "calls"), "utf8").trim().split("\n");
const shard = (index: number) =>
	`${index}-0: profile my set.json --out out/launch/shards/${index} --shard ${index}/3`;
const merge = ": profile merge out/launch/shards/0 out/launch/shards/1 out/launch/shards/2 --out out";

test("a lost task is submitted again by itself, then the shards are merged; done once, done for good", async () => {
	const { status, err } = await launch();
	expect([status, err]).toEqual([0, "3 of 3 shards on slurm\n1 of 3 shards on slurm\n"]);
	const script = "out/launch/shards.sh";
	expect(calls()).toEqual([
		`sbatch --wait --array=0,1,2%2 ${script}`,
		...[shard(0), shard(2)],
		`sbatch --wait --array=1%2 ${script}`,
		...[shard(1), merge],
	]);
	expect((await launch()).status).toBe(0);
	expect(calls().slice(6)).toEqual([merge]);
});

test("shards that fail in every round are named, and the same command goes on with them", async () => {
	writeFileSync(join(here, "broken"), "");
	const { status, err } = await launch();
	expect(status).toBe(1);
	expect(err).toContain("3 of 3 shards did not finish (0, 1, 2); their logs are in out/launch");
	rmSync(join(here, "broken"));
	expect((await launch()).status).toBe(0);
	expect(calls().at(-1)).toBe(merge);
});
