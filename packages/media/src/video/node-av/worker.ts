/** The node-av decoding thread: opens one video, reports its packets, then runs one job after another. */

import { parentPort, workerData } from "node:worker_threads";
import type { Job, Reply, Request, Setup } from "./protocol.ts";
import { WORDS } from "./protocol.ts";
import type { Session } from "./session.ts";

class Stopped extends Error {}

const port = parentPort;
if (port === null) throw new Error("internal: the decoding thread was not started as one");
const setup: Setup = workerData;
const words = new Int32Array(setup.shared);

function reply(message: Reply, transfer: readonly ArrayBuffer[] = []): void {
	port?.postMessage(message, [...transfer]);
}

function fail(error: unknown): void {
	const message = error instanceof Error ? error.message : String(error);
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	const why =
		error instanceof Error && "why" in error ? (error.why as "unreadable" | "over-limit") : undefined;
	const isMissing =
		code === "ERR_MODULE_NOT_FOUND" || /Could not load the node-av native binding/.test(message);
	reply({ kind: "failed", why: isMissing ? "not-installed" : (why ?? "internal"), message });
}

/** Called per packet: records progress, and ends a job that is no longer wanted. */
function onPacket(): void {
	Atomics.add(words, WORDS.progress, 1);
	if (Atomics.load(words, WORDS.isStopped) === 1) throw new Stopped();
}

/** Waits until another frame may be sent. */
function takeCredit(): void {
	for (;;) {
		const credit = Atomics.load(words, WORDS.credit);
		if (Atomics.load(words, WORDS.isStopped) === 1) throw new Stopped();
		if (credit > 0) break;
		Atomics.wait(words, WORDS.credit, credit);
	}
	Atomics.sub(words, WORDS.credit, 1);
}

/** Sends a frame without copying it. */
function sendFrame({ options: { size } }: Job, frame: number, pixels: Uint8Array): void {
	takeCredit();
	const data = pixels.buffer instanceof ArrayBuffer && ownsBuffer(pixels) ? pixels : pixels.slice();
	reply({ kind: "frame", decoded: { frame, ...size, data } }, [data.buffer as ArrayBuffer]);
}

function ownsBuffer({ buffer, byteLength }: Uint8Array): boolean {
	return buffer.byteLength === byteLength;
}

/** Marks a point between two native calls; see exit.ts. */
function rest(): void {
	Atomics.store(words, WORDS.isBusy, 0);
	Atomics.notify(words, WORDS.isBusy);
}

/** Runs a job; false if it failed, after which the thread is unusable. */
function runJob(session: Session, job: Job): boolean {
	try {
		session.run(job, onPacket, (frame, pixels) => sendFrame(job, frame, pixels));
		reply({ kind: "done" });
		return true;
	} catch (error) {
		if (!(error instanceof Stopped)) fail(error);
		else reply({ kind: "done" });
		return error instanceof Stopped;
	}
}

try {
	// Imported here instead of at the top, so that a missing package can be reported.
	const { openSession } = await import("./session.ts");
	const session = openSession(setup, onPacket);
	reply({ kind: "opened", opened: session.opened });
	rest();
	port.on("message", (request: Request) => {
		Atomics.store(words, WORDS.isBusy, 1);
		if (request === "end" || !runJob(session, request)) {
			session.close();
			port.close();
		}
		rest();
	});
} catch (error) {
	if (!(error instanceof Stopped)) fail(error);
	// With nothing left to wait for, the thread exits.
	port.close();
	rest();
}
