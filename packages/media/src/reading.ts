/**
 * Reading a header without reading the file: a parser is a generator that asks for byte ranges and is resumed
 * with them, so that one parser serves bytes in memory, a browser's Blob and a file on disk.
 */

import { OnevisionError } from "@onevision/base";

/** Bytes `offset` to `offset + length - 1` of a file. */
export interface ByteRange {
	readonly offset: number;
	readonly length: number;
	/** Nothing near it will be asked for: reading ahead is of no use. */
	readonly isAlone?: boolean;
}

/** A parser in progress: yields the range it needs, gets a view of exactly that range. */
export type Reading<T> = Generator<ByteRange, T, DataView>;

/** Where bytes come from; `read` gives exactly `length` bytes or fewer at the end of the file. */
export interface ByteSource {
	/** Bytes in the whole file. */
	readonly size: number;
	read(offset: number, length: number): Promise<Uint8Array>;
}

/** A source over a browser's Blob or File. */
export function blobSource(blob: Blob): ByteSource {
	return {
		size: blob.size,
		read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
	};
}

/** A source over bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
	return {
		size: bytes.byteLength,
		read: async (offset, length) => bytes.subarray(offset, offset + length),
	};
}

/** Bytes read ahead at first and after each jump; one read of this size holds the header of most files. */
export const FIRST_READ_BYTES = 64 * 1024;
const NEXT_READ_BYTES = 8 * 1024;
/** Most bytes of one image file that are read for its header. Large EXIF and color profiles stay far below. */
export const MAX_IMAGE_HEADER_BYTES = 4 * 1024 * 1024;
/** Most ranges one parser may ask for: bounds files made of countless tiny blocks. */
export const MAX_STEPS = 50_000;

/** The error every parser throws for bytes that are not what they should be. */
export function unreadable(message: string): OnevisionError {
	return new OnevisionError("unreadable-file", message);
}

/** An error of reading `path`, with the path in front of its message. */
export function withPath(path: string, error: unknown): unknown {
	if (error instanceof OnevisionError) return new OnevisionError(error.code, `${path}: ${error.message}`);
	// What the system refuses has the call that was refused with it; anything else is no matter of the path.
	if (!(error instanceof Error && "code" in error && "syscall" in error)) return error;
	const code = String(error.code);
	const why =
		code === "ENOENT" ? "no such file; check the path" : `cannot be opened (${code}); check its permissions`;
	return new OnevisionError("unreadable-file", `${path}: ${why}`);
}

/** Runs a parser over bytes in memory. Throws `unreadable-file` where it asks for more than there is. */
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
 * Runs a parser over a source, reading 64 KiB first and then only what is asked for.
 * Throws `unreadable-file` past the end, `over-limit` past `maxBytes` in all.
 */
export async function readFromSource<T>(
	reading: Reading<T>,
	source: ByteSource,
	maxBytes = MAX_IMAGE_HEADER_BYTES,
): Promise<T> {
	let window: Uint8Array = new Uint8Array(0);
	let start = 0;
	let total = 0;
	let step = reading.next();
	for (let steps = 0; !step.done; steps++) {
		assertSteps(steps);
		const { offset, length, isAlone } = step.value;
		if (offset + length > source.size) throw endsEarly(source.size, offset + length);
		if (offset < start || offset + length > start + window.byteLength) {
			const ahead = total === 0 ? FIRST_READ_BYTES : isAlone === true ? length : NEXT_READ_BYTES;
			const wanted = Math.min(Math.max(length, ahead), source.size - offset);
			total += wanted;
			if (total > maxBytes) {
				throw new OnevisionError(
					"over-limit",
					`header needs more than ${maxBytes} bytes; re-save the file without its large metadata`,
				);
			}
			window = await source.read(offset, wanted);
			start = offset;
			// A file that shrinks while it is read.
			if (window.byteLength < length) throw endsEarly(offset + window.byteLength, offset + length);
		}
		step = reading.next(new DataView(window.buffer, window.byteOffset + offset - start, length));
	}
	return step.value;
}

/** Asks for a range; offsets a file claims may be anything, so they are checked here once. */
export function* range(offset: number, length: number): Reading<DataView> {
	assertRange(offset, length);
	return yield { offset, length };
}

/** `range` of a few bytes far from any others that will be asked for. */
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

/** A 64-bit unsigned number; beyond 2^53 it is rounded, which `range` then refuses. */
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
