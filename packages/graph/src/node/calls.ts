/** Calls from one thread to another: a caller asks by name, a server answers one request after the other. */

import { parentPort, type Worker } from "node:worker_threads";
import { GraphError, type GraphErrorCode } from "../errors.ts";

/** What may be asked by which name, and what is answered. */
export type Contract<T> = {
	readonly [N in keyof T]: { readonly asks: unknown; readonly answers: unknown };
};

interface Request {
	readonly id: number;
	readonly name: PropertyKey;
	readonly value: unknown;
}

/** Errors travel as data: classes do not survive the way between threads. */
interface Failure {
	readonly code: GraphErrorCode | undefined;
	readonly message: string;
	readonly step: number | undefined;
}

type Answer =
	| { readonly id: number; readonly value: unknown }
	| { readonly id: number; readonly failure: Failure };

interface Waiting {
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: Error) => void;
}

/** The asking side. */
export class Caller<T extends Contract<T>> {
	readonly #worker: Worker;
	readonly #waiting = new Map<number, Waiting>();
	#next = 0;
	#ended: Error | undefined;

	/** `what` names the worker in the error that its end gives. */
	constructor(worker: Worker, what: string) {
		this.#worker = worker;
		worker.on("message", (answer: Answer) => this.#settle(answer));
		worker.on("error", (error) => this.#end(error));
		worker.on("exit", (code) =>
			this.#end(new GraphError("runtime", `training: ${what} has ended (exit ${code})`)),
		);
	}

	/** False once the worker has ended: every call is then refused. */
	get alive(): boolean {
		return this.#ended === undefined;
	}

	/** Asks, and moves the buffers in `transfer` over. Throws what the other side threw, or `runtime` when it has ended. */
	call<N extends keyof T>(
		name: N,
		value: T[N]["asks"],
		transfer: readonly ArrayBuffer[] = [],
	): Promise<T[N]["answers"]> {
		if (this.#ended !== undefined) return Promise.reject(this.#ended);
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, { resolve, reject });
			this.#worker.postMessage({ id, name, value } satisfies Request, transfer);
		});
	}

	/** Ends the worker. */
	async stop(): Promise<void> {
		await this.#worker.terminate();
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

export type Handlers<T extends Contract<T>> = {
	readonly [N in keyof T]: (value: T[N]["asks"]) => Promise<T[N]["answers"]>;
};

/** Buffers of an answer that are handed over and not copied. */
export type Moved<T extends Contract<T>> = {
	readonly [N in keyof T]?: (answer: T[N]["answers"]) => readonly ArrayBuffer[];
};

/** The answering side, in a worker. */
export function serve<T extends Contract<T>>(handlers: Handlers<T>, moved: Moved<T> = {}): void {
	let last: Promise<void> = Promise.resolve();
	const answered = async <N extends keyof T>(name: N, value: T[N]["asks"]) => {
		const answer = await handlers[name](value);
		return { answer, buffers: moved[name]?.(answer) ?? [] };
	};
	parentPort?.on("message", ({ id, name, value }: Request) => {
		last = last.then(async () => {
			try {
				const { answer, buffers } = await answered(name as keyof T, value as T[keyof T]["asks"]);
				parentPort?.postMessage({ id, value: answer } satisfies Answer, buffers);
			} catch (error) {
				parentPort?.postMessage({ id, failure: failureOf(error) } satisfies Answer);
			}
		});
	});
}

function failureOf(error: unknown): Failure {
	const known = error instanceof GraphError ? error : undefined;
	return {
		code: known?.code,
		message: error instanceof Error ? error.message : String(error),
		step: known?.step,
	};
}
