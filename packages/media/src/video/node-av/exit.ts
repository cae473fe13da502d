/**
 * At the end of the process Node stops its threads wherever they are, and one that is inside native code then takes the
 * process down with a message instead. So the end waits, briefly, until decoding threads are between two calls.
 */

import { WORDS } from "./protocol.ts";

/** Most milliseconds the end of the process is held up per thread; one that is stuck never answers. */
const MAX_WAIT_MS = 1000;

const running = new Set<Int32Array>();

/** Keeps a thread's words in mind until `forget` is called for them. */
export function remember(words: Int32Array): void {
	if (running.size === 0) process.on("exit", stopAll);
	running.add(words);
}

export function forget(words: Int32Array): void {
	running.delete(words);
	if (running.size === 0) process.off("exit", stopAll);
}

function stopAll(): void {
	for (const words of running) {
		Atomics.store(words, WORDS.isStopped, 1);
		Atomics.add(words, WORDS.credit, 1);
		Atomics.notify(words, WORDS.credit);
		Atomics.wait(words, WORDS.isBusy, 1, MAX_WAIT_MS);
	}
}
