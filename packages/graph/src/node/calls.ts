/** Remote procedure calls between threads: a caller sends requests by name, a server handles them one at a time. */

import type { MessagePort, Transferable } from "node:worker_threads";
import { type ErrorCode, OnevisionError } from "@onevision/base";

/** Request and response of each call. */
export type Contract<T> = {
	readonly [N in keyof T]: { readonly request: unknown; readonly response: unknown };
};

interface Request {
	readonly id: number;
	readonly name: PropertyKey;
	readonly value: unknown;
}

/** An error as data: structured clone drops its class. */
interface Failure {
	readonly code: ErrorCode | undefined;
	readonly message: string;
	readonly step: number | undefined;
}

type Response =
	| { readonly id: number; readonly value: unknown }
	| { readonly id: number; readonly failure: Failure };

/** A thread that serves a port; the port closes when the thread ends. */
export interface Thread {
	readonly port: MessagePort;
	/** Resolves when the thread ends. */
	ending(): Promise<Ending>;
	/** Terminates the thread. */
	stop(): Promise<void>;
}

/** A thread's exit code, and the message of its uncaught exception. */
export interface Ending {
	readonly code: number;
	readonly thrown: string | undefined;
}

interface Pending {
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: Error) => void;
}

/** The calling side. The port keeps the process alive only while calls are pending. */
export class Caller<T extends Contract<T>> {
	readonly #thread: Thread;
	readonly #what: string;
	readonly #area: string;
	readonly #pending = new Map<number, Pending>();
	#next = 0;
	#ending: Promise<Ending> | undefined;
	#ended: Error | undefined;

	/** `what` names the thread in errors, `area` what it is for. */
	constructor(thread: Thread, what: string, area = "training") {
		this.#thread = thread;
		this.#what = what;
		this.#area = area;
		thread.port.on("message", (response: Response) => this.#settle(response));
		thread.port.on("messageerror", (error: Error) => {
			this.#rejectAll(
				new OnevisionError(
					"runtime",
					`${this.#area}: a response of ${what} cannot be read: ${lineOf(error)}`,
				),
			);
		});
		thread.port.on("close", () => void this.#end());
		thread.port.unref();
	}

	/** False once the thread has ended: every call then rejects. */
	get alive(): boolean {
		return this.#ended === undefined;
	}

	/**
	 * Sends a request and moves what is in `transfer`. Throws what the handler threw, or `runtime` when the thread has
	 * ended or the value cannot be sent.
	 */
	call<N extends keyof T>(
		name: N,
		value: T[N]["request"],
		transfer: readonly Transferable[] = [],
	): Promise<T[N]["response"]> {
		if (this.#ended !== undefined) return Promise.reject(this.#ended);
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			try {
				this.#thread.port.postMessage({ id, name, value } satisfies Request, transfer);
			} catch (error) {
				reject(
					new OnevisionError("runtime", `${this.#area}: cannot send to ${this.#what}: ${lineOf(error)}`),
				);
				return;
			}
			this.#pending.set(id, { resolve, reject });
			this.#thread.port.ref();
		});
	}

	/** Terminates the thread; pending calls reject. */
	async stop(): Promise<void> {
		await this.#thread.stop();
		await this.#end();
	}

	#settle(response: Response): void {
		const pending = this.#pending.get(response.id);
		this.#pending.delete(response.id);
		if (this.#pending.size === 0) this.#thread.port.unref();
		if ("value" in response) {
			pending?.resolve(response.value);
			return;
		}
		const { code, message, step } = response.failure;
		pending?.reject(code === undefined ? new Error(message) : new OnevisionError(code, message, step));
	}

	/** Rejects all calls with the reason for which the thread ended. */
	async #end(): Promise<void> {
		this.#ending ??= this.#thread.ending().catch((error: Error) => ({ code: 1, thrown: error.message }));
		const { code, thrown } = await this.#ending;
		const why = thrown === undefined ? `exit ${code}` : lineOf(thrown);
		this.#ended ??= new OnevisionError("runtime", `${this.#area}: ${this.#what} has ended (${why})`);
		this.#rejectAll(this.#ended);
	}

	#rejectAll(error: Error): void {
		for (const { reject } of this.#pending.values()) reject(error);
		this.#pending.clear();
		this.#thread.port.unref();
	}
}

export type Handlers<T extends Contract<T>> = {
	readonly [N in keyof T]: (value: T[N]["request"]) => Promise<T[N]["response"]>;
};

/**
 * The serving side, in a thread. Arrays in a response are transferred, not copied. A request that cannot be read, because
 * a buffer in it was already detached, ends the thread: its caller is unknown.
 */
export function serve<T extends Contract<T>>(port: MessagePort, handlers: Handlers<T>): void {
	let last: Promise<void> = Promise.resolve();
	port.on("messageerror", (error: Error) => {
		throw error;
	});
	port.on("message", ({ id, name, value }: Request) => {
		last = last.then(async () => {
			try {
				const response = await handlers[name as keyof T](value as T[keyof T]["request"]);
				port.postMessage({ id, value: response } satisfies Response, buffersIn(response));
			} catch (error) {
				port.postMessage({ id, failure: failureOf(error) } satisfies Response);
			}
		});
	});
}

/** The distinct buffers of all arrays in plain data. */
export function buffersIn(value: unknown): ArrayBuffer[] {
	const found = new Set<ArrayBuffer>();
	const look = (each: unknown): void => {
		if (ArrayBuffer.isView(each)) found.add(each.buffer as ArrayBuffer);
		else if (typeof each === "object" && each !== null) for (const inner of Object.values(each)) look(inner);
	};
	look(value);
	return [...found];
}

/** The first line of an error's message. */
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
