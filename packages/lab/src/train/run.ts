/** Trains a curriculum into a folder, stage after stage; a run that was stopped goes on where its last checkpoint is. */

import { join } from "node:path";
import { loadCheckpoint, type Tensors } from "@onevision/graph/node";
import { type Prediction, predictAll, scoresOf } from "../evaluate/evaluate.ts";
import { exportModel } from "../export.ts";
import { groupBy } from "../group-by.ts";
import { type LabModel, labModel } from "../model/snapshot.ts";
import type { SampleSource } from "../samples/sample.ts";
import { vocabularyOfTasks } from "../tasks/index.ts";
import { SPLITS } from "../tasks/scenes.ts";
import { versions } from "../versions.ts";
import { initialParametersOf } from "./parameters.ts";
import {
	appendLines,
	checkpointPath,
	cutLines,
	type EvaluationLine,
	type MetricsLine,
	openRunFolder,
	type PredictionLine,
	type RunConfig,
	readLines,
} from "./run-folder.ts";
import { type StageStep, trainStage } from "./session.ts";
import { planBatches, type StageBatches, type StageSpec } from "./stage.ts";

export interface CurriculumRun {
	readonly folder: string;
	readonly config: RunConfig;
	/** Updates between checkpoints (default 50). */
	readonly checkpointEvery?: number;
	/** Threads of an update (default 1). */
	readonly threads?: number;
	readonly onStep?: (stage: StageSpec, step: StageStep) => void;
	readonly onEvaluation?: (evaluation: EvaluationLine) => void;
}

const CHECKPOINT_EVERY = 50;
/** Predictions of a task that are kept after a stage. */
const KEPT_PREDICTIONS = 12;

/** Trains what is not trained yet, evaluates after each stage, and exports the model into `model/`. */
export async function trainCurriculum(run: CurriculumRun): Promise<void> {
	const { folder, config } = run;
	const model = labModel(config.model, vocabularyOfTasks());
	await openRunFolder(folder, config, versions());
	await cutToCheckpoints(folder, config);
	let parameters = initialParametersOf(model, config.seed);
	for (const stage of config.stages) {
		parameters = await trainInFolder(run, model, stage, parameters);
		const evaluated = await readLines<EvaluationLine>(folder, "evaluations");
		if (evaluated.filter((line) => line.stage === stage.name).length < SPLITS.length) {
			await evaluateStage(run, model, stage, parameters);
		}
	}
	await exportModel(model, parameters, join(folder, "model"));
}

function sourceOf({ seed, tasks, questions, rules }: RunConfig, name: string): SampleSource {
	return { name, seed, split: "train", tasks, questions, rules };
}

/** Drops what was written after the last checkpoint of each stage: it will be computed again. */
async function cutToCheckpoints(folder: string, { stages }: RunConfig): Promise<void> {
	const saved = new Map<string, number>();
	for (const { name } of stages) {
		const state = await loadCheckpoint(checkpointPath(folder, name)).catch(() => undefined);
		saved.set(name, state?.step ?? 0);
	}
	await cutLines<MetricsLine>(folder, "metrics", ({ stage, step }) => step <= (saved.get(stage) ?? 0));
}

async function trainInFolder(
	{ folder, config, checkpointEvery = CHECKPOINT_EVERY, threads = 1, onStep }: CurriculumRun,
	model: LabModel,
	stage: StageSpec,
	parameters: Tensors,
): Promise<Tensors> {
	const path = checkpointPath(folder, stage.name);
	const trained = await trainStage({
		model,
		source: sourceOf(config, `stage ${stage.name}`),
		stage,
		rules: config.batches,
		parameters,
		checkpoint: { path, every: checkpointEvery },
		session: { threads },
		onStep: async (step) => {
			const { step: at, steps, loss, gradientNorm, learningRates } = step;
			const line: MetricsLine = { stage: stage.name, step: at, steps, loss, gradientNorm, learningRates };
			await appendLines(folder, "metrics", [line]);
			onStep?.(stage, step);
		},
	});
	return trained.parameters;
}

/** On samples nobody trained on: of trained kinds of objects, and of kinds that are held out. */
async function evaluateStage(
	{ folder, config, onEvaluation }: CurriculumRun,
	model: LabModel,
	stage: StageSpec,
	parameters: Tensors,
): Promise<void> {
	const isOther = (line: { readonly stage: string }) => line.stage !== stage.name;
	await cutLines<EvaluationLine>(folder, "evaluations", isOther);
	await cutLines<PredictionLine>(folder, "predictions", isOther);
	for (const split of SPLITS) {
		const predictions = await predictAll({
			model,
			parameters,
			source: { ...sourceOf(config, "evaluation"), seed: 0, split },
			samples: config.evaluationSamples,
		});
		const line: EvaluationLine = { stage: stage.name, split, scores: scoresOf(predictions) };
		await appendLines(
			folder,
			"predictions",
			kept(predictions).map((each) => predictionLine(stage, split, each)),
		);
		await appendLines(folder, "evaluations", [line]);
		onEvaluation?.(line);
	}
}

function kept(predictions: readonly Prediction[]): Prediction[] {
	return [...groupBy(predictions, ({ task }) => task).values()].flatMap((own) =>
		own.slice(0, KEPT_PREDICTIONS),
	);
}

function predictionLine(
	stage: StageSpec,
	split: PredictionLine["split"],
	{ task, index, question, predicted }: Prediction,
): PredictionLine {
	return {
		stage: stage.name,
		split,
		task,
		index,
		question: question.text,
		answer: question.answer,
		predicted,
	};
}

export interface PlannedStage {
	readonly stage: string;
	readonly trainable: readonly string[];
	readonly samples: number;
	/** Updates. */
	readonly steps: number;
	readonly fill: StageBatches["fill"];
	readonly shape: StageBatches["shape"];
}

/** The batches of every stage, without training. */
export function planStages(model: LabModel, config: RunConfig): PlannedStage[] {
	return config.stages.map((stage) => {
		const { steps, fill, shape } = planBatches(
			model,
			sourceOf(config, `stage ${stage.name}`),
			stage,
			config.batches,
		);
		return {
			stage: stage.name,
			trainable: stage.trainable,
			samples: stage.samples,
			steps: steps.length,
			fill,
			shape,
		};
	});
}
