/**
 * Decodes with node-av (FFmpeg in this process), in a separate thread. The thread never waits for messages while it
 * decodes. Two shared counters control it: one limits how many frames it may send, so that few are held in memory,
 * and the other shows its progress.
 */

import type { Worker } from "node:worker_threads";
import { OnevisionError } from "@onevision/base";
import { startThread } from "@onevision/base/node";
import { assertCount } from "../frame-index.ts";
import { DecoderMissing, type OpenedFile, type OpenSetup } from "../open-file.ts";
import type { Run } from "../runs.ts";
import type { DecodedFrame, DecodeOptions, Decoder } from "../video.ts";
import { forget, remember } from "./exit.ts";
import { type Failure, type Reply, type Request, rowsOf, type Setup, WORDS } from "./protocol.ts";

/** Bytes of frames sent ahead of the consumer, with the minimum and maximum number of frames. */
const AHEAD_BYTES = 64 * 2 ** 20;
const [MIN_AHEAD, MAX_AHEAD] = [2, 8];
/** Number of discarded packets that cost about as much as a seek. */
const NEXT_RUN_COST = 4;

/** Seconds the program waits for a thread that was asked to end. */
const END_SECONDS = 5;

/** The thread, and its messages that have not been read yet. */
interface Thread {
	readonly worker: Worker;
	readonly words: Int32Array;
	readonly replies: Reply[];
	/** Called when a message arrives. */
	wake: () => void;
	isEnded: boolean;
}

/** Opens a file with node-av. Throws `DecoderMissing` if it is not installed, otherwise as `openVideo` does. */
export async function openWithNodeAv(setup: OpenSetup): Promise<OpenedFile> {
	const thread = openThread(setup);
	try {
		const reply = await nextReply(thread, setup);
		if (reply.kind !== "opened") throw new Error(`internal: the decoding thread answered ${reply.kind}`);
		const { packets, ...facts } = reply.opened;
		assertCount(packets.pts.length);
		return { ...facts, packets: rowsOf(packets), decoder: decoderOf(thread, setup) };
	} catch (error) {
		endThread(thread);
		throw error;
	}
}

function openThread({ path, demuxer, track, threads }: OpenSetup): Thread {
	const shared = new SharedArrayBuffer(4 * Object.keys(WORDS).length);
	const workerData: Setup = { path, demuxer, track, threads, shared };
	const words = new Int32Array(shared);
	Atomics.store(words, WORDS.isBusy, 1);
	const worker = startThread("./worker.ts", import.meta.url, { workerData });
	const thread: Thread = {
		worker,
		words,
		replies: [],
		wake: () => undefined,
		isEnded: false,
	};
	const push = (reply: Reply) => {
		thread.replies.push(reply);
		thread.wake();
	};
	worker.on("message", push);
	worker.on("error", (error) => push({ kind: "failed", why: "internal", message: error.message }));
	remember(thread.words);
	worker.on("exit", () => {
		forget(thread.words);
		if (!thread.isEnded)
			push({ kind: "failed", why: "internal", message: "the decoding thread ended by itself" });
	});
	// Decoding alone must not keep the program alive; whoever awaits a frame holds a timer. Comes after the listeners,
	// because adding one undoes it.
	worker.unref();
	return thread;
}

/**
 * The thread's next message. Throws the error it reports, `over-limit` when it makes no progress, or the signal's
 * reason.
 */
async function nextReply(thread: Thread, { path, timeoutSeconds, signal }: OpenSetup): Promise<Reply> {
	for (;;) {
		signal?.throwIfAborted();
		const reply = thread.replies.shift();
		if (reply?.kind === "failed") throw failure(path, reply.why, reply.message);
		if (reply !== undefined) return reply;
		if (thread.isEnded) {
			throw new OnevisionError("invalid-input", `${path}: its decoder has ended; open it again`);
		}
		const before = Atomics.load(thread.words, WORDS.progress);
		const isAwake = await waitFor(thread, timeoutSeconds, signal);
		if (isAwake || Atomics.load(thread.words, WORDS.progress) !== before) continue;
		const why = `decoding stood still for ${timeoutSeconds} s; raise timeoutSeconds or leave it out`;
		throw new OnevisionError("over-limit", `${path}: ${why}`);
	}
}

/** Resolves to false if no message arrives within that time. */
function waitFor(thread: Thread, seconds: number, signal: AbortSignal | undefined): Promise<boolean> {
	return new Promise((resolve) => {
		const end = (isAwake: boolean) => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", onAbort);
			thread.wake = () => undefined;
			resolve(isAwake);
		};
		const onAbort = () => end(true);
		const timer = setTimeout(() => end(false), seconds * 1000);
		signal?.addEventListener("abort", onAbort);
		thread.wake = () => end(true);
	});
}

function failure(path: string, why: Failure, message: string): Error {
	if (why === "not-installed") return new DecoderMissing();
	if (why === "internal") return new Error(`internal: ${path}: ${message}`);
	return new OnevisionError(why === "over-limit" ? why : "unreadable-file", `${path}: ${message}`);
}

function decoderOf(thread: Thread, setup: OpenSetup): Decoder {
	async function* decode(runs: readonly Run[], options: DecodeOptions): AsyncGenerator<DecodedFrame, void> {
		if (runs.length === 0) return;
		const { words, worker } = thread;
		const bytes = options.size.width * options.size.height * 3;
		const ahead = Math.min(Math.max(Math.floor(AHEAD_BYTES / bytes), MIN_AHEAD), MAX_AHEAD);
		Atomics.store(words, WORDS.isStopped, 0);
		Atomics.store(words, WORDS.credit, ahead);
		Atomics.store(words, WORDS.isBusy, 1);
		worker.postMessage({ runs, options } satisfies Request);
		let isDone = false;
		try {
			while (!isDone) {
				const reply = await nextReply(thread, setup);
				isDone = reply.kind === "done";
				if (reply.kind !== "frame") continue;
				yield reply.decoded;
				give(words);
			}
		} catch (error) {
			// The thread may be anywhere in its job, and its remaining messages must not reach the next one.
			endThread(thread);
			throw error;
		} finally {
			if (!isDone && !thread.isEnded) await stopJob(thread, setup);
		}
	}
	return { name: "node-av", nextRunCost: NEXT_RUN_COST, decode, close: async () => endThread(thread) };
}

function give(words: Int32Array): void {
	Atomics.add(words, WORDS.credit, 1);
	Atomics.notify(words, WORDS.credit);
}

/** Makes the thread abandon the rest of a job, and waits until it has. */
async function stopJob(thread: Thread, setup: OpenSetup): Promise<void> {
	Atomics.store(thread.words, WORDS.isStopped, 1);
	give(thread.words);
	try {
		while ((await nextReply(thread, setup)).kind !== "done");
	} catch {
		endThread(thread);
	}
}

/**
 * Asks the thread to end. Never terminates it: Node would then reject the thread's calls, and native code whose call
 * is rejected crashes the process. The program waits for the thread only briefly, because it may be stuck.
 */
function endThread(thread: Thread): void {
	if (thread.isEnded) return;
	thread.isEnded = true;
	const { worker, words } = thread;
	Atomics.store(words, WORDS.isStopped, 1);
	give(words);
	worker.postMessage("end" satisfies Request);
	worker.ref();
	setTimeout(() => worker.unref(), END_SECONDS * 1000).unref();
	thread.wake();
}
