/**
 * Reads bytes of files: counted range reads, and sequential chunks. Reads are synchronous: a header takes about 10 µs
 * this way and five times as long by way of Node's file threads. Data sets are therefore read in threads of their own.
 */

import { closeSync, openSync, readSync } from "node:fs";
import type { ByteSource, SyncByteSource } from "@onevision/media";

/** Counts what was read from disk. */
export interface ReadCounter {
	bytes: number;
	reads: number;
}

export function createReadCounter(): ReadCounter {
	return { bytes: 0, reads: 0 };
}

/** Bytes per sequential read. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Bytes `start` to `start + size - 1` of an open file, as a separate source. Its first synchronous read is into
 * `scratch`, if it fits, and valid until the next source with this `scratch` reads.
 */
export function openFileSource(
	file: number,
	start: number,
	size: number,
	counter: ReadCounter,
	scratch?: Uint8Array,
): SyncByteSource {
	let free = scratch;
	const bytesFor = (offset: number, length: number): number => Math.max(0, Math.min(length, size - offset));
	const fill = (bytes: Uint8Array, offset: number): Uint8Array => {
		let filled = 0;
		// A read may return less than requested, especially on network disks.
		while (filled < bytes.byteLength) {
			const got = readSync(file, bytes, filled, bytes.byteLength - filled, start + offset + filled);
			if (got === 0) break;
			filled += got;
		}
		counter.bytes += filled;
		counter.reads++;
		return filled === bytes.byteLength ? bytes : bytes.subarray(0, filled);
	};
	return {
		size,
		readSync: (offset, length) => {
			const count = bytesFor(offset, length);
			if (free !== undefined && count <= free.byteLength) {
				const bytes = free.subarray(0, count);
				free = undefined;
				return fill(bytes, offset);
			}
			// From Node's pool: zeroing memory would take longer than the read.
			return fill(Buffer.allocUnsafe(count), offset);
		},
		read: async (offset, length) => fill(new Uint8Array(bytesFor(offset, length)), offset),
	};
}

/** Reads at once where the source can: waiting for a promise takes longer than a small read. */
export function readNow(
	source: ByteSource | SyncByteSource,
	offset: number,
	length: number,
): Uint8Array | Promise<Uint8Array> {
	return "readSync" in source ? source.readSync(offset, length) : source.read(offset, length);
}

export interface Chunk {
	/** Offset of the chunk in the file, bytes. */
	readonly offset: number;
	/** Valid until the next chunk is requested. */
	readonly bytes: Uint8Array;
}

/** The file from byte `from` on, in chunks of at most `size` bytes. */
export async function* fileChunks(
	path: string,
	from: number,
	counter: ReadCounter,
	size = CHUNK_BYTES,
): AsyncGenerator<Chunk> {
	const file = openSync(path, "r");
	try {
		const buffer = new Uint8Array(size);
		for (let offset = from; ; ) {
			const read = readSync(file, buffer, 0, size, offset);
			if (read === 0) return;
			counter.bytes += read;
			counter.reads++;
			yield { offset, bytes: buffer.subarray(0, read) };
			offset += read;
		}
	} finally {
		closeSync(file);
	}
}
