/** A training run in a worker thread, which leaves the caller's event loop free. */

import { copyOf, OnevisionError } from "@onevision/base";
import type { Tensors } from "../runtime.ts";
import type { TrainingPlan } from "../train/plan.ts";
import type { TrainingState } from "../train/state.ts";
import type { Evaluation, StepReport, Training } from "../train/training.ts";
import { buffersIn, Caller } from "./calls.ts";
import { loadCheckpoint } from "./files.ts";
import type { SessionCalls, WorkerStart } from "./protocol.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";
import { spawnThread } from "./threads.ts";

export interface SessionOptions extends NodeRuntimeOptions {
	/**
	 * Copies of the model that run the batches of an update concurrently, one thread each (default 1). With more than
	 * one, `threads` defaults to 1. Losses and updates have the same bits for any number of replicas.
	 */
	readonly replicas?: number;
}

/** A training run that can be saved to a file and resumed from one. */
export interface TrainingSession extends Training {
	/** Writes a checkpoint atomically and returns its step. */
	save(path: string): Promise<number>;
	/** Resumes from a checkpoint and returns its step. Throws `unreadable-file`, `unknown-name` or `shape-mismatch`. */
	load(path: string): Promise<number>;
}

/** Starts a run in its own worker thread. Throws `runtime`, `invalid-input`, or what `startState` throws when `state` does not fit the plan. */
export async function startSession(
	plan: TrainingPlan,
	state: TrainingState,
	{ replicas = 1, ...runtime }: SessionOptions = {},
): Promise<TrainingSession> {
	if (!(Number.isInteger(replicas) && replicas >= 1)) {
		throw new OnevisionError(
			"invalid-input",
			`session: replicas must be an integer of at least 1, got ${replicas}`,
		);
	}
	const session = new WorkerSession(new Caller(await spawnThread("worker"), "the worker thread"));
	await session.start({ plan, state, runtime, replicas });
	return session;
}

class WorkerSession implements TrainingSession {
	readonly #worker: Caller<SessionCalls>;
	#step = 0;
	#closing: Promise<void> | undefined;

	constructor(worker: Caller<SessionCalls>) {
		this.#worker = worker;
	}

	get step(): number {
		return this.#step;
	}

	async start(start: WorkerStart): Promise<void> {
		try {
			this.#step = await this.#worker.call("start", start);
		} catch (error) {
			await this.#worker.stop();
			throw error;
		}
	}

	async update(batches: readonly Tensors[]): Promise<StepReport> {
		const own = copiesOf(batches);
		const report = await this.#worker.call("update", own, buffersIn(own));
		this.#step = report.step;
		return report;
	}

	async evaluate(batches: readonly Tensors[]): Promise<Evaluation> {
		const own = copiesOf(batches);
		return this.#worker.call("evaluate", own, buffersIn(own));
	}

	state(): Promise<TrainingState> {
		return this.#worker.call("state", undefined);
	}

	async restore(state: TrainingState): Promise<void> {
		this.#step = await this.#worker.call("restore", state);
	}

	save(path: string): Promise<number> {
		return this.#worker.call("save", path);
	}

	async load(path: string): Promise<number> {
		await this.restore(await loadCheckpoint(path));
		return this.#step;
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		if (!this.#worker.alive) return;
		try {
			await this.#worker.call("close", undefined);
		} finally {
			await this.#worker.stop();
		}
	}
}

/** Copies in memory of their own, to be transferred: a message would copy it twice. */
function copiesOf(batches: readonly Tensors[]): Tensors[] {
	return batches.map((batch) =>
		Object.fromEntries(Object.entries(batch).map(([name, tensor]) => [name, copyOf(tensor)])),
	);
}
