/**
 * A pool of threads that run tasks: results come in task order, only a few tasks are held at a time, and a thread
 * that hangs or dies costs only its own task.
 */

import type { Worker } from "node:worker_threads";

export interface PoolOptions<Task, Answer> {
	/** Starts a thread that answers each task with one message. */
	readonly start: () => Worker;
	/** The answer to a task that needs no thread. */
	readonly answered?: (task: Task) => Answer | undefined;
	readonly threads: number;
	/** Maximum seconds per task. */
	readonly timeoutSeconds: number;
	/** Buffers that a task transfers instead of copying. */
	readonly transfer?: (task: Task) => readonly ArrayBuffer[];
}

/** Sent to a thread: abandon the task and exit. */
export const END = "end";
/**
 * Sent by a thread: do not terminate me any more. It is then asked to end instead and, if it does not, left alone,
 * because terminating native code that decodes a video crashes the whole process.
 */
export const HOLD = "hold";
/** Milliseconds to wait at the end for threads that were asked to exit. */
const MAX_WAIT_MS = 3000;

/** A thread's answer, or the reason there is none. */
export type Outcome<Answer> =
	| { readonly kind: "answer"; readonly answer: Answer }
	| { readonly kind: "timeout" }
	| { readonly kind: "died"; readonly why: string };

/** Tasks running, or done and not yet consumed, per thread: enough that no thread waits for the one before it. */
const AHEAD = 2;

/**
 * Runs every task and yields the outcomes in the given order. Takes a task only when there is room, so that at most
 * twice as many tasks as threads are held. Threads end with the loop, however it exits.
 */
export async function* runInOrder<Task, Answer>(
	tasks: Iterable<Task> | AsyncIterable<Task>,
	options: PoolOptions<Task, Answer>,
): AsyncGenerator<Outcome<Answer>, void> {
	const pool = new Pool<Task, Answer>(options);
	const pending: Promise<Outcome<Answer>>[] = [];
	try {
		for await (const task of tasks) {
			const answer = options.answered?.(task);
			pending.push(answer === undefined ? pool.run(task) : Promise.resolve({ kind: "answer", answer }));
			if (pending.length < options.threads * AHEAD) continue;
			const first = pending.shift();
			if (first !== undefined) yield await first;
		}
		for (const outcome of pending) yield await outcome;
	} finally {
		await pool.close();
	}
}

class Pool<Task, Answer> {
	readonly #options: PoolOptions<Task, Answer>;
	readonly #idle: Worker[] = [];
	/** Tasks waiting for a thread; once the pool is closed they get none. */
	readonly #waiting: ((worker: Worker | undefined) => void)[] = [];
	readonly #alive = new Set<Worker>();
	/** Threads that must not be terminated. */
	readonly #fragile = new WeakSet<Worker>();
	#isClosed = false;

	constructor(options: PoolOptions<Task, Answer>) {
		this.#options = options;
	}

	/** Never rejects: failing to start or message a thread is an outcome too. */
	async run(task: Task): Promise<Outcome<Answer>> {
		try {
			const worker = await this.#take();
			if (worker === undefined) return { kind: "died", why: "the batch has ended" };
			const outcome = await this.#ask(worker, task);
			if (outcome.kind === "answer") this.#give(worker);
			else {
				await this.#end(worker, 0);
				this.#alive.delete(worker);
				this.#serve();
			}
			return outcome;
		} catch (error) {
			return { kind: "died", why: error instanceof Error ? error.message : String(error) };
		}
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		for (const resolve of this.#waiting.splice(0)) resolve(undefined);
		await Promise.all([...this.#alive].map((worker) => this.#end(worker, MAX_WAIT_MS)));
	}

	async #end(worker: Worker, waitMs: number): Promise<void> {
		if (!this.#fragile.has(worker)) {
			await worker.terminate();
			return;
		}
		worker.postMessage(END);
		worker.unref();
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, waitMs);
			worker.once("exit", () => {
				clearTimeout(timer);
				resolve();
			});
		});
	}

	#start(): Worker {
		const worker = this.#options.start();
		// A thread that fails while nobody listens must not end the process.
		worker.on("error", () => undefined);
		this.#alive.add(worker);
		return worker;
	}

	async #take(): Promise<Worker | undefined> {
		if (this.#isClosed) return undefined;
		const worker = this.#idle.pop();
		if (worker !== undefined) return worker;
		if (this.#alive.size < this.#options.threads) return this.#start();
		return new Promise((resolve) => this.#waiting.push(resolve));
	}

	#give(worker: Worker): void {
		const next = this.#waiting.shift();
		if (next === undefined) this.#idle.push(worker);
		else next(worker);
	}

	/** Replaces dead threads as long as tasks are waiting. */
	#serve(): void {
		while (!this.#isClosed && this.#waiting.length > 0 && this.#alive.size < this.#options.threads) {
			const worker = this.#start();
			this.#give(worker);
		}
	}

	#ask(worker: Worker, task: Task): Promise<Outcome<Answer>> {
		return new Promise((resolve) => {
			const settle = (outcome: Outcome<Answer>): void => {
				clearTimeout(timer);
				worker.off("message", onMessage).off("error", onError).off("exit", onExit);
				resolve(outcome);
			};
			const onMessage = (message: Answer | typeof HOLD): void => {
				if (message === HOLD) this.#fragile.add(worker);
				else settle({ kind: "answer", answer: message });
			};
			const onError = (error: Error): void => settle({ kind: "died", why: error.message });
			const onExit = (code: number): void => settle({ kind: "died", why: `ended with status ${code}` });
			const timer = setTimeout(() => settle({ kind: "timeout" }), this.#options.timeoutSeconds * 1000);
			worker.on("message", onMessage).on("error", onError).on("exit", onExit);
			try {
				worker.postMessage(task, [...(this.#options.transfer?.(task) ?? [])]);
			} catch (error) {
				settle({ kind: "died", why: error instanceof Error ? error.message : String(error) });
			}
		});
	}
}
