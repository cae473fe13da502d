/**
 * The file as mediabunny reads it: cached in blocks, and stopped when reads go in circles. mediabunny 1.61 hangs on
 * some damaged Matroska files without ever yielding to a timer.
 */

import { OnevisionError } from "@onevision/base";
import { CustomSource } from "mediabunny";
import { type ByteSource, unreadable } from "../reading.ts";

const BLOCK_BYTES = 64 * 1024;
const CACHED_BLOCKS = 64;
/** Maximum bytes per read; the sample tables of ten hours at 60 frames per second stay below it. */
const MAX_READ_BYTES = 64 * 1024 * 1024;
/**
 * Maximum number of reads, and of bytes, since the last read that touched a new block. Sound files stay below a
 * hundredth of it.
 */
const MAX_STALE_READS = 20_000;
const MAX_STALE_BYTES = 512 * 1024 * 1024;

export function guardedSource(file: ByteSource): CustomSource {
	const blocks = new Map<number, Uint8Array>();
	const seen = new Set<number>();
	let [staleReads, staleBytes] = [0, 0];

	const watch = (start: number, end: number) => {
		const length = end - start;
		if (length > MAX_READ_BYTES) {
			throw new OnevisionError("over-limit", `video header of ${length} bytes; the file is damaged`);
		}
		const known = seen.size;
		for (let index = Math.floor(start / BLOCK_BYTES); index * BLOCK_BYTES < end; index++) seen.add(index);
		if (seen.size > known) [staleReads, staleBytes] = [0, 0];
		staleReads++;
		staleBytes += length;
		if (staleReads > MAX_STALE_READS || staleBytes > MAX_STALE_BYTES) {
			throw unreadable("its parts point at each other in a circle; the file is damaged");
		}
	};

	const load = async (offset: number, length: number) => {
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
		watch(start, end);
		const index = Math.floor(start / BLOCK_BYTES);
		const offset = index * BLOCK_BYTES;
		if (end > offset + BLOCK_BYTES) return load(start, end - start);
		const cut = (block: Uint8Array) => block.subarray(start - offset, end - offset);
		const block = blocks.get(index);
		return block === undefined ? loadBlock(index).then(cut) : cut(block);
	};

	return new CustomSource({
		getSize: () => file.size,
		read,
		// Reads served from mediabunny's own cache would bypass this guard.
		maxCacheSize: 0,
		prefetchProfile: "none",
		handleUnhandledError: () => undefined,
	});
}
