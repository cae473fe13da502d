/** A training run in a worker thread: the caller's event loop stays free while the model computes. */

import type { Worker } from "node:worker_threads";
import { GraphError } from "../errors.ts";
import type { Tensors } from "../runtime.ts";
import type { TrainingPlan } from "../train/plan.ts";
import type { TrainingState } from "../train/state.ts";
import type { Evaluation, StepReport, Training } from "../train/training.ts";
import { createWorker } from "./create-worker.ts";
import { loadCheckpoint } from "./files.ts";
import type { Answer, CallName, Calls, Request, WorkerStart } from "./protocol.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";

/** A training run that can be saved to a file and go on from one. */
export interface TrainingSession extends Training {
	/** Writes a checkpoint, atomically, and answers with the step it holds. */
	save(path: string): Promise<number>;
	/** Goes on from a checkpoint, and answers with its step. Throws `unreadable-file`, `unknown-name` or `shape-mismatch`. */
	load(path: string): Promise<number>;
}

interface Waiting {
	readonly resolve: (value: Calls[CallName]["answers"]) => void;
	readonly reject: (error: Error) => void;
}

/** Starts a run in a worker thread of its own. Throws `runtime`, or what does not fit about `state`. */
export async function startSession(
	plan: TrainingPlan,
	state: TrainingState,
	runtime: NodeRuntimeOptions = {},
): Promise<TrainingSession> {
	const session = new WorkerSession({ plan, state, runtime });
	await session.start();
	return session;
}

class WorkerSession implements TrainingSession {
	readonly #worker: Worker;
	readonly #waiting = new Map<number, Waiting>();
	#next = 0;
	#step = 0;
	#ended: Error | undefined;

	constructor(start: WorkerStart) {
		this.#worker = createWorker("worker", start);
		this.#worker.on("message", (answer: Answer) => this.#settle(answer));
		this.#worker.on("error", (error) => this.#end(error));
		this.#worker.on("exit", (code) =>
			this.#end(new GraphError("runtime", `training: the worker thread has ended (exit ${code})`)),
		);
	}

	get step(): number {
		return this.#step;
	}

	async start(): Promise<void> {
		try {
			this.#step = await this.#call("start", undefined);
		} catch (error) {
			await this.#worker.terminate();
			throw error;
		}
	}

	async update(batches: readonly Tensors[]): Promise<StepReport> {
		const report = await this.#call("update", batches);
		this.#step = report.step;
		return report;
	}

	evaluate(batches: readonly Tensors[]): Promise<Evaluation> {
		return this.#call("evaluate", batches);
	}

	state(): Promise<TrainingState> {
		return this.#call("state", undefined);
	}

	async restore(state: TrainingState): Promise<void> {
		this.#step = await this.#call("restore", state);
	}

	save(path: string): Promise<number> {
		return this.#call("save", path);
	}

	async load(path: string): Promise<number> {
		await this.restore(await loadCheckpoint(path));
		return this.#step;
	}

	async close(): Promise<void> {
		if (this.#ended !== undefined) return;
		await this.#call("close", undefined);
		await this.#worker.terminate();
	}

	#call<N extends CallName>(name: N, value: Calls[N]["asks"]): Promise<Calls[N]["answers"]> {
		if (this.#ended !== undefined) return Promise.reject(this.#ended);
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
			this.#worker.postMessage({ id, name, value } satisfies Request<N>);
		});
	}

	#settle(answer: Answer): void {
		const waiting = this.#waiting.get(answer.id);
		this.#waiting.delete(answer.id);
		if ("value" in answer) {
			waiting?.resolve(answer.value);
			return;
		}
		const { code, message, step } = answer.failure;
		waiting?.reject(code === undefined ? new Error(message) : new GraphError(code, message, step));
	}

	#end(error: Error): void {
		this.#ended ??= error;
		for (const { reject } of this.#waiting.values()) reject(this.#ended);
		this.#waiting.clear();
	}
}
