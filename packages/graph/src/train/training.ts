/** A training run over replicas of a model: they compute, here batches are given out and an update is decided. */

import { assertDefined, OnevisionError } from "@onevision/base";
import type { Runtime, Tensors } from "../runtime.ts";
import { learnedParameters, type TrainingPlan } from "./plan.ts";
import { type Flats, type Replica, type RunAnswer, type RunRequest, startReplica } from "./replica.ts";
import { learningRateAt } from "./schedule.ts";
import { type Share, sharesOf, stateFor } from "./share.ts";
import { checkState, type TrainingState } from "./state.ts";

/** What an evaluation reports. */
export interface Evaluation {
	readonly loss: number;
	/** Terms the loss was averaged over: the sum of the plan's counts, or the number of batches. */
	readonly count: number;
	/** By name. */
	readonly metrics: Readonly<Record<string, number>>;
}

/** What one update reports. The loss is that before the update. */
export interface StepReport extends Evaluation {
	/** Updates done, this one included. */
	readonly step: number;
	/** Global norm of the averaged gradients, before clipping. */
	readonly gradientNorm: number;
	/** Of each group that is not frozen, by name. */
	readonly learningRates: Readonly<Record<string, number>>;
}

/** A run that can be stepped, measured, saved and restored. Calls must not overlap. */
export interface Training {
	/** Updates done. */
	readonly step: number;
	/**
	 * One update from the gradients of one batch or several. Throws `non-finite`, with the step and without an update,
	 * when the loss or a gradient is infinite or NaN; `unknown-name` when a batch lacks an input.
	 */
	update(batches: readonly Tensors[]): Promise<StepReport>;
	/** The loss of some batches, without an update. */
	evaluate(batches: readonly Tensors[]): Promise<Evaluation>;
	/** A copy of everything that must be kept to go on from here. */
	state(): Promise<TrainingState>;
	/** Goes on from `state`. */
	restore(state: TrainingState): Promise<void>;
	close(): Promise<void>;
}

/** Sums over batches. */
interface Totals {
	loss: number;
	count: number;
	readonly metrics: Record<string, number>;
}

/** Starts a run in this thread. Throws `runtime`, or what does not fit about `state`. */
export async function startTraining(
	plan: TrainingPlan,
	state: TrainingState,
	runtime: Runtime,
): Promise<Training> {
	const checked = checkState(plan, state);
	const replica = await startReplica({ plan, count: 1, index: 0, state: checked }, runtime);
	return trainingOver(plan, [replica], checked.step);
}

/** A run over replicas that stand at `step`. The first is asked last: it may compute in this thread. */
export function trainingOver(plan: TrainingPlan, replicas: readonly Replica[], step: number): Training {
	return new ReplicatedTraining(plan, replicas, step);
}

class ReplicatedTraining implements Training {
	readonly #plan: TrainingPlan;
	readonly #replicas: readonly Replica[];
	readonly #shares: readonly Share[];
	/** Flat arrays of each share that nobody uses. */
	#spare: Float32Array[][];
	/** For each replica, new values of the other shares that it has not been given yet. */
	#news: (Float32Array | undefined)[][];
	#step: number;

	constructor(plan: TrainingPlan, replicas: readonly Replica[], step: number) {
		this.#plan = plan;
		this.#replicas = replicas;
		this.#shares = sharesOf(plan, replicas.length);
		this.#spare = replicas.map(() => []);
		this.#news = replicas.map(() => []);
		this.#step = step;
	}

	get step(): number {
		return this.#step;
	}

	async update(batches: readonly Tensors[]): Promise<StepReport> {
		checkBatches(batches);
		const step = this.#step + 1;
		const totals: Totals = { loss: 0, count: 0, metrics: {} };
		const squares = new Map<string, number>();
		for (let first = 0; first < batches.length; first += this.#replicas.length) {
			const begin = first === 0;
			const last = first + this.#replicas.length >= batches.length;
			const group = batches.slice(first, first + this.#replicas.length);
			const runs = await together(group, (batch, i) =>
				this.#run(i, batch, { inSum: begin && i < 2, memory: this.#othersOf(i) }),
			);
			for (const run of runs) addTo(totals, run);
			await together(this.#shares, async ({ parameters }, i) => {
				const gradients = runs.map((run) => run.gradients[i]);
				const answer = await this.#replica(i).add({ gradients, begin, last });
				this.#spare[i]?.push(...answer.memory);
				if (last) for (const [p, { name }] of parameters.entries()) squares.set(name, answer.squares[p] ?? 0);
			});
		}
		if (totals.count === 0) {
			throw new OnevisionError(
				"invalid-input",
				`step ${step}: no target counts in these batches; nothing to learn from`,
			);
		}
		const report = averaged(totals);
		if (!Number.isFinite(report.loss)) throw nonFinite("the loss", report.loss, step);
		const learned = learnedParameters(this.#plan);
		const sum = learned.reduce((total, { name }) => total + (squares.get(name) ?? 0), 0);
		const gradientNorm = Math.sqrt(sum) / totals.count;
		if (!Number.isFinite(gradientNorm)) throw nonFinite("the gradients' norm", gradientNorm, step);
		const { clipNorm = Number.POSITIVE_INFINITY } = this.#plan;
		// torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm.
		const clip = Math.min(1, clipNorm / (gradientNorm + 1e-6));
		await this.#apply(step, clip / totals.count);
		this.#step = step;
		return { step, ...report, gradientNorm, learningRates: this.#learningRates(step) };
	}

	async evaluate(batches: readonly Tensors[]): Promise<Evaluation> {
		checkBatches(batches);
		const totals: Totals = { loss: 0, count: 0, metrics: {} };
		for (let first = 0; first < batches.length; first += this.#replicas.length) {
			const group = batches.slice(first, first + this.#replicas.length);
			for (const run of await together(group, (batch, i) => this.#run(i, batch))) addTo(totals, run);
		}
		return averaged(totals);
	}

	async state(): Promise<TrainingState> {
		const states = await together(this.#replicas, (replica) => replica.state());
		const merged = (kind: "parameters" | "first" | "second") =>
			Object.assign({}, ...states.map((state) => state[kind])) as Tensors;
		// In the order of the plan, as one replica has them.
		return checkState(this.#plan, {
			step: this.#step,
			parameters: merged("parameters"),
			first: merged("first"),
			second: merged("second"),
		});
	}

	async restore(state: TrainingState): Promise<void> {
		const checked = checkState(this.#plan, state);
		this.#news = this.#replicas.map(() => []);
		this.#spare = this.#replicas.map(() => []);
		await together(this.#shares, (share, i) => this.#replica(i).restore(stateFor(share, checked)));
		this.#step = checked.step;
	}

	async close(): Promise<void> {
		await together(this.#replicas, (replica) => replica.close());
	}

	#replica(index: number): Replica {
		return assertDefined(this.#replicas[index], `replica ${index}`);
	}

	/** Memory for the gradients of all shares but one. */
	#othersOf(own: number): Flats {
		return this.#shares.map(({ length }, i) =>
			i === own ? undefined : (this.#spare[i]?.pop() ?? new Float32Array(length)),
		);
	}

	/** One batch in one replica, which is told what has changed elsewhere. */
	async #run(index: number, batch: Tensors, gradients?: RunRequest["gradients"]): Promise<RunAnswer> {
		const values = this.#news[index] ?? [];
		this.#news[index] = [];
		const answer = await this.#replica(index).run({
			batch,
			values,
			...(gradients === undefined ? {} : { gradients }),
		});
		for (const [i, flat] of answer.former.entries()) if (flat !== undefined) this.#spare[i]?.push(flat);
		return answer;
	}

	/** AdamW in every replica, for its share. */
	async #apply(step: number, scale: number): Promise<void> {
		await together(this.#replicas, async (replica, i) => {
			const others = this.#news.filter((_, other) => other !== i);
			const copies = others.map(
				() => this.#spare[i]?.pop() ?? new Float32Array(this.#shares[i]?.length ?? 0),
			);
			const updated = await replica.update({ step, scale, copies });
			for (const [o, news] of others.entries()) {
				if (news[i] !== undefined) this.#spare[i]?.push(news[i]);
				news[i] = updated[o];
			}
		});
	}

	#learningRates(step: number): Record<string, number> {
		const { groups } = this.#plan;
		const used = new Set(
			learnedParameters(this.#plan).map(({ group }) => assertDefined(groups[group], "group")),
		);
		return Object.fromEntries(
			[...used].map(({ name, learningRate }) => [name, learningRateAt(learningRate, step)]),
		);
	}
}

/** Acts on all at once, on the first last, and waits for all even if one fails. */
async function together<T, R>(all: readonly T[], act: (each: T, index: number) => Promise<R>): Promise<R[]> {
	const started = [...all.entries()].reverse().map(([index, each]) => act(each, index));
	const ended = await Promise.allSettled(started.reverse());
	return ended.map((each) => {
		if (each.status === "rejected") throw each.reason;
		return each.value;
	});
}

function addTo(totals: Totals, { loss, count, metrics }: RunAnswer): void {
	totals.loss += loss;
	totals.count += count;
	for (const [name, sum] of Object.entries(metrics)) totals.metrics[name] = (totals.metrics[name] ?? 0) + sum;
}

function checkBatches(batches: readonly Tensors[]): void {
	if (batches.length === 0)
		throw new OnevisionError("invalid-input", "training: an update needs one batch or more");
}

function averaged({ loss, count, metrics }: Totals): Evaluation {
	return {
		loss: loss / count,
		count,
		metrics: Object.fromEntries(Object.entries(metrics).map(([name, sum]) => [name, sum / count])),
	};
}

function nonFinite(what: string, value: number, step: number): OnevisionError {
	return new OnevisionError(
		"non-finite",
		`step ${step}: ${what} is ${value}; nothing was updated, lower the learning rate or look at the batch`,
		step,
	);
}
