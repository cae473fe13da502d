/**
 * One replica of a model in a data-parallel run. It runs batches with all parameters and owns one share of them: it sums
 * the share's gradients over all replicas, keeps its moments, and sends the new values to the others (ZeRO stage 1,
 * Rajbhandari et al. 2020).
 */

import { assertDefined, copyOf } from "@onevision/base";
import type { Program, Runtime, Tensors } from "../runtime.ts";
import { part, type ShareMemory, shareMemory } from "./memory.ts";
import { gradientName, metricName, type TrainingPlan } from "./plan.ts";
import { learningRateAt } from "./schedule.ts";
import { fill, type Share, sharesOf, viewsOf } from "./share.ts";
import type { TrainingState } from "./state.ts";

/** One flat array per share, or `undefined`. */
export type FlatBuffers = readonly (Float32Array | undefined)[];

/** Everything a replica starts from. */
export interface ReplicaSetup {
	readonly plan: TrainingPlan;
	/** Number of replicas. */
	readonly count: number;
	/** Of this replica and its share. */
	readonly index: number;
	/** All parameters, and the moments of its share at least. */
	readonly state: TrainingState;
}

/** One batch. Arrays are transferred: the caller must not use them again. */
export interface RunRequest {
	readonly batch: Tensors;
	/** New values of other shares. */
	readonly values: FlatBuffers;
	/** Omitted for an evaluation. */
	readonly gradients?: {
		/** Buffers for the gradients of the other shares. */
		readonly memory: FlatBuffers;
		/** Whether to write its own share's gradients straight into the sum: for the first batch, or the second. */
		readonly accumulate: boolean;
	};
}

export interface RunResponse {
	/** Sums over the batch. */
	readonly loss: number;
	readonly count: number;
	readonly metrics: Readonly<Record<string, number>>;
	/** Of the other shares; empty for an evaluation. */
	readonly gradients: FlatBuffers;
	/** Buffers of the values it has replaced. */
	readonly released: FlatBuffers;
}

export interface AddRequest {
	/** Gradients of its share, in batch order; `undefined` stands for its own latest batch. */
	readonly gradients: FlatBuffers;
	/** Whether these start the sum, and whether they complete it. */
	readonly begin: boolean;
	readonly last: boolean;
}

export interface AddResponse {
	/** Sum of squares of each parameter's gradient once the sum is complete, else 0. */
	readonly squares: readonly number[];
	/** The buffers of the request. */
	readonly memory: readonly Float32Array[];
}

export interface UpdateRequest {
	readonly step: number;
	/** Gradient scale. */
	readonly scale: number;
	/** Buffers for copies of the new values, one for each other replica. */
	readonly copies: readonly Float32Array[];
}

/** A replica, in this thread or another. */
export interface Replica {
	run(request: RunRequest): Promise<RunResponse>;
	add(request: AddRequest): Promise<AddResponse>;
	update(request: UpdateRequest): Promise<readonly Float32Array[]>;
	/** Copies of its share's tensors and of frozen parameters. */
	state(): Promise<Omit<TrainingState, "step">>;
	restore(state: TrainingState): Promise<void>;
	close(): Promise<void>;
}

/** Starts a replica in this thread. Throws `runtime`. */
export async function startReplica(setup: ReplicaSetup, runtime: Runtime): Promise<Replica> {
	return new LocalReplica(setup, runtime, await runtime.load(setup.plan.model, { optimize: false }));
}

class LocalReplica implements Replica {
	readonly #plan: TrainingPlan;
	readonly #index: number;
	readonly #shares: readonly Share[];
	readonly #share: Share;
	readonly #runtime: Runtime;
	readonly #program: Program;
	readonly #memory: ShareMemory;
	/** Values by share; `#feeds` are views of them by name. */
	readonly #values: Float32Array[];
	readonly #feeds: Tensors[];
	#frozen: Tensors = {};
	#forward: Program | undefined;
	/** Its own share's gradients of the latest batch: in the sum, or in `#apart`. */
	#latest: Float32Array | undefined;
	#apart: Float32Array | undefined;

	constructor({ plan, count, index, state }: ReplicaSetup, runtime: Runtime, program: Program) {
		this.#plan = plan;
		this.#index = index;
		this.#shares = sharesOf(plan, count);
		this.#share = assertDefined(this.#shares[index], `share ${index}`);
		this.#runtime = runtime;
		this.#program = program;
		this.#memory = shareMemory(this.#share.length);
		this.#values = this.#shares.map(({ length }, i) =>
			i === index ? this.#memory.values : new Float32Array(length),
		);
		this.#feeds = this.#shares.map((share, i) =>
			viewsOf(share, assertDefined(this.#values[i], `values ${i}`)),
		);
		this.#take(state);
	}

	async run({ batch, values, gradients }: RunRequest): Promise<RunResponse> {
		const released = values.map((flat, i) => (flat === undefined ? undefined : this.#exchange(i, flat)));
		const feeds = Object.assign({}, this.#frozen, ...this.#feeds, batch) as Tensors;
		if (gradients === undefined) {
			this.#forward ??= await this.#runtime.load(this.#plan.forward, { optimize: false });
			return { ...this.#numbersOf(await this.#forward.run(feeds)), gradients: [], released };
		}
		if (!gradients.accumulate) this.#apart ??= new Float32Array(this.#share.length);
		this.#latest = gradients.accumulate ? this.#memory.gradients : this.#apart;
		const flats = this.#shares.map((_, i) => (i === this.#index ? this.#latest : gradients.memory[i]));
		const places = flats.map((flat, i) =>
			viewsOf(assertDefined(this.#shares[i], `share ${i}`), assertDefined(flat, `memory ${i}`), gradientName),
		);
		const into = Object.assign({}, ...places) as Tensors;
		const outputs = await this.#program.run(feeds, into);
		for (const [name, place] of Object.entries(into)) {
			const output = assertDefined(outputs[name], name);
			if (output !== place) (place.data as Float32Array).set(output.data as Float32Array);
		}
		const others = flats.map((flat, i) => (i === this.#index ? undefined : flat));
		return { ...this.#numbersOf(outputs), gradients: others, released };
	}

	async add({ gradients, begin, last }: AddRequest): Promise<AddResponse> {
		const { gradients: sum } = this.#memory;
		const terms = gradients.map((flat) => flat ?? assertDefined(this.#latest, "gradients of its own batch"));
		// A term already in the sum must come first; swapping the first two is exact, since a + b = b + a.
		if (begin && terms[1] === sum) terms.unshift(...terms.splice(1, 1));
		const squares = this.#share.parameters.map(({ range }) => {
			for (const [i, term] of terms.entries()) {
				if (!begin || i > 0) this.#memory.add(term, range);
				else if (term !== sum) part(sum, range).set(part(term, range));
			}
			// While the range is in cache.
			return last ? this.#memory.squares(range) : 0;
		});
		return { squares, memory: gradients.filter((flat) => flat !== undefined) };
	}

	async update({ step, scale, copies }: UpdateRequest): Promise<readonly Float32Array[]> {
		const { groups, adamw } = this.#plan;
		for (const { name, group, range } of this.#share.parameters) {
			const { learningRate, weightDecay } = assertDefined(groups[group], `group of ${name}`);
			const rate = learningRateAt(learningRate, step);
			this.#memory.update(range, { ...adamw, learningRate: rate, weightDecay, step, scale });
			for (const copy of copies) copy.set(part(this.#memory.values, range), range.offset);
		}
		return copies;
	}

	async state(): Promise<Omit<TrainingState, "step">> {
		const { values, first, second } = this.#memory;
		const copy = (flat: Float32Array) => copies(viewsOf(this.#share, flat));
		return {
			parameters: { ...copies(this.#frozen), ...copy(values) },
			first: copy(first),
			second: copy(second),
		};
	}

	async restore(state: TrainingState): Promise<void> {
		this.#take(state);
	}

	async close(): Promise<void> {
		await this.#program.close();
		await this.#forward?.close();
	}

	#take({ parameters, first, second }: TrainingState): void {
		for (const [i, share] of this.#shares.entries()) {
			fill(share, assertDefined(this.#values[i], `values ${i}`), parameters);
		}
		fill(this.#share, this.#memory.first, first);
		fill(this.#share, this.#memory.second, second);
		this.#memory.gradients.fill(0);
		this.#apart = undefined;
		const frozen = this.#plan.parameters.filter(({ group }) => this.#plan.groups[group]?.frozen);
		this.#frozen = copies(
			Object.fromEntries(frozen.map(({ name }) => [name, assertDefined(parameters[name], name)])),
		);
	}

	/** Replaces a share's values; returns the released buffer. */
	#exchange(index: number, flat: Float32Array): Float32Array {
		const released = assertDefined(this.#values[index], `values ${index}`);
		this.#values[index] = flat;
		this.#feeds[index] = viewsOf(assertDefined(this.#shares[index], `share ${index}`), flat);
		return released;
	}

	#numbersOf(outputs: Tensors): Pick<RunResponse, "loss" | "count" | "metrics"> {
		const numberOf = (name: string) => Number(assertDefined(outputs[name], `output ${name}`).data[0]);
		return {
			loss: numberOf("loss"),
			count: this.#plan.hasCount ? numberOf("count") : 1,
			metrics: Object.fromEntries(this.#plan.metrics.map((name) => [name, numberOf(metricName(name))])),
		};
	}
}

function copies(tensors: Tensors): Tensors {
	return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, copyOf(tensor)]));
}
