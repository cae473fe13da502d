/**
 * Delays process exit until decoding threads are outside native code. At exit Node stops its threads wherever they
 * are; one that is inside native code then crashes the process with a message. The wait is short.
 */

import { WORDS } from "./protocol.ts";

/** Maximum milliseconds that exit is delayed per thread; a stuck thread never answers. */
const MAX_WAIT_MS = 1000;

const running = new Set<Int32Array>();

/** Tracks a thread's shared words until `forget` is called for them. */
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
