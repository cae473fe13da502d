/**
 * Slurm: an array job with requeueing. Written for 22.05 and later: a requeued task keeps its id and counts its restarts,
 * and the copy on a node that was lost may run on beside it, so temporary files carry the restart and markers are renamed
 * into place.
 */

import { shellWord } from "../export/shell.ts";
import { type Jobs, SHARD } from "./jobs.ts";

/** Slurm's default limit of array indexes (MaxArraySize). */
export const MAX_ARRAY = 1000;

/** The batch script of the shards. `program` runs onevision; `options` are lines for sbatch, such as `--partition=cpu`. */
export function slurmScript(
	jobs: Jobs,
	program: readonly string[],
	{ cwd, options }: { readonly cwd: string; readonly options: readonly string[] },
): string {
	const words = [...program, ...jobs.shardArgs].map((word) =>
		word.includes(SHARD) ? `"${escaped(word).replaceAll(SHARD, "$shard")}"` : shellWord(word),
	);
	const directives = [
		"--job-name=onevision",
		"--requeue",
		"--open-mode=append",
		`--chdir="${cwd}"`,
		`--output="${jobs.folder}/%a.log"`,
		...options,
	];
	return `#!/bin/bash
${directives.map((line) => `#SBATCH ${line}`).join("\n")}
set -e
shard=$SLURM_ARRAY_TASK_ID
marker=${shellWord(jobs.folder)}/done-$shard
if [ -e "$marker" ]; then exit 0; fi
export ONEVISION_ATTEMPT="$shard-\${SLURM_RESTART_COUNT:-0}"
${words.join(" ")}
touch "$marker.$ONEVISION_ATTEMPT"
mv "$marker.$ONEVISION_ATTEMPT" "$marker"
`;
}

function escaped(word: string): string {
	return word.replaceAll(/["$\\`]/g, "\\$&");
}

/** Arguments of sbatch for these shards: it waits until all have ended. */
export function sbatchArguments(
	script: string,
	shards: readonly number[],
	atOnce: number | undefined,
): string[] {
	return ["--wait", `--array=${shards.join(",")}${atOnce === undefined ? "" : `%${atOnce}`}`, script];
}
