/** Asks the workers. Each kind of work has one of its own, started on first use, so that decoding holds up no plan. */

import { type ErrorCode, OnevisionError } from "@onevision/base";
import type { Method, Methods, Reply, Request } from "./protocol.ts";

interface Waiting {
	readonly kind: WorkKind;
	readonly resolve: (answer: never) => void;
	readonly reject: (error: unknown) => void;
	readonly onProgress: ((progress: never) => void) | undefined;
}

type WorkKind = "files" | "pixels" | "answers";

const KIND_OF = {
	headers: "files",
	profile: "files",
	thumbnail: "pixels",
	stages: "pixels",
	clipIndex: "pixels",
	clipFrames: "pixels",
	inspectPage: "pixels",
	compare: "answers",
	plan: "answers",
	planFiles: "answers",
} as const satisfies Record<Method, WorkKind>;

const workers = new Map<WorkKind, Worker>();
let lastId = 0;
const waiting = new Map<number, Waiting>();

/** The worker of a kind of work. A module's code is loaded and run before its first question arrives. */
export function startWorker(kind: WorkKind): Worker {
	const known = workers.get(kind);
	if (known !== undefined) return known;
	const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "studio" });
	workers.set(kind, worker);
	worker.onmessage = ({ data }: MessageEvent<Reply>) => receive(data);
	worker.onerror = ({ message }) => {
		for (const [id, entry] of waiting) {
			if (entry.kind !== kind) continue;
			waiting.delete(id);
			entry.reject(new Error(`the page's worker stopped: ${message}`));
		}
		worker.terminate();
		workers.delete(kind);
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
	const kind = KIND_OF[method];
	return new Promise((resolve, reject) => {
		waiting.set(id, { kind, resolve, reject, onProgress });
		const request: Request = { id, method, ask: question };
		startWorker(kind).postMessage(request);
	});
}
