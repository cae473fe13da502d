/**
 * Worker threads. onnxruntime makes a thread flush denormals to zero only if that thread creates the first session of
 * the process; threads inherit the setting from the thread that starts them. So one thread, the spawner, creates that
 * first session and starts all others: they run equally fast and compute the same bits, however many runs the calling
 * thread starts. Runs started from a second thread of the caller's do not flush.
 */

import { MessageChannel, type MessagePort, workerData } from "node:worker_threads";
import { startThread } from "@onevision/base/node";
import { Caller, type Ending, type Thread } from "./calls.ts";
import type { SpawnerCalls, Start, ThreadModule } from "./protocol.ts";

/** In a thread: the port it serves. */
export function ownPort(): MessagePort {
	return workerData as MessagePort;
}

/** Starts a thread that flushes denormals if this one does. */
export function openThread(module: ThreadModule): Thread {
	const { port1, port2 } = new MessageChannel();
	return { port: port1, ...startOn({ module, port: port2 }) };
}

let spawner: Caller<SpawnerCalls> | undefined;

/** Starts a thread that flushes denormals, unless the process had an onnxruntime session before the spawner's. */
export async function spawnThread(module: ThreadModule): Promise<Thread> {
	if (!spawner?.alive) spawner = new Caller(openThread("spawner"), "the spawner thread");
	const caller = spawner;
	const { port1, port2 } = new MessageChannel();
	const id = await caller.call("spawn", { module, port: port2 }, [port2]);
	return {
		port: port1,
		ending: () => caller.call("ending", id),
		stop: () => caller.call("stop", id),
	};
}

/** Starts a thread on one end of a channel. It keeps the process alive only while `ending` is awaited. */
export function startOn({ module, port }: Start): Pick<Thread, "ending" | "stop"> {
	const worker = startThread(`./${module}.ts`, import.meta.url, { workerData: port, transferList: [port] });
	worker.unref();
	let thrown: string | undefined;
	// As text: an error from another thread does not survive a second structured clone.
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
