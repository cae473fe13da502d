/**
 * Worker threads of this package. onnxruntime makes a thread flush denormal numbers to zero only when that thread
 * creates the first session of the process, and threads inherit it from the one that starts them. So one thread, the
 * spawner, creates that first session and starts all others: they are equally fast and compute the same bits, however
 * many runs a thread of the user's starts. Runs that are started from a second such thread do without.
 */

import { MessageChannel, type MessagePort, workerData } from "node:worker_threads";
import { startThread } from "@onevision/base/node";
import { Caller, type Ending, type Thread } from "./calls.ts";
import type { SpawnerCalls, Start, ThreadModule } from "./protocol.ts";

/** In a thread: the port that it answers on. */
export function ownPort(): MessagePort {
	return workerData as MessagePort;
}

/** A thread that flushes denormal numbers if this one does. */
export function openThread(module: ThreadModule): Thread {
	const { port1, port2 } = new MessageChannel();
	return { port: port1, ...startOn({ module, port: port2 }) };
}

let spawner: Caller<SpawnerCalls> | undefined;

/** A thread that flushes denormal numbers, unless the process had an onnxruntime session before the spawner's. */
export async function spawnThread(module: ThreadModule): Promise<Thread> {
	if (!spawner?.alive) spawner = new Caller(openThread("spawner"), "the thread that starts others");
	const caller = spawner;
	const { port1, port2 } = new MessageChannel();
	const id = await caller.call("spawn", { module, port: port2 }, [port2]);
	return {
		port: port1,
		ending: () => caller.call("ending", id),
		stop: () => caller.call("stop", id),
	};
}

/** Starts a thread on one end of a channel. It keeps the process alive only while somebody waits for its end. */
export function startOn({ module, port }: Start): Pick<Thread, "ending" | "stop"> {
	const worker = startThread(`./${module}.ts`, import.meta.url, { workerData: port, transferList: [port] });
	worker.unref();
	let thrown: string | undefined;
	// As text: an error of another thread does not survive a second way between threads.
	worker.on("error", (error: Error) => {
		thrown = String(error?.message ?? error);
	});
	const ended = new Promise<Ending>((resolve) => {
		worker.on("exit", (code) => resolve({ code, thrown }));
	});
	return {
		ending: () => {
			worker.ref();
			return ended;
		},
		stop: async () => {
			await worker.terminate();
		},
	};
}
