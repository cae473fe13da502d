/** Reads raw frames from a pipe. */

import type { Readable } from "node:stream";

/** Splits a stream into frames of `bytes` bytes. Drops an incomplete frame at the end. */
export async function* rawFrames(stream: Readable, bytes: number): AsyncGenerator<Uint8Array, void> {
	let current = new Uint8Array(bytes);
	let filled = 0;
	for await (const chunk of stream as AsyncIterable<Uint8Array>) {
		for (let at = 0; at < chunk.length; ) {
			const length = Math.min(bytes - filled, chunk.length - at);
			current.set(chunk.subarray(at, at + length), filled);
			filled += length;
			at += length;
			if (filled < bytes) continue;
			yield current;
			current = new Uint8Array(bytes);
			filled = 0;
		}
	}
}
