/** What a model answers: accuracy by task on a fixed set of samples, with what is seen of them unchanged or ablated. */

import { assertDefined } from "@onevision/base";
import { SCENARIOS, type Scenario } from "@onevision/core";
import { encodeModel, type Tensors } from "@onevision/graph";
import { nodeRuntime } from "@onevision/graph/node";
import { BATCH, type BatchShape, packBatch, trainingGraph } from "@onevision/model/training";
import { groupBy } from "../group-by.ts";
import type { LabModel } from "../model/snapshot.ts";
import { prepareSamples, type SeeSample, sizeOf } from "../samples/prepare.ts";
import { type AskedQuestion, type LabSample, type SampleSource, sampleAt } from "../samples/sample.ts";
import { TASKS, type TaskId, tasksOf } from "../tasks/index.ts";

/** One answer. */
export interface Prediction {
	readonly task: TaskId;
	/** Sample of its scenario. */
	readonly index: number;
	readonly question: AskedQuestion;
	/** The most likely word. */
	readonly predicted: string;
	/** The most likely of the task's answers: what a model can be scored by that never learned to say them. */
	readonly restricted: string;
}

export interface EvaluationRequest {
	readonly model: LabModel;
	readonly parameters: Tensors;
	readonly source: SampleSource;
	/** Samples of each scenario. */
	readonly samples: number;
	readonly see?: SeeSample;
	readonly scenarios?: readonly Scenario[];
	/** Factor of all positions (default 1); below 1 they are interpolated (Chen et al. 2023). */
	readonly positionScale?: number;
	readonly threads?: number;
}

/** Sequences of a batch. */
const SEQUENCES = 32;

/** Answers every question of `samples` samples of each scenario. */
export async function predictAll(request: EvaluationRequest): Promise<Prediction[]> {
	const { source, scenarios = SCENARIOS } = request;
	const predictions: Prediction[] = [];
	for (const scenario of scenarios) {
		if (tasksOf(scenario, source.tasks).length === 0) continue;
		const samples = Array.from({ length: request.samples }, (_, index) => sampleAt(source, scenario, index));
		predictions.push(...(await predictSamples(request, samples)));
	}
	return predictions;
}

async function predictSamples(
	request: EvaluationRequest,
	samples: readonly LabSample[],
): Promise<Prediction[]> {
	const { words, id } = request.model.vocabulary;
	const predictions: Prediction[] = [];
	for await (const { index, question, logits } of answerLogits(request, samples)) {
		predictions.push({
			task: question.task,
			index,
			question,
			predicted: best(logits, words),
			restricted: bestOf(logits, TASKS[question.task].answers, id),
		});
	}
	return predictions;
}

/** What a model says to one question. */
export interface AnswerLogits {
	/** Of the sample, among those given. */
	readonly index: number;
	readonly question: AskedQuestion;
	/** Of the first word of the answer, by id. */
	readonly logits: Float32Array;
}

/** Logits of every question of samples of one scenario, in order. */
export async function* answerLogits(
	{ model, parameters, see, positionScale = 1, threads = 1 }: Omit<EvaluationRequest, "source" | "samples">,
	samples: readonly LabSample[],
): AsyncGenerator<AnswerLogits> {
	const sizes = samples.map((sample) => sizeOf(model, sample));
	const most = (of: (size: (typeof sizes)[number]) => number) => Math.max(...sizes.map(of));
	const sequences = Math.min(SEQUENCES, samples.length);
	const shape: BatchShape = {
		sequences,
		length: most(({ tokens }) => tokens),
		views: sequences * most(({ views }) => views),
		answers: sequences * most(({ answers }) => answers),
		pooling: { stride: Number(model.settings.video_pooling), mode: "bilinear" },
	};
	const { logits } = trainingGraph(model.architecture, shape);
	const encoded = encodeModel({ logits }, { weights: parameters, fused: true });
	const program = await nodeRuntime({ threads, spin: false }).load(encoded, { optimize: false });
	try {
		for (let first = 0; first < samples.length; first += sequences) {
			const own = samples.slice(first, first + sequences);
			const prepared = prepareSamples(model, own, see);
			const { inputs, answers } = packBatch(
				model.architecture,
				shape,
				prepared.map((sample) => [sample]),
				{ positionScale },
			);
			const { [BATCH.targets]: _, ...asked } = inputs;
			const outputs = await program.run(asked);
			const values = outputs.logits?.data as Float32Array;
			const width = model.vocabulary.words.length;
			for (const [row, { sequence, question, token }] of answers.entries()) {
				if (token > 0) continue;
				yield {
					index: first + sequence,
					question: assertDefined(own[sequence]?.questions[question], "a question"),
					logits: values.slice(row * width, (row + 1) * width),
				};
			}
		}
	} finally {
		await program.close();
	}
}

function best(scores: Float32Array, words: readonly string[]): string {
	let top = 0;
	for (let id = 1; id < words.length; id++) if ((scores[id] ?? 0) > (scores[top] ?? 0)) top = id;
	return words[top] ?? "";
}

function bestOf(scores: Float32Array, answers: readonly string[], id: (word: string) => number): string {
	return answers.reduce((top, answer) => ((scores[id(answer)] ?? 0) > (scores[id(top)] ?? 0) ? answer : top));
}

export interface TaskScore {
	readonly task: TaskId;
	readonly answers: number;
	readonly accuracy: number;
	/** With the answer restricted to those of the task. */
	readonly restricted: number;
	readonly floors: Floors;
	/** (accuracy − floor) / (1 − floor), over the highest floor. */
	readonly skill: number;
}

/** What is reached without seeing what is asked about. */
export interface Floors {
	/** Always the most common answer. */
	readonly majority: number;
	/** The most common answer to each text of a question. */
	readonly textOnly: number;
	/** One of those that the scene leaves plausible. */
	readonly visible: number;
}

/** Scores by task, in the order of the table. */
export function scoresOf(predictions: readonly Prediction[]): TaskScore[] {
	const byTask = groupBy(predictions, ({ task }) => task);
	return [...byTask].map(([task, own]) => {
		const share = (holds: (each: Prediction) => boolean) => own.filter(holds).length / own.length;
		const accuracy = share(({ predicted, question }) => predicted === question.answer);
		const floors = floorsOf(own.map(({ question }) => question));
		const floor = Math.max(floors.majority, floors.textOnly, floors.visible);
		return {
			task,
			answers: own.length,
			accuracy,
			restricted: share(({ restricted, question }) => restricted === question.answer),
			floors,
			skill: (accuracy - floor) / (1 - floor),
		};
	});
}

export function floorsOf(questions: readonly AskedQuestion[]): Floors {
	const most = (own: readonly AskedQuestion[]) =>
		Math.max(0, ...[...groupBy(own, ({ answer }) => answer).values()].map(({ length }) => length));
	const byText = [...groupBy(questions, ({ text }) => text).values()];
	return {
		majority: most(questions) / questions.length,
		textOnly: byText.reduce((sum, own) => sum + most(own), 0) / questions.length,
		visible: questions.reduce((sum, { candidates }) => sum + 1 / candidates, 0) / questions.length,
	};
}
