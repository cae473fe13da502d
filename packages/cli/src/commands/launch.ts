/** `onevision launch`: runs a command's shards on a cluster, again where they were lost, and puts them together. */

import { spawn } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import {
	type Jobs,
	jobsOf,
	MAX_ARRAY,
	markerOf,
	rayDriver,
	sbatchArguments,
	slurmScript,
} from "@onevision/data";
import { EXIT } from "../exit.ts";
import { parseWhole } from "../input/numbers.ts";
import { writeOutput } from "../output/place.ts";
import type { Terminal } from "../terminal.ts";

export interface LaunchOptions {
	readonly on: "slurm" | "ray";
	readonly shards: string;
	readonly atOnce?: string;
	readonly sbatch: readonly string[];
	readonly cpus?: string;
	readonly rounds?: string;
	readonly program?: string;
	readonly dryRun?: boolean;
}

/** A cluster: the script for all shards, and the command that runs some of them. */
interface Cluster {
	readonly script: (jobs: Jobs, program: readonly string[]) => string;
	readonly name: string;
	readonly command: (script: string, shards: readonly number[]) => readonly [string, ...string[]];
}

/** Times that lost shards are submitted again. */
const ROUNDS = 3;

/** Exits with the status of the last step, or 1 if shards are missing. */
export async function launch(
	terminal: Terminal,
	args: readonly string[],
	options: LaunchOptions,
): Promise<number> {
	const max = options.on === "slurm" ? MAX_ARRAY : 100_000;
	const shards = parseWhole("--shards", options.shards, { max });
	const jobs = jobsOf(args, shards);
	const cluster = clusterOf(terminal, options);
	const program = options.program?.split(" ") ?? [process.execPath, process.argv[1] ?? "onevision"];
	const script = cluster.script(jobs, program);
	const path = join(jobs.folder, cluster.name);
	const all = Array.from({ length: shards }, (_, shard) => shard);
	if (options.dryRun === true) {
		const finish = [...program, ...jobs.finishArgs].join(" ");
		await terminal.out(`${script}\n# ${cluster.command(path, all).join(" ")}\n# ${finish}\n`);
		return EXIT.done;
	}
	await mkdir(resolve(terminal.cwd, jobs.folder), { recursive: true });
	await writeOutput(terminal, path, [new TextEncoder().encode(script)]);
	const rounds = options.rounds === undefined ? ROUNDS : parseWhole("--rounds", options.rounds, { max: 100 });
	let missing = await missingOf(terminal, jobs, all);
	for (let round = 0; round < rounds && missing.length > 0; round++) {
		terminal.err(`${missing.length} of ${shards} shards on ${options.on}\n`);
		await run(terminal, cluster.command(path, missing));
		// Markers decide, not the exit status: a task of a lost node ends with 0.
		missing = await missingOf(terminal, jobs, missing);
	}
	if (missing.length > 0) {
		throw new OnevisionError(
			"runtime",
			`${missing.length} of ${shards} shards did not finish (${missing.slice(0, 8).join(", ")}); their logs are in ${jobs.folder}; run the same command again to go on`,
		);
	}
	const [command = "", ...rest] = [...program, ...jobs.finishArgs];
	return (await run(terminal, [command, ...rest])) === 0 ? EXIT.done : EXIT.error;
}

function clusterOf({ cwd }: Terminal, { on, atOnce, sbatch, cpus }: LaunchOptions): Cluster {
	if (on === "slurm") {
		const most = atOnce === undefined ? undefined : parseWhole("--at-once", atOnce);
		return {
			name: "shards.sh",
			script: (jobs, program) => slurmScript(jobs, program, { cwd, options: sbatch }),
			command: (script, shards) => ["sbatch", ...sbatchArguments(script, shards, most)],
		};
	}
	return {
		name: "shards.py",
		script: (jobs, program) =>
			rayDriver(jobs, program, { cwd, cpus: cpus === undefined ? 1 : parseWhole("--cpus", cpus) }),
		command: (script, shards) => ["python3", script, ...shards.map(String)],
	};
}

async function missingOf(terminal: Terminal, jobs: Jobs, shards: readonly number[]): Promise<number[]> {
	const missing: number[] = [];
	for (const shard of shards) {
		const isDone = await access(resolve(terminal.cwd, markerOf(jobs, shard))).then(
			() => true,
			() => false,
		);
		if (!isDone) missing.push(shard);
	}
	return missing;
}

/** Runs a program to its end, its output being ours; returns its status. Throws `runtime` if it cannot be started. */
async function run(terminal: Terminal, [command, ...args]: readonly [string, ...string[]]): Promise<number> {
	const child = spawn(command, args, { cwd: terminal.cwd, stdio: ["ignore", "pipe", "pipe"] });
	child.stdout.setEncoding("utf8").on("data", (text: string) => void terminal.out(text));
	child.stderr.setEncoding("utf8").on("data", (text: string) => terminal.err(text));
	return new Promise((done, fail) => {
		child.once("error", () =>
			fail(new OnevisionError("runtime", `${command}: cannot be started; is it installed?`)),
		);
		child.once("close", (status) => done(status ?? 1));
	});
}
