/**
 * A file as mediabunny reads it: cached in blocks, counted, and stopped when it goes in circles. mediabunny 1.61
 * loops for ever on some damaged Matroska files (resync in matroska/ebml.ts finds the element it started from, or
 * ends with exactly eight bytes left), without a pause in which a timer could run.
 */

import { OnevisionError } from "@onevision/core";
import { CustomSource } from "mediabunny";
import { type ByteSource, unreadable } from "./reading.ts";

const BLOCK_BYTES = 64 * 1024;
const CACHED_BLOCKS = 64;
/** Most bytes of one read; the sample tables of ten hours at 60 frames per second are below it. */
const MAX_READ_BYTES = 64 * 1024 * 1024;
/** Reads and bytes asked for since the last read of something new; a block holds at most 32,768 elements. */
const MAX_STALE_READS = 100_000;
const MAX_STALE_BYTES = 512 * 1024 * 1024;

/** The source and, at any time, the bytes it has read so far. */
export interface GuardedSource {
	readonly source: CustomSource;
	bytesRead(): number;
}

export function guardedSource(file: ByteSource): GuardedSource {
	const blocks = new Map<number, Uint8Array>();
	let [bytesRead, furthest, staleReads, staleBytes] = [0, 0, 0, 0];

	const watch = (end: number, length: number) => {
		if (length > MAX_READ_BYTES) {
			throw new OnevisionError("over-limit", `video header of ${length} bytes; the file is damaged`);
		}
		if (end > furthest) {
			[furthest, staleReads, staleBytes] = [end, 0, 0];
			return;
		}
		staleReads++;
		staleBytes += length;
		if (staleReads > MAX_STALE_READS || staleBytes > MAX_STALE_BYTES) {
			throw unreadable("its parts point at each other in a circle; the file is damaged");
		}
	};

	const load = async (offset: number, length: number) => {
		bytesRead += length;
		const bytes = await file.read(offset, length);
		if (bytes.byteLength < length) throw unreadable("became shorter while it was read");
		return bytes;
	};

	const loadBlock = async (index: number) => {
		const offset = index * BLOCK_BYTES;
		const block = await load(offset, Math.min(BLOCK_BYTES, file.size - offset));
		const [oldest] = blocks.keys();
		if (blocks.size >= CACHED_BLOCKS && oldest !== undefined) blocks.delete(oldest);
		blocks.set(index, block);
		return block;
	};

	const read = (start: number, end: number): Uint8Array | Promise<Uint8Array> => {
		watch(end, end - start);
		const index = Math.floor(start / BLOCK_BYTES);
		const offset = index * BLOCK_BYTES;
		if (end > offset + BLOCK_BYTES) return load(start, end - start);
		const cut = (block: Uint8Array) => block.subarray(start - offset, end - offset);
		const block = blocks.get(index);
		return block === undefined ? loadBlock(index).then(cut) : cut(block);
	};

	const source = new CustomSource({
		getSize: () => file.size,
		read,
		// With mediabunny's own cache its reads would not pass here and could not be watched.
		maxCacheSize: 0,
		prefetchProfile: "none",
		handleUnhandledError: () => undefined,
	});
	return { source, bytesRead: () => bytesRead };
}
