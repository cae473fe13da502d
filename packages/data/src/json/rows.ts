/**
 * Reads the rows of a JSON array or of JSON Lines one at a time. Only the current row's bytes are in memory, however
 * large the file. Rows are cut at their brackets and parsed with JSON.parse; reading can resume at any row's byte
 * offset.
 *
 * Own code instead of a library: streaming parsers create a token for every value, are ten times slower than cutting,
 * and none of them reports offsets to resume from.
 */

import type { Chunk } from "../bytes/file-bytes.ts";

/** Longest row read, bytes; longer ones are skipped and reported. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;

export interface JsonRow {
	/** Byte offset of the row's start, and of the byte after its end. */
	readonly offset: number;
	readonly end: number;
	/** The row's bytes; absent if it exceeds the limit. */
	readonly bytes?: Uint8Array;
	/** The file ends inside this row. */
	readonly isCutShort?: boolean;
}

const [QUOTE, BACKSLASH, COMMA, NEWLINE, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [
	34, 92, 44, 10, 91, 93, 123, 125,
];

function isSpace(byte: number): boolean {
	return byte === 32 || byte === 9 || byte === 10 || byte === 13;
}

/** Collects the bytes of one row across chunks, up to the limit. */
function createCollector(maxBytes: number) {
	let start = -1;
	let kept: Uint8Array[] = [];
	let bytes = 0;
	return {
		get isOpen() {
			return start >= 0;
		},
		open: (offset: number): void => {
			start = offset;
			kept = [];
			bytes = 0;
		},
		/** Adds a chunk's part of the row; copies it only if the row continues in the next chunk. */
		add: (piece: Uint8Array, isLast: boolean): void => {
			bytes += piece.byteLength;
			if (bytes > maxBytes) kept = [];
			else if (piece.byteLength > 0) kept.push(isLast ? piece : piece.slice());
		},
		close: (isCutShort: boolean): JsonRow => {
			const row = { offset: start, end: start + bytes, ...(isCutShort ? { isCutShort } : {}) };
			start = -1;
			if (bytes > maxBytes) return row;
			return { ...row, bytes: kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept) };
		},
	};
}

/** Non-empty lines. A last line without a newline counts as a row. */
export async function* splitLines(
	chunks: AsyncIterable<Chunk>,
	maxBytes = MAX_ROW_BYTES,
): AsyncGenerator<JsonRow> {
	const row = createCollector(maxBytes);
	for await (const { offset, bytes } of chunks) {
		let at = 0;
		while (at < bytes.byteLength) {
			if (!row.isOpen) {
				while (at < bytes.byteLength && isSpace(bytes[at] ?? 0)) at++;
				if (at === bytes.byteLength) break;
				row.open(offset + at);
			}
			const newline = bytes.indexOf(NEWLINE as number, at);
			if (newline < 0) {
				row.add(bytes.subarray(at), false);
				break;
			}
			row.add(bytes.subarray(at, newline), true);
			yield row.close(false);
			at = newline + 1;
		}
	}
	if (row.isOpen) yield row.close(false);
}

/**
 * Elements of a top-level array. If the chunks start after an element, resumes there. Anything between elements that
 * is not JSON becomes part of a row, which then fails to parse. Nothing is read after the array's end.
 */
export async function* splitArray(
	chunks: AsyncIterable<Chunk>,
	maxBytes = MAX_ROW_BYTES,
): AsyncGenerator<JsonRow> {
	const row = createCollector(maxBytes);
	let isInside: boolean | undefined;
	let depth = 0;
	let isText = false;
	let isEscaped = false;
	for await (const { offset, bytes } of chunks) {
		isInside ??= offset > 0;
		let start = 0;
		for (let at = 0; at < bytes.byteLength; at++) {
			const byte = bytes[at] ?? 0;
			if (isText) {
				if (isEscaped) isEscaped = false;
				else if (byte === BACKSLASH) isEscaped = true;
				else if (byte === QUOTE) isText = false;
				continue;
			}
			if (!row.isOpen) {
				if (isSpace(byte) || byte === COMMA || isMark(byte, offset + at)) continue;
				if (!isInside && byte === OPEN_ARRAY) {
					isInside = true;
					continue;
				}
				if (byte === CLOSE_ARRAY) return;
				row.open(offset + at);
				start = at;
			}
			if (byte === QUOTE) isText = true;
			else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
			else if (depth > 0 && (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)) {
				if (--depth > 0) continue;
				row.add(bytes.subarray(start, at + 1), true);
				yield row.close(false);
			} else if (depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) {
				row.add(bytes.subarray(start, at), true);
				yield row.close(false);
				if (byte === CLOSE_ARRAY) return;
			}
		}
		if (row.isOpen) row.add(bytes.subarray(start), false);
	}
	if (row.isOpen) yield row.close(true);
}

/** A byte of the UTF-8 byte order mark that some editors write. */
function isMark(byte: number, offset: number): boolean {
	return offset < 3 && (byte === 0xef || byte === 0xbb || byte === 0xbf);
}
