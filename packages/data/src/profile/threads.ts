/** Profiles slices on threads. Results come in any order: sums do not depend on it. */

import type { Worker } from "node:worker_threads";
import { OnevisionError } from "@onevision/base";
import { startThread } from "@onevision/base/node";
import type { ProfileRead, SliceSetup, SliceTask } from "./slice.ts";
import type { StoredTotals } from "./totals.ts";

/** A slice's totals, and what its thread has read so far, for all its slices. */
interface SliceResult {
	readonly totals: StoredTotals;
	readonly read: ProfileRead;
}

/** What a thread sends: samples done, a slice's result, or an expected failure. */
export type ThreadMessage =
	| { readonly samples: number }
	| SliceResult
	| { readonly failure: Pick<OnevisionError, "code" | "message"> };

/**
 * Takes tasks only as threads become free. Returns what each thread has read. Throws the first error of a thread or of
 * `onTotals`, and ends all threads.
 */
export async function profileOnThreads(
	tasks: AsyncIterator<SliceTask>,
	setup: SliceSetup,
	threads: number,
	onSamples: (count: number) => void,
	onTotals: (task: SliceTask, totals: StoredTotals) => Promise<void>,
): Promise<readonly ProfileRead[]> {
	const workers = new Set<Worker>();
	let hasFailed = false;
	const serve = async (): Promise<ProfileRead | undefined> => {
		let worker: Worker | undefined;
		let read: ProfileRead | undefined;
		// A thread is started for its first task: a small set needs few.
		for (;;) {
			const { done, value: task } = await tasks.next();
			if (done === true || hasFailed) return read;
			worker ??= startThread("./worker.ts", import.meta.url, { workerData: setup });
			workers.add(worker);
			const result = await ask(worker, task, onSamples);
			read = result.read;
			await onTotals(task, result.totals);
		}
	};
	const failing = (error: unknown): never => {
		hasFailed = true;
		throw error;
	};
	try {
		const reads = await Promise.all(Array.from({ length: threads }, () => serve().catch(failing)));
		return reads.flatMap((read) => (read === undefined ? [] : [read]));
	} finally {
		await Promise.all([...workers].map((worker) => worker.terminate()));
	}
}

function ask(worker: Worker, task: SliceTask, onSamples: (count: number) => void): Promise<SliceResult> {
	return new Promise((resolve, reject) => {
		const settle = (act: () => void): void => {
			worker.off("message", onMessage).off("error", onError).off("exit", onExit);
			act();
		};
		const onMessage = (message: ThreadMessage): void => {
			if ("samples" in message) onSamples(message.samples);
			else if ("totals" in message) settle(() => resolve(message));
			else settle(() => reject(new OnevisionError(message.failure.code, message.failure.message)));
		};
		const onError = (error: Error): void => settle(() => reject(error));
		const onExit = (code: number): void =>
			settle(() => reject(new Error(`internal: a profiling thread ended with status ${code}`)));
		worker.on("message", onMessage).on("error", onError).on("exit", onExit);
		worker.postMessage(task);
	});
}
