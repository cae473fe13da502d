/**
 * The folder of a run. Whatever is appended while it trains is cut back to the last checkpoint when it resumes, so that a
 * run that was killed leaves the files of one that was not.
 *
 *     run.json                     configuration, seed, versions
 *     metrics.jsonl                a line an update
 *     evaluations.jsonl            scores after each stage, by split
 *     predictions.jsonl            some questions with what was answered, after each stage
 *     checkpoints/STAGE.safetensors
 *     model/                       the trained model, as a Hugging Face snapshot
 */

import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import type { TaskScore } from "../evaluate/evaluate.ts";
import type { ModelSize } from "../model/snapshot.ts";
import type { TaskId } from "../tasks/index.ts";
import type { SceneRules, Split } from "../tasks/scenes.ts";
import type { BatchRules, StageSpec } from "./stage.ts";

/** Everything a run's bits depend on. */
export interface RunConfig {
	readonly format: "onevision-lab-1";
	readonly seed: number;
	readonly model: ModelSize;
	readonly tasks: readonly TaskId[];
	readonly questions: number;
	readonly rules: SceneRules;
	readonly batches: BatchRules;
	readonly stages: readonly StageSpec[];
	/** Samples of each scenario that are scored after each stage. */
	readonly evaluationSamples: number;
}

export interface MetricsLine {
	readonly stage: string;
	readonly step: number;
	readonly steps: number;
	/** Before the update. */
	readonly loss: number;
	readonly gradientNorm: number;
	readonly learningRates: Readonly<Record<string, number>>;
}

export interface EvaluationLine {
	readonly stage: string;
	readonly split: Split;
	readonly scores: readonly TaskScore[];
}

export interface PredictionLine {
	readonly stage: string;
	readonly split: Split;
	readonly task: TaskId;
	/** Sample of its scenario in the stream of evaluation. */
	readonly index: number;
	readonly question: string;
	readonly answer: string;
	readonly predicted: string;
}

export interface RunFolder {
	readonly path: string;
	readonly config: RunConfig;
	readonly versions: Readonly<Record<string, string>>;
	readonly metrics: readonly MetricsLine[];
	readonly evaluations: readonly EvaluationLine[];
	readonly predictions: readonly PredictionLine[];
}

const FILES = {
	run: "run.json",
	metrics: "metrics.jsonl",
	evaluations: "evaluations.jsonl",
	predictions: "predictions.jsonl",
} as const;
export type LineFile = Exclude<keyof typeof FILES, "run">;

export function checkpointPath(folder: string, stage: string): string {
	return join(folder, "checkpoints", `${stage}.safetensors`);
}

/**
 * Opens the folder of a run, or makes it. Throws `invalid-input` when it holds a run of another configuration, naming the
 * first key that differs.
 */
export async function openRunFolder(
	path: string,
	config: RunConfig,
	versions: Readonly<Record<string, string>>,
): Promise<void> {
	await mkdir(join(path, "checkpoints"), { recursive: true });
	const file = join(path, FILES.run);
	const written = await readFile(file, "utf8").catch(() => undefined);
	if (written === undefined) {
		await writeText(file, `${JSON.stringify({ ...config, versions }, null, 2)}\n`);
		return;
	}
	const found = parsed(file, written);
	for (const [key, value] of Object.entries(config)) {
		if (JSON.stringify(found[key]) === JSON.stringify(value)) continue;
		throw new OnevisionError(
			"invalid-input",
			`${path}: holds a run with other ${key}; give the options it was started with to resume it, or another --out`,
		);
	}
}

/** Reads a run. Throws `unreadable-file` when the folder holds none, or a damaged one. */
export async function readRunFolder(path: string): Promise<RunFolder> {
	const file = join(path, FILES.run);
	const written = await readFile(file, "utf8").catch(() => undefined);
	if (written === undefined) {
		throw new OnevisionError(
			"unreadable-file",
			`${path}: has no ${FILES.run}; give the folder of a run that onevision lab train made`,
		);
	}
	const { versions = {}, ...config } = parsed(file, written);
	if (config.format !== "onevision-lab-1") {
		throw new OnevisionError("unreadable-file", `${file}: not a run of this version of the lab`);
	}
	return {
		path,
		config: config as unknown as RunConfig,
		versions: versions as RunFolder["versions"],
		metrics: await readLines(path, "metrics"),
		evaluations: await readLines(path, "evaluations"),
		predictions: await readLines(path, "predictions"),
	};
}

/** The lines of a file; none where there is no file. A last line without an end was cut by a kill and is left out. */
export async function readLines<T>(path: string, name: LineFile): Promise<T[]> {
	const file = join(path, FILES[name]);
	const written = await readFile(file, "utf8").catch(() => "");
	const whole = written.slice(0, written.lastIndexOf("\n") + 1);
	return whole
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => parsed(file, line) as T);
}

export async function appendLines(path: string, name: LineFile, lines: readonly object[]): Promise<void> {
	await appendFile(join(path, FILES[name]), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

/** Replaces a file by the lines that `keeps` holds for. */
export async function cutLines<T extends object>(
	path: string,
	name: LineFile,
	keeps: (line: T) => boolean,
): Promise<void> {
	const lines = (await readLines<T>(path, name)).filter(keeps);
	await writeText(join(path, FILES[name]), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

async function writeText(path: string, written: string): Promise<void> {
	await writeAtomically(path, [new TextEncoder().encode(written)]);
}

function parsed(file: string, written: string): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(written);
		if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
	} catch {
		// Told below.
	}
	throw new OnevisionError("unreadable-file", `${file}: damaged; it is not JSON`);
}
