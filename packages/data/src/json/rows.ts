/**
 * Rows of a JSON array or of JSON Lines, one at a time: only the bytes of the row in hand are in memory, however large
 * the file is. Rows are cut at their brackets and parsed by JSON.parse; their byte offsets are where reading can go on.
 *
 * Own code rather than a library: streaming parsers make a token of every value and are ten times slower than cutting,
 * and none gives offsets to go on from.
 */

import type { Chunk } from "../bytes/file-bytes.ts";

/** Longest row that is read, bytes; longer ones are passed over and named. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;

export interface JsonRow {
	/** Byte at which the row starts, and the one behind it. */
	readonly offset: number;
	readonly end: number;
	/** The row's bytes; absent when it is longer than the limit. */
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

/** Collects the bytes of one row over chunks, up to the limit. */
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
		/** A chunk's part of the row, copied only when the row goes on into the next chunk. */
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

/** Lines with something in them. A last line without a newline is a row. */
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
 * Elements of a top-level array. Given chunks that start behind an element, it goes on there. What is no JSON between
 * elements becomes part of a row, which then does not parse; behind the array's end nothing is read.
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

/** A byte of the UTF-8 mark that some editors put in front. */
function isMark(byte: number, offset: number): boolean {
	return offset < 3 && (byte === 0xef || byte === 0xbb || byte === 0xbf);
}
