/** A training run over a loaded model: gradients from the runtime, clipping and AdamW here. */

import { assertInternal, GraphError, present } from "../errors.ts";
import type { Program, Runtime, Tensors } from "../runtime.ts";
import type { Tensor } from "../tensor.ts";
import { copies, type Numbers, numbersFrom } from "./memory.ts";
import { gradientName, metricName, type TrainingPlan } from "./plan.ts";
import { learningRateAt } from "./schedule.ts";
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
	return new LocalTraining(plan, checked, runtime, await runtime.load(plan.model, { asWritten: true }));
}

class LocalTraining implements Training {
	readonly #plan: TrainingPlan;
	readonly #runtime: Runtime;
	readonly #program: Program;
	#forward: Program | undefined;
	#numbers: Numbers;
	#step: number;

	constructor(plan: TrainingPlan, state: TrainingState, runtime: Runtime, program: Program) {
		this.#plan = plan;
		this.#numbers = numbersFrom(state);
		this.#step = state.step;
		this.#runtime = runtime;
		this.#program = program;
		program.share(this.#numbers.parameters);
	}

	get step(): number {
		return this.#step;
	}

	async update(batches: readonly Tensors[]): Promise<StepReport> {
		checkBatches(batches);
		const step = this.#step + 1;
		const totals: Totals = { loss: 0, count: 0, metrics: {} };
		const gradients = Object.entries(this.#numbers.gradients);
		const places = Object.fromEntries(gradients.map(([name, place]) => [gradientName(name), place]));
		let squares = 0;
		await this.#each(this.#program, batches, places, (outputs, index) => {
			this.#add(totals, outputs);
			for (const { name } of this.#learned()) {
				const gradient = arrayOf(present(outputs[gradientName(name)], `gradient of ${name}`));
				this.#numbers.collect(name, gradient, index > 0);
				// While it is in the cache.
				if (index === batches.length - 1) squares += this.#numbers.squares(name);
			}
		});
		if (totals.count === 0) {
			throw new GraphError(
				"invalid-input",
				`step ${step}: no target counts in these batches; nothing to learn from`,
			);
		}
		const report = averaged(totals);
		if (!Number.isFinite(report.loss)) throw nonFinite("the loss", report.loss, step);
		const gradientNorm = Math.sqrt(squares) / totals.count;
		if (!Number.isFinite(gradientNorm)) throw nonFinite("the gradients' norm", gradientNorm, step);
		const { clipNorm = Number.POSITIVE_INFINITY } = this.#plan;
		// torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm.
		const clip = Math.min(1, clipNorm / (gradientNorm + 1e-6));
		const learningRates = this.#apply(clip / totals.count, step);
		this.#step = step;
		this.#program.share(this.#numbers.parameters);
		return { step, ...report, gradientNorm, learningRates };
	}

	async evaluate(batches: readonly Tensors[]): Promise<Evaluation> {
		checkBatches(batches);
		this.#forward ??= await this.#runtime.load(this.#plan.forward, { asWritten: true });
		this.#forward.share(this.#numbers.parameters);
		const totals: Totals = { loss: 0, count: 0, metrics: {} };
		await this.#each(this.#forward, batches, {}, (outputs) => this.#add(totals, outputs));
		return averaged(totals);
	}

	async state(): Promise<TrainingState> {
		const { parameters, first, second } = this.#numbers;
		return { step: this.#step, parameters: copies(parameters), first: copies(first), second: copies(second) };
	}

	async restore(state: TrainingState): Promise<void> {
		this.#numbers = numbersFrom(checkState(this.#plan, state));
		this.#program.share(this.#numbers.parameters);
		this.#step = state.step;
	}

	async close(): Promise<void> {
		await this.#program.close();
		await this.#forward?.close();
	}

	/**
	 * Runs batches, as many at a time as the program takes, and uses what they give in the order of the batches. The
	 * outputs of the first may come in `places`.
	 */
	async #each(
		program: Program,
		batches: readonly Tensors[],
		places: Tensors,
		use: (outputs: Tensors, index: number) => void,
	): Promise<void> {
		for (let first = 0; first < batches.length; first += program.concurrency) {
			const group = batches.slice(first, first + program.concurrency);
			const runs = group.map((batch, i) => program.run(batch, first + i === 0 ? places : {}));
			for (const [i, run] of (await Promise.allSettled(runs)).entries()) {
				if (run.status === "rejected") throw run.reason;
				use(run.value, first + i);
			}
		}
	}

	#add(totals: Totals, outputs: Tensors): void {
		const numberOf = (name: string) => Number(present(outputs[name], `output ${name}`).data[0]);
		const count = this.#plan.hasCount ? numberOf("count") : 1;
		totals.loss += numberOf("loss");
		totals.count += count;
		for (const name of this.#plan.metrics) {
			totals.metrics[name] = (totals.metrics[name] ?? 0) + numberOf(metricName(name));
		}
	}

	#learned() {
		const { parameters, groups } = this.#plan;
		return parameters.filter(({ group }) => groups[group]?.frozen === false);
	}

	/** AdamW for every parameter that has a gradient. Returns the learning rates used. */
	#apply(scale: number, step: number): Record<string, number> {
		const { groups, adamw: settings } = this.#plan;
		const rates: Record<string, number> = {};
		for (const { name, group } of this.#learned()) {
			const { name: groupName, learningRate, weightDecay } = present(groups[group], `group of ${name}`);
			const rate = learningRateAt(learningRate, step);
			rates[groupName] = rate;
			this.#numbers.update(name, { ...settings, learningRate: rate, weightDecay, step, scale });
		}
		return rates;
	}
}

function arrayOf({ data }: Tensor): Float32Array {
	assertInternal(data instanceof Float32Array, "a gradient is not float32");
	return data;
}

function checkBatches(batches: readonly Tensors[]): void {
	if (batches.length === 0)
		throw new GraphError("invalid-input", "training: an update needs one batch or more");
}

function averaged({ loss, count, metrics }: Totals): Evaluation {
	return {
		loss: loss / count,
		count,
		metrics: Object.fromEntries(Object.entries(metrics).map(([name, sum]) => [name, sum / count])),
	};
}

function nonFinite(what: string, value: number, step: number): GraphError {
	return new GraphError(
		"non-finite",
		`step ${step}: ${what} is ${value}; nothing was updated, lower the learning rate or look at the batch`,
		step,
	);
}
