/** Results of an experiment: one JSON line for each run, appended as runs end, so that a stopped experiment goes on. */

import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import type { TaskScore } from "../evaluate/evaluate.ts";

export interface RunResult {
	readonly arm: string;
	readonly seed: number;
	/** Updates of each stage, and the shares of tokens and views that samples filled. */
	readonly stages: readonly {
		readonly steps: number;
		readonly fill: { readonly tokens: number; readonly views: number };
	}[];
	/** CPU seconds of training: the machine may be shared, so wall time says little. */
	readonly cpuSeconds: number;
	/** Mean loss of every 20 updates, through all stages. */
	readonly losses: readonly number[];
	/** By evaluation. */
	readonly scores: Readonly<Record<string, readonly StoredScore[]>>;
	readonly versions: Readonly<Record<string, string>>;
}

/** Numbers with four digits behind the point. */
export type StoredScore = Omit<TaskScore, "floors"> & { readonly floor: number };

const RESULTS = "results.jsonl";

/** Every run that is stored; none where there is no file. Throws `unreadable-file` for a line that is no result. */
export async function readResults(folder: string): Promise<readonly RunResult[]> {
	const path = join(folder, RESULTS);
	const written = await readFile(path, "utf8").catch(() => "");
	return parseResults(written, path);
}

function parseResults(written: string, path: string): readonly RunResult[] {
	return written
		.split("\n")
		.filter((line) => line !== "")
		.map((line, index) => {
			try {
				return JSON.parse(line) as RunResult;
			} catch {
				throw new OnevisionError(
					"unreadable-file",
					`${path}: line ${index + 1} is not JSON; delete it and run again`,
				);
			}
		});
}

export async function appendResult(folder: string, result: RunResult): Promise<void> {
	await appendFile(join(folder, RESULTS), `${JSON.stringify(result)}\n`);
}
