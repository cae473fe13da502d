/**
 * Reads a header without reading the whole file. A parser is a generator that yields byte ranges and is resumed with
 * their contents, so that one parser serves bytes in memory, a browser's Blob and a file on disk.
 */

import { OnevisionError } from "@onevision/base";

/** Bytes `offset` to `offset + length - 1` of a file. */
interface ByteRange {
	readonly offset: number;
	readonly length: number;
	/** Nothing near it will be requested, so reading ahead is useless. */
	readonly isAlone?: boolean;
}

/** A parser in progress: yields the range it needs, and receives a view of exactly that range. */
export type Reading<T> = Generator<ByteRange, T, DataView>;

/** Source of bytes; `read` returns exactly `length` bytes, or fewer at the end of the file. */
export interface ByteSource {
	/** Size of the whole file in bytes. */
	readonly size: number;
	read(offset: number, length: number): Promise<Uint8Array>;
}

/** A source that also reads at once: for small files, waiting for a promise takes longer than the read. */
export interface SyncByteSource extends ByteSource {
	readSync(offset: number, length: number): Uint8Array;
}

/** A source over a browser's Blob or File. */
export function blobSource(blob: Blob): ByteSource {
	return {
		size: blob.size,
		read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
	};
}

/** A source over bytes in memory. */
export function bytesSource(bytes: Uint8Array): SyncByteSource {
	const readSync = (offset: number, length: number) => bytes.subarray(offset, offset + length);
	return { size: bytes.byteLength, readSync, read: async (offset, length) => readSync(offset, length) };
}

/** Bytes read ahead at first and after each jump; one such read covers the header of most files. */
const FIRST_READ_BYTES = 64 * 1024;
const NEXT_READ_BYTES = 8 * 1024;
const FIRST_SYNC_READ_BYTES = 4 * 1024;
/** Maximum bytes of one image file read for its header. Large EXIF and color profiles stay far below. */
export const MAX_IMAGE_HEADER_BYTES = 4 * 1024 * 1024;
/** Maximum ranges a parser may request; limits files made of countless tiny blocks. */
const MAX_STEPS = 50_000;

/** The error that every parser throws for invalid bytes. */
export function unreadable(message: string): OnevisionError {
	return new OnevisionError("unreadable-file", message);
}

/** An error from reading `path`, with the path prepended to its message. */
export function withPath(path: string, error: unknown): unknown {
	if (error instanceof OnevisionError) return new OnevisionError(error.code, `${path}: ${error.message}`);
	// System errors carry the failed call; other errors have nothing to do with the path.
	if (!(error instanceof Error && "code" in error && "syscall" in error)) return error;
	const code = String(error.code);
	const why =
		code === "ENOENT" ? "no such file; check the path" : `cannot be opened (${code}); check its permissions`;
	return new OnevisionError("unreadable-file", `${path}: ${why}`);
}

/** Runs a parser over bytes in memory. Throws `unreadable-file` if it requests more than there is. */
export function readFromBytes<T>(reading: Reading<T>, bytes: Uint8Array): T {
	let step = reading.next();
	for (let steps = 0; !step.done; steps++) {
		assertSteps(steps);
		const { offset, length } = step.value;
		if (offset + length > bytes.byteLength) throw endsEarly(bytes.byteLength, offset + length);
		step = reading.next(new DataView(bytes.buffer, bytes.byteOffset + offset, length));
	}
	return step.value;
}

/**
 * Runs a parser over a source, reading 64 KiB first and then only what it requests. Throws `unreadable-file` past the
 * end, and `over-limit` past a total of `maxBytes`.
 */
export async function readFromSource<T>(
	reading: Reading<T>,
	source: ByteSource,
	maxBytes = MAX_IMAGE_HEADER_BYTES,
): Promise<T> {
	const windows = readWindows(reading, source.size, maxBytes);
	let step = windows.next();
	while (!step.done) step = windows.next(await source.read(step.value.offset, step.value.length));
	return step.value;
}

/** Same as `readFromSource`, without promises, and with 4 KiB first: a further read costs less than 64 KiB do. */
export function readFromSourceSync<T>(
	reading: Reading<T>,
	source: SyncByteSource,
	maxBytes = MAX_IMAGE_HEADER_BYTES,
): T {
	const windows = readWindows(reading, source.size, maxBytes, FIRST_SYNC_READ_BYTES);
	let step = windows.next();
	while (!step.done) step = windows.next(source.readSync(step.value.offset, step.value.length));
	return step.value;
}

/** Requests bytes ahead of a parser, and serves its ranges from them. */
function* readWindows<T>(
	reading: Reading<T>,
	size: number,
	maxBytes: number,
	firstBytes = FIRST_READ_BYTES,
): Generator<ByteRange, T, Uint8Array> {
	let window: Uint8Array = new Uint8Array(0);
	let start = 0;
	let total = 0;
	let step = reading.next();
	for (let steps = 0; !step.done; steps++) {
		assertSteps(steps);
		const { offset, length, isAlone } = step.value;
		if (offset + length > size) throw endsEarly(size, offset + length);
		if (offset < start || offset + length > start + window.byteLength) {
			const ahead = total === 0 ? firstBytes : isAlone === true ? length : NEXT_READ_BYTES;
			const wanted = Math.min(Math.max(length, ahead), size - offset);
			total += wanted;
			if (total > maxBytes) {
				throw new OnevisionError(
					"over-limit",
					`header needs more than ${maxBytes} bytes; re-save the file without its large metadata`,
				);
			}
			window = yield { offset, length: wanted };
			start = offset;
			// The file shrank while it was being read.
			if (window.byteLength < length) throw endsEarly(offset + window.byteLength, offset + length);
		}
		step = reading.next(new DataView(window.buffer, window.byteOffset + offset - start, length));
	}
	return step.value;
}

/** Requests a range. Offsets come from the file and can be anything, so they are validated here. */
export function* range(offset: number, length: number): Reading<DataView> {
	assertRange(offset, length);
	return yield { offset, length };
}

/** Like `range`, for a few bytes far from any others that will be requested. */
export function* rangeAlone(offset: number, length: number): Reading<DataView> {
	assertRange(offset, length);
	return yield { offset, length, isAlone: true };
}

function assertRange(offset: number, length: number): void {
	if (Number.isSafeInteger(offset) && Number.isSafeInteger(offset + length) && offset >= 0 && length >= 0)
		return;
	throw unreadable(`points to byte ${offset}, which no file has; the file is damaged`);
}

/** `length` bytes as Latin-1 text: four-character codes and signatures. */
export function text(view: DataView, offset: number, length: number): string {
	let result = "";
	for (let i = 0; i < length; i++) result += String.fromCharCode(view.getUint8(offset + i));
	return result;
}

/** A 64-bit unsigned integer; beyond 2^53 it is rounded, which `range` then rejects. */
export function uint64(view: DataView, offset: number, littleEndian: boolean): number {
	return Number(view.getBigUint64(offset, littleEndian));
}

function assertSteps(steps: number): void {
	if (steps < MAX_STEPS) return;
	throw new OnevisionError("over-limit", `header has more than ${MAX_STEPS} parts; re-save the file`);
}

function endsEarly(size: number, needed: number): OnevisionError {
	return unreadable(`ends after ${size} bytes, its header needs ${needed}; the file is cut short or damaged`);
}
