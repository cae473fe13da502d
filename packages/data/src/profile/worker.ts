/** A profiling thread: opens the sets itself, then answers each slice with its result. */

import { parentPort, workerData } from "node:worker_threads";
import { OnevisionError } from "@onevision/base";
import { openSliceProfiler, type SliceSetup, type SliceTask } from "./slice.ts";
import type { ThreadMessage } from "./threads.ts";

const profiler = openSliceProfiler(workerData as SliceSetup);
// Whoever asks first gets the error.
profiler.catch(() => undefined);
const send = (message: ThreadMessage): void => parentPort?.postMessage(message);

parentPort?.on("message", async (task: SliceTask) => {
	try {
		const { profile, read } = await profiler;
		const totals = await profile(task, (samples) => send({ samples }));
		send({ totals, read });
	} catch (error) {
		// Anything else is a bug and ends the thread with its stack.
		if (!(error instanceof OnevisionError)) throw error;
		send({ failure: { code: error.code, message: error.message } });
	}
});
