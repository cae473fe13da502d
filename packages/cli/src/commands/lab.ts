/** `onevision lab`: tasks, training runs, their report, and experiments. */

import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { formatInteger, formatPercent, OnevisionError } from "@onevision/base";
import {
	type EvaluationLine,
	experimentPage,
	floorsOfTasks,
	labModel,
	planStages,
	type RunConfig,
	readCurriculum,
	readExperiment,
	readResults,
	readRunFolder,
	runExperiment,
	runReport,
	SCENE_RULES,
	type StageSpec,
	type StageStep,
	TASK_IDS,
	TINY,
	taskNamed,
	trainCurriculum,
	vocabularyOfTasks,
} from "@onevision/lab";
import { EXIT } from "../exit.ts";
import { parseNumber, parseWhole } from "../input/numbers.ts";
import { assertFilePlace, assertFolderPlace, writeOutput } from "../output/place.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

interface TasksCommand {
	readonly samples: string;
	readonly json?: boolean;
}

export async function listTasks(terminal: Terminal, command: TasksCommand): Promise<number> {
	const samples = parseWhole("--samples", command.samples, { max: 1e6 });
	const tasks = floorsOfTasks(samples);
	if (command.json === true) {
		await terminal.out(`${JSON.stringify(tasks, null, 2)}\n`);
		return EXIT.done;
	}
	const lines = table(
		[
			{ title: "task" },
			{ title: "such as" },
			{ title: "majority", align: "right" },
			{ title: "text", align: "right" },
			{ title: "visible", align: "right" },
		],
		tasks.map(({ task, example, floors }) => [
			task,
			`${example.text} → ${example.answer}`,
			formatPercent(floors.majority),
			formatPercent(floors.textOnly),
			formatPercent(floors.visible),
		]),
	);
	const about =
		"right without seeing: the most common answer; the most common to each text; one of those in sight";
	await terminal.out(`${lines.join("\n")}\n\n${about}\n`);
	return EXIT.done;
}

export interface TrainCommand {
	readonly out?: string;
	readonly samples?: string;
	readonly learningRate?: string;
	readonly seed: string;
	readonly tasks?: string;
	readonly cells: string;
	readonly packs: string;
	readonly capacity: string;
	readonly arrangement: "packed" | "padded";
	readonly evaluate: string;
	readonly threads: string;
	readonly check?: boolean;
	readonly json?: boolean;
}

const DEFAULT_SAMPLES = "12000";

export async function trainLab(
	terminal: Terminal,
	curriculum: string,
	command: TrainCommand,
): Promise<number> {
	const config = await configOf(terminal, curriculum, command);
	if (command.check === true) return printPlanned(terminal, config, command.json === true);
	if (command.out === undefined) {
		throw new OnevisionError("invalid-input", "lab train: give --out, the folder of the run, or --check");
	}
	await assertFolderPlace(terminal, command.out);
	const progress = trainingProgress(terminal);
	await trainCurriculum({
		folder: resolve(terminal.cwd, command.out),
		config,
		threads: parseWhole("--threads", command.threads, { max: 256 }),
		onStep: progress.step,
		onEvaluation: progress.evaluation,
	});
	const { evaluations } = await readRunFolder(resolve(terminal.cwd, command.out));
	const last = config.stages.at(-1)?.name;
	const final = evaluations.filter(({ stage }) => stage === last);
	if (command.json === true) {
		await terminal.out(`${JSON.stringify(final, null, 2)}\n`);
		return EXIT.done;
	}
	await terminal.out(`${scoreLines(final).join("\n")}\n\n`);
	await terminal.out(`onevision run IMAGE "how many red" -m ${join(command.out, "model")}\n`);
	return EXIT.done;
}

async function configOf(terminal: Terminal, curriculum: string, command: TrainCommand): Promise<RunConfig> {
	const written = await readFile(resolve(terminal.cwd, curriculum), "utf8").catch(() => undefined);
	if (written === undefined) {
		throw new OnevisionError(
			"unreadable-file",
			`${curriculum}: cannot be read; onevision plan --out FOLDER writes a curriculum.yaml`,
		);
	}
	const { learningRate } = command;
	const samples = parseWhole("--samples", command.samples ?? DEFAULT_SAMPLES, { max: 1e9 });
	const rate =
		learningRate === undefined || learningRate === "plan"
			? learningRate
			: parseNumber("--learning-rate", learningRate, { min: 0, max: 1 });
	const stages = readCurriculum(written, curriculum, {
		samples,
		...(rate === undefined ? {} : { learningRate: rate }),
	});
	const cells = parseWhole("--cells", command.cells, { min: 2, max: 4 });
	return {
		format: "onevision-lab-1",
		seed: parseWhole("--seed", command.seed, { min: 0, max: 2 ** 31 - 1 }),
		model: TINY,
		tasks: command.tasks === undefined ? TASK_IDS : command.tasks.split(",").map(taskNamed),
		questions: 4,
		rules: { ...SCENE_RULES, cells: { ...SCENE_RULES.cells, single: cells } },
		batches: {
			packs: parseWhole("--packs", command.packs, { max: 4096 }),
			capacity: parseWhole("--capacity", command.capacity, { min: 16, max: 65_536 }),
			arrangement: command.arrangement,
		},
		stages,
		evaluationSamples: parseWhole("--evaluate", command.evaluate, { max: 1e6 }),
	};
}

async function printPlanned(terminal: Terminal, config: RunConfig, asJson: boolean): Promise<number> {
	const planned = planStages(labModel(config.model, vocabularyOfTasks()), config);
	if (asJson) {
		await terminal.out(`${JSON.stringify(planned, null, 2)}\n`);
		return EXIT.done;
	}
	const lines = table(
		[
			{ title: "stage" },
			{ title: "trains" },
			{ title: "samples", align: "right" },
			{ title: "updates", align: "right" },
			{ title: "tokens filled", align: "right" },
			{ title: "views filled", align: "right" },
		],
		planned.map(({ stage, trainable, samples, steps, fill }) => [
			stage,
			trainable.join(", "),
			formatInteger(samples),
			formatInteger(steps),
			formatPercent(fill.tokens),
			formatPercent(fill.views),
		]),
	);
	await terminal.out(`${lines.join("\n")}\n`);
	return EXIT.done;
}

/** Heights of a curve of losses on one line. */
const HEIGHTS = "▁▂▃▄▅▆▇█";
const CURVE_WIDTH = 24;

/** One line that is drawn anew: where the run is, its loss as a curve, and when the stage ends. */
function trainingProgress(terminal: Terminal) {
	let losses: number[] = [];
	let begin = performance.now();
	let current = "";
	return {
		step: (stage: StageSpec, { step, steps, loss }: StageStep) => {
			if (stage.name !== current) {
				losses = [];
				begin = performance.now();
				current = stage.name;
			}
			losses.push(loss);
			if (!terminal.showsProgress) return;
			const seconds = (performance.now() - begin) / 1000;
			const left = Math.round((seconds / losses.length) * (steps - step));
			terminal.err(
				`\r${stage.name} ${step}/${steps} ${curveOf(losses)} loss ${loss.toFixed(3)}, ${left} s left\u001b[K`,
			);
		},
		evaluation: ({ stage, split, scores }: EvaluationLine) => {
			const skill = scores.reduce((sum, score) => sum + score.skill, 0) / scores.length;
			terminal.err(
				`${terminal.showsProgress ? "\r\u001b[K" : ""}${stage}, ${split}: mean skill ${skill.toFixed(2)} over ${scores.length} tasks\n`,
			);
		},
	};
}

/** The losses so far, squeezed into the width; the highest is the first of the heights' top. */
function curveOf(losses: readonly number[]): string {
	const top = Math.max(...losses);
	const cells = Math.min(CURVE_WIDTH, losses.length);
	return Array.from({ length: cells }, (_, cell) => {
		const own = losses.slice(
			Math.floor((cell * losses.length) / cells),
			Math.floor(((cell + 1) * losses.length) / cells),
		);
		const mean = own.reduce((sum, each) => sum + each, 0) / own.length;
		return HEIGHTS[Math.min(HEIGHTS.length - 1, Math.floor((mean / top) * HEIGHTS.length))] ?? "";
	}).join("");
}

function scoreLines(evaluations: readonly EvaluationLine[]): string[] {
	const scores = evaluations[0]?.scores ?? [];
	return table(
		[
			{ title: "task" },
			{ title: "floor", align: "right" },
			...evaluations.map(({ split }) => ({ title: split, align: "right" as const })),
		],
		scores.map(({ task, floors }) => [
			task,
			formatPercent(Math.max(...Object.values(floors))),
			...evaluations.map((line) => {
				const own = line.scores.find((score) => score.task === task);
				return own === undefined ? "" : formatPercent(own.accuracy);
			}),
		]),
	);
}

export async function reportRuns(
	terminal: Terminal,
	runs: readonly string[],
	{ out }: { readonly out: string },
): Promise<number> {
	await assertFilePlace(terminal, out);
	const read = await Promise.all(runs.map((run) => readRunFolder(resolve(terminal.cwd, run))));
	const page = await runReport(read.map((run, index) => ({ ...run, path: runs[index] ?? run.path })));
	await writeOutput(terminal, out, [new TextEncoder().encode(page)]);
	await terminal.out(`${out}\n`);
	return EXIT.done;
}

export interface ExperimentCommand {
	readonly seeds?: string;
	readonly arms?: string;
	readonly page?: boolean;
	readonly json?: boolean;
}

export async function runLabExperiment(
	terminal: Terminal,
	folder: string,
	command: ExperimentCommand,
): Promise<number> {
	const experiment = await readExperiment(resolve(terminal.cwd, folder));
	const arms = command.arms?.split(",");
	const unknown = arms?.find((arm) => !Object.hasOwn(experiment.spec.arms, arm));
	if (unknown !== undefined) {
		throw new OnevisionError(
			"unknown-name",
			`--arms ${unknown}: there are ${Object.keys(experiment.spec.arms).join(", ")}`,
		);
	}
	const seeds = command.seeds
		?.split(",")
		.map((seed) => parseWhole("--seeds", seed, { min: 0, max: 2 ** 31 - 1 }));
	const results =
		command.page === true
			? await readResults(experiment.folder)
			: await runExperiment(experiment, {
					...(arms === undefined ? {} : { arms }),
					...(seeds === undefined ? {} : { seeds }),
					onProgress: ({ done, runs, arm, seed, step, steps, loss }) => {
						if (!terminal.showsProgress) return;
						terminal.err(
							`\r${done}/${runs} runs; ${arm}, seed ${seed}: ${step}/${steps}, loss ${loss.toFixed(3)}\u001b[K`,
						);
					},
				});
	if (terminal.showsProgress) terminal.err("\r\u001b[K");
	const page = experimentPage(experiment, results);
	await writeFile(join(experiment.folder, "README.md"), page);
	if (command.json === true) await terminal.out(`${JSON.stringify(results, null, 2)}\n`);
	else await terminal.out(page);
	return EXIT.done;
}
