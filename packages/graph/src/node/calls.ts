/** Calls from one thread to another: a caller asks by name, a server answers one request after the other. */

import type { MessagePort, Transferable } from "node:worker_threads";
import { type ErrorCode, OnevisionError } from "@onevision/base";

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
	readonly code: ErrorCode | undefined;
	readonly message: string;
	readonly step: number | undefined;
}

type Answer =
	| { readonly id: number; readonly value: unknown }
	| { readonly id: number; readonly failure: Failure };

/** A thread that answers on a port, which closes when the thread ends. */
export interface Thread {
	readonly port: MessagePort;
	/** Why the thread has ended, once it has. */
	ending(): Promise<Ending>;
	/** Ends the thread. */
	stop(): Promise<void>;
}

/** The exit code of a thread, and the message of what it threw if it did. */
export interface Ending {
	readonly code: number;
	readonly thrown: string | undefined;
}

interface Waiting {
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: Error) => void;
}

/** The asking side. A thread keeps the process alive only while an answer is waited for. */
export class Caller<T extends Contract<T>> {
	readonly #thread: Thread;
	readonly #what: string;
	readonly #waiting = new Map<number, Waiting>();
	#next = 0;
	#ending: Promise<Ending> | undefined;
	#ended: Error | undefined;

	/** `what` names the thread in the error that its end gives. */
	constructor(thread: Thread, what: string) {
		this.#thread = thread;
		this.#what = what;
		thread.port.on("message", (answer: Answer) => this.#settle(answer));
		thread.port.on("messageerror", (error: Error) => {
			this.#refuse(new OnevisionError("runtime", `training: an answer of ${what} is lost: ${lineOf(error)}`));
		});
		thread.port.on("close", () => void this.#end());
		thread.port.unref();
	}

	/** False once the thread has ended: every call is then refused. */
	get alive(): boolean {
		return this.#ended === undefined;
	}

	/**
	 * Asks, and moves what is in `transfer` over. Throws what the other side threw, or `runtime` when it has ended or the
	 * value cannot be sent.
	 */
	call<N extends keyof T>(
		name: N,
		value: T[N]["asks"],
		transfer: readonly Transferable[] = [],
	): Promise<T[N]["answers"]> {
		if (this.#ended !== undefined) return Promise.reject(this.#ended);
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			try {
				this.#thread.port.postMessage({ id, name, value } satisfies Request, transfer);
			} catch (error) {
				reject(
					new OnevisionError("runtime", `training: nothing was sent to ${this.#what}: ${lineOf(error)}`),
				);
				return;
			}
			this.#waiting.set(id, { resolve, reject });
			this.#thread.port.ref();
		});
	}

	/** Ends the thread; calls that wait are refused. */
	async stop(): Promise<void> {
		await this.#thread.stop();
		await this.#end();
	}

	#settle(answer: Answer): void {
		const waiting = this.#waiting.get(answer.id);
		this.#waiting.delete(answer.id);
		if (this.#waiting.size === 0) this.#thread.port.unref();
		if ("value" in answer) {
			waiting?.resolve(answer.value);
			return;
		}
		const { code, message, step } = answer.failure;
		waiting?.reject(code === undefined ? new Error(message) : new OnevisionError(code, message, step));
	}

	/** Refuses all calls, once it is known why the thread has ended. */
	async #end(): Promise<void> {
		this.#ending ??= this.#thread.ending().catch((error: Error) => ({ code: 1, thrown: error.message }));
		const { code, thrown } = await this.#ending;
		const why = thrown === undefined ? `exit ${code}` : lineOf(thrown);
		this.#ended ??= new OnevisionError("runtime", `training: ${this.#what} has ended (${why})`);
		this.#refuse(this.#ended);
	}

	#refuse(error: Error): void {
		for (const { reject } of this.#waiting.values()) reject(error);
		this.#waiting.clear();
		this.#thread.port.unref();
	}
}

export type Handlers<T extends Contract<T>> = {
	readonly [N in keyof T]: (value: T[N]["asks"]) => Promise<T[N]["answers"]>;
};

/**
 * The answering side, in a thread. Arrays in an answer are handed over, not copied. A request that does not arrive, since
 * some memory of it had been handed over before, ends the thread: nobody knows whose it was.
 */
export function serve<T extends Contract<T>>(port: MessagePort, handlers: Handlers<T>): void {
	let last: Promise<void> = Promise.resolve();
	port.on("messageerror", (error: Error) => {
		throw error;
	});
	port.on("message", ({ id, name, value }: Request) => {
		last = last.then(async () => {
			try {
				const answer = await handlers[name as keyof T](value as T[keyof T]["asks"]);
				port.postMessage({ id, value: answer } satisfies Answer, buffersIn(answer));
			} catch (error) {
				port.postMessage({ id, failure: failureOf(error) } satisfies Answer);
			}
		});
	});
}

/** The memory of all arrays in plain data, each once. */
export function buffersIn(value: unknown): ArrayBuffer[] {
	const found = new Set<ArrayBuffer>();
	const look = (each: unknown): void => {
		if (ArrayBuffer.isView(each)) found.add(each.buffer as ArrayBuffer);
		else if (typeof each === "object" && each !== null) for (const inner of Object.values(each)) look(inner);
	};
	look(value);
	return [...found];
}

/** The first line of what was thrown. */
function lineOf(thrown: unknown): string {
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	return message.split("\n")[0] ?? "";
}

function failureOf(error: unknown): Failure {
	const known = error instanceof OnevisionError ? error : undefined;
	return {
		code: known?.code,
		message: error instanceof Error ? error.message : String(error),
		step: known?.step,
	};
}
