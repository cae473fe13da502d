/** A training run over replicas of a model: hands out batches, sums losses, clips and applies the update. */

import { assertDefined, OnevisionError } from "@onevision/base";
import type { Runtime, Tensors } from "../runtime.ts";
import { learnedParameters, type TrainingPlan } from "./plan.ts";
import {
	type FlatBuffers,
	type Replica,
	type RunRequest,
	type RunResponse,
	startReplica,
} from "./replica.ts";
import { learningRateAt } from "./schedule.ts";
import { type Share, sharesOf, stateFor } from "./share.ts";
import { checkState, type TrainingState } from "./state.ts";

/** Averages over some batches. */
export interface Evaluation {
	readonly loss: number;
	/** Terms the loss was averaged over: the sum of the plan's counts, or the number of batches. */
	readonly count: number;
	/** By name. */
	readonly metrics: Readonly<Record<string, number>>;
}

/** One update. The loss is from before it. */
export interface StepReport extends Evaluation {
	/** Updates done, including this one. */
	readonly step: number;
	/** Global norm of the averaged gradients, before clipping. */
	readonly gradientNorm: number;
	/** By group name; frozen groups are left out. */
	readonly learningRates: Readonly<Record<string, number>>;
}

/** A run that can be stepped, evaluated, saved and restored. Calls must not overlap. */
export interface Training {
	/** Updates done. */
	readonly step: number;
	/**
	 * One update from the gradients of one or more batches. Throws `non-finite`, with the step and without an update,
	 * when the loss or a gradient is infinite or NaN; `unknown-name` when a batch lacks an input.
	 */
	update(batches: readonly Tensors[]): Promise<StepReport>;
	/** Loss and metrics without an update. */
	evaluate(batches: readonly Tensors[]): Promise<Evaluation>;
	/** A copy of everything needed to resume. */
	state(): Promise<TrainingState>;
	/** Resumes from `state`. */
	restore(state: TrainingState): Promise<void>;
	close(): Promise<void>;
}

/** Sums over batches. */
interface Totals {
	loss: number;
	count: number;
	readonly metrics: Record<string, number>;
}

/** Starts a run in this thread. Throws `runtime`, or what `startState` throws when `state` does not fit the plan. */
export async function startTraining(
	plan: TrainingPlan,
	state: TrainingState,
	runtime: Runtime,
): Promise<Training> {
	const checked = checkState(plan, state);
	const replica = await startReplica({ plan, count: 1, index: 0, state: checked }, runtime);
	return trainWithReplicas(plan, [replica], checked.step);
}

/** A run over replicas that have done `step` updates. Replica 0 may run on this thread. */
export function trainWithReplicas(plan: TrainingPlan, replicas: readonly Replica[], step: number): Training {
	return new ReplicatedTraining(plan, replicas, step);
}

class ReplicatedTraining implements Training {
	readonly #plan: TrainingPlan;
	readonly #replicas: readonly Replica[];
	readonly #shares: readonly Share[];
	/** Free buffers, per share. */
	#free: Float32Array[][];
	/** Per replica: new values of the other shares, not yet sent to it. */
	#pendingUpdates: (Float32Array | undefined)[][];
	#step: number;

	constructor(plan: TrainingPlan, replicas: readonly Replica[], step: number) {
		this.#plan = plan;
		this.#replicas = replicas;
		this.#shares = sharesOf(plan, replicas.length);
		this.#free = replicas.map(() => []);
		this.#pendingUpdates = replicas.map(() => []);
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
			const runs = await settleAll(group, (batch, i) =>
				this.#run(i, batch, { accumulate: begin && i < 2, memory: this.#gradientBuffers(i) }),
			);
			for (const run of runs) addTo(totals, run);
			await settleAll(this.#shares, async ({ parameters }, i) => {
				const gradients = runs.map((run) => run.gradients[i]);
				const response = await this.#replica(i).add({ gradients, begin, last });
				this.#free[i]?.push(...response.memory);
				if (last)
					for (const [p, { name }] of parameters.entries()) squares.set(name, response.squares[p] ?? 0);
			});
		}
		if (totals.count === 0) {
			throw new OnevisionError(
				"invalid-input",
				`step ${step}: every target in these batches is ignored; there is nothing to learn from`,
			);
		}
		const report = averaged(totals);
		if (!Number.isFinite(report.loss)) throw nonFinite("the loss", report.loss, step);
		const learned = learnedParameters(this.#plan);
		const sum = learned.reduce((total, { name }) => total + (squares.get(name) ?? 0), 0);
		const gradientNorm = Math.sqrt(sum) / totals.count;
		if (!Number.isFinite(gradientNorm)) throw nonFinite("the gradients' norm", gradientNorm, step);
		const { clipNorm = Number.POSITIVE_INFINITY } = this.#plan;
		// As torch.nn.utils.clip_grad_norm_.
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
			for (const run of await settleAll(group, (batch, i) => this.#run(i, batch))) addTo(totals, run);
		}
		return averaged(totals);
	}

	async state(): Promise<TrainingState> {
		const states = await settleAll(this.#replicas, (replica) => replica.state());
		const merged = (kind: "parameters" | "first" | "second") =>
			Object.assign({}, ...states.map((state) => state[kind])) as Tensors;
		// Restores the order of the plan.
		return checkState(this.#plan, {
			step: this.#step,
			parameters: merged("parameters"),
			first: merged("first"),
			second: merged("second"),
		});
	}

	async restore(state: TrainingState): Promise<void> {
		const checked = checkState(this.#plan, state);
		this.#pendingUpdates = this.#replicas.map(() => []);
		this.#free = this.#replicas.map(() => []);
		await settleAll(this.#shares, (share, i) => this.#replica(i).restore(stateFor(share, checked)));
		this.#step = checked.step;
	}

	async close(): Promise<void> {
		await settleAll(this.#replicas, (replica) => replica.close());
	}

	#replica(index: number): Replica {
		return assertDefined(this.#replicas[index], `replica ${index}`);
	}

	/** Buffers for the gradients of every share but its own. */
	#gradientBuffers(own: number): FlatBuffers {
		return this.#shares.map(({ length }, i) =>
			i === own ? undefined : (this.#free[i]?.pop() ?? new Float32Array(length)),
		);
	}

	/** Runs one batch on one replica, after sending it pending updates. */
	async #run(index: number, batch: Tensors, gradients?: RunRequest["gradients"]): Promise<RunResponse> {
		const values = this.#pendingUpdates[index] ?? [];
		this.#pendingUpdates[index] = [];
		const response = await this.#replica(index).run({
			batch,
			values,
			...(gradients === undefined ? {} : { gradients }),
		});
		for (const [i, flat] of response.released.entries()) if (flat !== undefined) this.#free[i]?.push(flat);
		return response;
	}

	/** Runs AdamW on every replica, each for its share, and collects the new values for the others. */
	async #apply(step: number, scale: number): Promise<void> {
		await settleAll(this.#replicas, async (replica, i) => {
			const others = this.#pendingUpdates.filter((_, other) => other !== i);
			const copies = others.map(() => this.#free[i]?.pop() ?? new Float32Array(this.#shares[i]?.length ?? 0));
			const updated = await replica.update({ step, scale, copies });
			for (const [o, pending] of others.entries()) {
				if (pending[i] !== undefined) this.#free[i]?.push(pending[i]);
				pending[i] = updated[o];
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

/**
 * Runs `act` on all concurrently and waits for all, even if one fails. Starts replica 0 last: it may run on this thread.
 */
async function settleAll<T, R>(all: readonly T[], act: (each: T, index: number) => Promise<R>): Promise<R[]> {
	const started = [...all.entries()].reverse().map(([index, each]) => act(each, index));
	const ended = await Promise.allSettled(started.reverse());
	return ended.map((each) => {
		if (each.status === "rejected") throw each.reason;
		return each.value;
	});
}

function addTo(totals: Totals, { loss, count, metrics }: RunResponse): void {
	totals.loss += loss;
	totals.count += count;
	for (const [name, sum] of Object.entries(metrics)) totals.metrics[name] = (totals.metrics[name] ?? 0) + sum;
}

function checkBatches(batches: readonly Tensors[]): void {
	if (batches.length === 0) throw new OnevisionError("invalid-input", "training: needs at least one batch");
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
		`step ${step}: ${what} is ${value}; nothing was updated; lower the learning rate or check the batch`,
		step,
	);
}
