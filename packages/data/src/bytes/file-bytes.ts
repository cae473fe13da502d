/** Reads bytes of files: counted range reads, and sequential chunks. */

import { type FileHandle, open } from "node:fs/promises";
import type { ByteSource } from "@onevision/media";

/** Counts what was read from disk. */
export interface ReadCounter {
	bytes: number;
	reads: number;
}

export function createReadCounter(): ReadCounter {
	return { bytes: 0, reads: 0 };
}

/** Bytes per sequential read. */
const CHUNK_BYTES = 1024 * 1024;

/** Bytes `start` to `start + size - 1` of an open file, as a separate source. */
export function handleSource(
	handle: FileHandle,
	start: number,
	size: number,
	counter: ReadCounter,
): ByteSource {
	return {
		size,
		read: async (offset, length) => {
			const wanted = Math.max(0, Math.min(length, size - offset));
			const bytes = new Uint8Array(wanted);
			let filled = 0;
			// A read may return less than requested, especially on network disks.
			while (filled < wanted) {
				const { bytesRead } = await handle.read(bytes, filled, wanted - filled, start + offset + filled);
				if (bytesRead === 0) break;
				filled += bytesRead;
			}
			counter.bytes += filled;
			counter.reads++;
			return filled === wanted ? bytes : bytes.subarray(0, filled);
		},
	};
}

export interface Chunk {
	/** Offset of the chunk in the file, bytes. */
	readonly offset: number;
	/** Valid until the next chunk is requested. */
	readonly bytes: Uint8Array;
}

/** The file from byte `from` on, in chunks of at most 1 MiB. */
export async function* fileChunks(path: string, from: number, counter: ReadCounter): AsyncGenerator<Chunk> {
	const handle = await open(path, "r");
	try {
		const buffer = new Uint8Array(CHUNK_BYTES);
		for (let offset = from; ; ) {
			const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, offset);
			if (bytesRead === 0) return;
			counter.bytes += bytesRead;
			counter.reads++;
			yield { offset, bytes: buffer.subarray(0, bytesRead) };
			offset += bytesRead;
		}
	} finally {
		await handle.close();
	}
}
