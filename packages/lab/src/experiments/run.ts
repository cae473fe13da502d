/** Runs an experiment: every arm with every seed that has no result yet. */

import { SCENARIOS } from "@onevision/core";
import type { Tensors } from "@onevision/graph";
import { TRAINED_PARTS } from "@onevision/model/training";
import { predictAll, scoresOf } from "../evaluate/evaluate.ts";
import { SEEING } from "../evaluate/see.ts";
import { type LabModel, labModel, TINY } from "../model/snapshot.ts";
import type { SampleSource } from "../samples/sample.ts";
import { vocabularyOfTasks } from "../tasks/index.ts";
import { SCENE_RULES, type SceneRules } from "../tasks/scenes.ts";
import { initialParametersOf } from "../train/parameters.ts";
import { trainStage } from "../train/session.ts";
import type { BatchRules, StageSpec } from "../train/stage.ts";
import { versions } from "../versions.ts";
import { appendResult, type RunResult, readResults, type StoredScore } from "./results.ts";
import type { ArmSpec, EvaluationSpec, Experiment } from "./spec.ts";

export interface ExperimentProgress {
	/** Runs with a result, and all. */
	readonly done: number;
	readonly runs: number;
	/** The run under way. */
	readonly arm: string;
	readonly seed: number;
	readonly step: number;
	readonly steps: number;
	readonly loss: number;
}

export interface RunExperimentOptions {
	/** Only these arms, by name. */
	readonly arms?: readonly string[];
	readonly seeds?: readonly number[];
	readonly onProgress?: (progress: ExperimentProgress) => void;
}

/** Updates whose losses are stored as one. */
const LOSS_WINDOW = 20;

/** Runs what has no result yet; seeds are the outer loop, so that a stopped experiment has whole pairs. */
export async function runExperiment(
	experiment: Experiment,
	{ arms, seeds, onProgress }: RunExperimentOptions = {},
): Promise<readonly RunResult[]> {
	const { spec, folder } = experiment;
	const model = labModel(TINY, vocabularyOfTasks());
	const results = [...(await readResults(folder))];
	const wanted = (seeds ?? spec.seeds).flatMap((seed) =>
		Object.keys(spec.arms)
			.filter((arm) => arms === undefined || arms.includes(arm))
			.map((arm) => ({ arm, seed })),
	);
	for (const { arm, seed } of wanted) {
		if (results.some((result) => result.arm === arm && result.seed === seed)) continue;
		const own = spec.arms[arm];
		if (own === undefined) continue;
		const result = await runArm(experiment, model, arm, own, seed, (step, steps, loss) =>
			onProgress?.({ done: results.length, runs: wanted.length, arm, seed, step, steps, loss }),
		);
		await appendResult(folder, result);
		results.push(result);
	}
	return results;
}

async function runArm(
	experiment: Experiment,
	model: LabModel,
	arm: string,
	{ stages, arrangement = "packed" }: ArmSpec,
	seed: number,
	onStep: (step: number, steps: number, loss: number) => void,
): Promise<RunResult> {
	const { spec, tasks } = experiment;
	const rules: SceneRules = { ...SCENE_RULES, cells: { ...SCENE_RULES.cells, single: spec.cells } };
	const batchRules: BatchRules = { packs: spec.packs, capacity: spec.capacity, arrangement };
	const source: SampleSource = {
		name: "train",
		seed,
		split: "train",
		tasks,
		questions: spec.questions,
		rules,
	};
	let parameters = initialParametersOf(model, seed);
	const done: RunResult["stages"][number][] = [];
	const losses: number[] = [];
	const before = process.cpuUsage();
	for (const [index, stage] of stages.entries()) {
		const { batches, parameters: trained } = await trainStage({
			model,
			// Stages go on in the stream, so that arms see the same samples whatever their order.
			source: { ...source, name: `train ${index}` },
			stage: stageSpec(stage, index),
			rules: batchRules,
			parameters,
			onStep: ({ step, steps, loss }) => {
				losses.push(loss);
				onStep(step, steps, loss);
			},
		});
		parameters = trained;
		done.push({ steps: batches.steps.length, fill: batches.fill });
	}
	const { user, system } = process.cpuUsage(before);
	const scores: Record<string, readonly StoredScore[]> = {};
	for (const [name, evaluation] of Object.entries(spec.evaluations)) {
		scores[name] = await scored(
			experiment,
			model,
			parameters,
			{ ...source, name: "evaluation", seed: 0 },
			evaluation,
		);
	}
	return {
		arm,
		seed,
		stages: done,
		cpuSeconds: rounded((user + system) / 1e6),
		losses: windows(losses),
		scores,
		versions: versions(),
	};
}

function stageSpec(stage: ArmSpec["stages"][number], index: number): StageSpec {
	const { samples, mixture, learningRate, schedule, warmup, floor = 0 } = stage;
	const shares = Object.fromEntries(SCENARIOS.map((scenario) => [scenario, mixture[scenario] ?? 0]));
	return {
		name: `${index + 1}`,
		samples,
		mixture: shares as StageSpec["mixture"],
		trainable: TRAINED_PARTS,
		learningRate,
		schedule,
		warmup,
		floor,
	};
}

/** Every seed's model is asked the same questions. */
async function scored(
	{ spec }: Experiment,
	model: LabModel,
	parameters: Tensors,
	source: SampleSource,
	{ frames, longer = "stride", positions = 1, see }: EvaluationSpec,
): Promise<StoredScore[]> {
	const rules: SceneRules = {
		...source.rules,
		...(frames === undefined || frames === source.rules.frames ? {} : { longer: { frames, by: longer } }),
	};
	const predictions = await predictAll({
		model,
		parameters,
		source: { ...source, rules },
		samples: spec.evaluationSamples,
		positionScale: positions,
		...(see === undefined ? {} : { see: SEEING[see] }),
	});
	return scoresOf(predictions).map(({ task, answers, accuracy, restricted, floors, skill }) => ({
		task,
		answers,
		accuracy: rounded(accuracy),
		restricted: rounded(restricted),
		floor: rounded(Math.max(...Object.values(floors))),
		skill: rounded(skill),
	}));
}

function windows(losses: readonly number[]): number[] {
	return Array.from({ length: Math.ceil(losses.length / LOSS_WINDOW) }, (_, window) => {
		const own = losses.slice(window * LOSS_WINDOW, (window + 1) * LOSS_WINDOW);
		return rounded(own.reduce((sum, each) => sum + each, 0) / own.length);
	});
}

function rounded(value: number): number {
	return Math.round(value * 1e4) / 1e4;
}
