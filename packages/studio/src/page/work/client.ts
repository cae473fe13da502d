/** Asks the worker. It is started on first use, so that a page that only counts does not load it. */

import { type ErrorCode, OnevisionError } from "@onevision/base";
import type { Method, Methods, Reply, Request } from "./protocol.ts";

interface Waiting {
	readonly resolve: (answer: never) => void;
	readonly reject: (error: unknown) => void;
	readonly onProgress: ((progress: never) => void) | undefined;
}

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, Waiting>();

function started(): Worker {
	if (worker !== undefined) return worker;
	worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "studio" });
	worker.onmessage = ({ data }: MessageEvent<Reply>) => receive(data);
	worker.onerror = ({ message }) => {
		for (const { reject } of waiting.values()) reject(new Error(`the page's worker stopped: ${message}`));
		waiting.clear();
		worker?.terminate();
		worker = undefined;
	};
	return worker;
}

function receive(reply: Reply): void {
	const entry = waiting.get(reply.id);
	if (entry === undefined) return;
	if ("progress" in reply) {
		entry.onProgress?.(reply.progress as never);
		return;
	}
	waiting.delete(reply.id);
	if ("answer" in reply) entry.resolve(reply.answer as never);
	else if (reply.code === undefined) entry.reject(new Error(reply.error));
	else entry.reject(new OnevisionError(reply.code as ErrorCode, reply.error));
}

/** Rejects with the worker's `OnevisionError`s. */
export function ask<M extends Method>(
	method: M,
	question: Methods[M]["ask"],
	onProgress?: (progress: Methods[M]["progress"]) => void,
): Promise<Methods[M]["answer"]> {
	const id = ++lastId;
	return new Promise((resolve, reject) => {
		waiting.set(id, { resolve, reject, onProgress });
		const request: Request = { id, method, ask: question };
		started().postMessage(request);
	});
}
