/** The thread that decodes with node-av: opens one video, tells its packets, then does one job after the other. */

import { parentPort, workerData } from "node:worker_threads";
import type { Job, Reply, Setup } from "./protocol.ts";
import { WORDS } from "./protocol.ts";

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

/** Called per packet: shows that there is progress, and ends a job nobody waits for. */
function onPacket(): void {
	Atomics.add(words, WORDS.progress, 1);
	if (Atomics.load(words, WORDS.isStopped) === 1) throw new Stopped();
}

/** Waits until another picture may be sent. */
function takeCredit(): void {
	for (;;) {
		const credit = Atomics.load(words, WORDS.credit);
		if (Atomics.load(words, WORDS.isStopped) === 1) throw new Stopped();
		if (credit > 0) break;
		Atomics.wait(words, WORDS.credit, credit);
	}
	Atomics.sub(words, WORDS.credit, 1);
}

/** Sends a picture without copying it. */
function sendPicture({ options: { size } }: Job, frame: number, pixels: Uint8Array): void {
	takeCredit();
	const data = pixels.buffer instanceof ArrayBuffer && ownsBuffer(pixels) ? pixels : pixels.slice();
	reply({ kind: "frame", decoded: { frame, ...size, data } }, [data.buffer as ArrayBuffer]);
}

function ownsBuffer({ buffer, byteLength }: Uint8Array): boolean {
	return buffer.byteLength === byteLength;
}

try {
	// Loaded here and not above, so that its absence can be told.
	const { openSession } = await import("./session.ts");
	const session = openSession(setup, onPacket);
	reply({ kind: "opened", opened: session.opened });
	port.on("message", (job: Job) => {
		try {
			session.run(job, onPacket, (frame, pixels) => sendPicture(job, frame, pixels));
			reply({ kind: "done" });
		} catch (error) {
			if (error instanceof Stopped) reply({ kind: "done" });
			else fail(error);
		}
	});
} catch (error) {
	fail(error);
}
