/** Trains a stage: the next batch is drawn while the current one runs, and the state is saved so that a killed run goes on. */

import { access } from "node:fs/promises";
import {
	loadCheckpoint,
	planTraining,
	type Schedule,
	type SessionOptions,
	type StepReport,
	saveCheckpoint,
	startSession,
	startState,
	type Tensors,
	type TrainingPlan,
} from "@onevision/graph/node";
import { packBatch, TRAINED_PARTS, type TrainedPart, trainingGraph } from "@onevision/model/training";
import type { LabModel } from "../model/snapshot.ts";
import { prepareSamples } from "../samples/prepare.ts";
import type { SampleSource } from "../samples/sample.ts";
import { type BatchRules, placed, planBatches, type StageBatches, type StageSpec } from "./stage.ts";

export interface StageRun {
	readonly model: LabModel;
	readonly source: SampleSource;
	readonly stage: StageSpec;
	readonly rules: BatchRules;
	/** Values of all parameters before the stage. */
	readonly parameters: Tensors;
	/** Where its state is saved; a file that exists is resumed from. */
	readonly checkpoint?: { readonly path: string; readonly every: number };
	readonly session?: SessionOptions;
	readonly onStep?: (step: StageStep) => void | Promise<void>;
}

export interface StageStep extends StepReport {
	/** Updates of the stage. */
	readonly steps: number;
	/** Seconds of the update, and those it waited for its batch. */
	readonly seconds: number;
	readonly waited: number;
}

export interface StageResult {
	readonly parameters: Tensors;
	readonly batches: StageBatches;
}

/** AdamW as in the pilot: moments that follow faster than torch's defaults, for runs of a thousand steps. */
const ADAMW = { beta1: 0.9, beta2: 0.98 } as const;
const CLIP_NORM = 1;

/** A stage before its first update. */
export interface PreparedStage {
	readonly batches: StageBatches;
	readonly plan: TrainingPlan;
	/** The inputs of the update after `done` updates. */
	inputsAfter(done: number): Tensors;
}

export function prepareStage(
	model: LabModel,
	source: SampleSource,
	stage: StageSpec,
	rules: BatchRules,
): PreparedStage {
	const batches = planBatches(model, source, stage, rules);
	return {
		batches,
		plan: stagePlan(model, stage, batches),
		inputsAfter: (done) => inputsOf(model, source, batches, done),
	};
}

export async function trainStage(run: StageRun): Promise<StageResult> {
	const { model, source, stage, rules, checkpoint, onStep } = run;
	const { batches, plan, inputsAfter } = prepareStage(model, source, stage, rules);
	const steps = batches.steps.length;
	const saved = await existing(checkpoint?.path);
	const state = saved ? await loadCheckpoint(saved) : startState(plan, run.parameters);
	const session = await startSession(plan, state, { threads: 1, spin: false, ...run.session });
	try {
		let next = inputsAfter(session.step);
		while (session.step < steps) {
			const begin = performance.now();
			const update = session.update([next]);
			const beforeDrawing = performance.now();
			// Drawn on this thread while the worker computes.
			if (session.step + 1 < steps) next = inputsAfter(session.step + 1);
			const drawn = performance.now();
			const report = await update;
			const end = performance.now();
			// What drawing took beyond the update would have been waiting.
			const waited = end - drawn < 1 ? drawn - beforeDrawing : 0;
			await onStep?.({ ...report, steps, seconds: (end - begin) / 1000, waited: waited / 1000 });
			if (checkpoint !== undefined && (report.step % checkpoint.every === 0 || report.step === steps)) {
				await saveCheckpoint(checkpoint.path, await session.state());
			}
		}
		const { parameters } = await session.state();
		return { parameters: { ...run.parameters, ...parameters }, batches };
	} finally {
		await session.close();
	}
}

async function existing(path: string | undefined): Promise<string | undefined> {
	if (path === undefined) return undefined;
	return access(path).then(
		() => path,
		() => undefined,
	);
}

function inputsOf(
	model: LabModel,
	source: SampleSource,
	{ steps, shape }: StageBatches,
	done: number,
): Tensors {
	const sequences = steps[done] ?? [];
	const samples = sequences.map((places) => places.map((place) => placed(source, place)));
	const prepared = prepareSamples(model, samples.flat());
	let at = 0;
	const packed = samples.map((own) => {
		at += own.length;
		return prepared.slice(at - own.length, at);
	});
	return packBatch(model.architecture, shape, packed).inputs;
}

function stagePlan(model: LabModel, stage: StageSpec, { shape, steps }: StageBatches): TrainingPlan {
	const { loss, parts } = trainingGraph(model.architecture, shape);
	return planTraining({
		loss: loss.sum,
		count: loss.count,
		learningRate: 0,
		clipNorm: CLIP_NORM,
		adamw: ADAMW,
		groups: TRAINED_PARTS.map((part) => ({
			name: part,
			parameters: parts[part],
			...(stage.trainable.includes(part)
				? { learningRate: scheduleOf(stage, part, steps.length) }
				: { frozen: true }),
		})),
	});
}

function scheduleOf(stage: StageSpec, part: TrainedPart, steps: number): Schedule {
	const { learningRate, schedule, warmup, floor } = stage;
	const peak = typeof learningRate === "number" ? learningRate : (learningRate[part] ?? 0);
	const warmupSteps = Math.min(steps - 1, Math.round(warmup * steps));
	return { kind: schedule, peak, warmupSteps, steps, floor: floor * peak };
}
