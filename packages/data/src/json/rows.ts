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

/**
 * Non-empty lines, those that end in a chunk at a time; their bytes are valid until the next chunk. A last line without
 * a newline counts as a row.
 */
export async function* splitLines(
	chunks: AsyncIterable<Chunk>,
	maxBytes = MAX_ROW_BYTES,
): AsyncGenerator<readonly JsonRow[]> {
	const row = createCollector(maxBytes);
	for await (const { offset, bytes } of chunks) {
		const rows: JsonRow[] = [];
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
			rows.push(row.close(false));
			at = newline + 1;
		}
		if (rows.length > 0) yield rows;
	}
	if (row.isOpen) yield [row.close(false)];
}

/**
 * Elements of a top-level array, those that end in a chunk at a time; their bytes are valid until the next chunk. If
 * the chunks start after an element, resumes there. Anything between elements that is not JSON becomes part of a row,
 * which then fails to parse. Nothing is read after the array's end.
 */
export async function* splitArray(
	chunks: AsyncIterable<Chunk>,
	maxBytes = MAX_ROW_BYTES,
): AsyncGenerator<readonly JsonRow[]> {
	const array = createArraySplitter(maxBytes);
	for await (const chunk of chunks) {
		const { rows, isEnd } = array.split(chunk);
		if (rows.length > 0) yield rows;
		if (isEnd) return;
	}
	const last = array.finish();
	if (last !== undefined) yield [last];
}

/** What is known of an array between two chunks. The scan is a plain function, which runs several times faster. */
function createArraySplitter(maxBytes: number) {
	const row = createCollector(maxBytes);
	let isInside: boolean | undefined;
	let atChunkEnd = { depth: 0, isText: false, isEscaped: false };
	const split = ({
		offset,
		bytes,
	}: Chunk): { readonly rows: readonly JsonRow[]; readonly isEnd: boolean } => {
		const rows: JsonRow[] = [];
		const end = bytes.byteLength;
		let { depth, isText, isEscaped } = atChunkEnd;
		isInside ??= offset > 0;
		let start = 0;
		const close = (until: number): void => {
			row.add(bytes.subarray(start, until), true);
			rows.push(row.close(false));
		};
		for (let at = 0; at < end; at++) {
			if (isText) {
				if (isEscaped) {
					isEscaped = false;
					at++;
				}
				let byte = 0;
				while (at < end) {
					byte = bytes[at] as number;
					if (byte === QUOTE) break;
					at += byte === BACKSLASH ? 2 : 1;
				}
				if (at < end) isText = false;
				// The escaped byte is in the next chunk.
				else isEscaped = at > end;
				continue;
			}
			const byte = bytes[at] as number;
			if (!row.isOpen) {
				if (isSpace(byte) || byte === COMMA || isMark(byte, offset + at)) continue;
				if (!isInside && byte === OPEN_ARRAY) {
					isInside = true;
					continue;
				}
				if (byte === CLOSE_ARRAY) return { rows, isEnd: true };
				row.open(offset + at);
				start = at;
			}
			if (byte === QUOTE) isText = true;
			else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
			else if (depth > 0 && (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)) {
				if (--depth === 0) close(at + 1);
			} else if (depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) {
				close(at);
				if (byte === CLOSE_ARRAY) return { rows, isEnd: true };
			}
		}
		if (row.isOpen) row.add(bytes.subarray(start), false);
		atChunkEnd = { depth, isText, isEscaped };
		return { rows, isEnd: false };
	};
	return { split, finish: () => (row.isOpen ? row.close(true) : undefined) };
}

/** A byte of the UTF-8 byte order mark that some editors write. */
function isMark(byte: number, offset: number): boolean {
	return offset < 3 && (byte === 0xef || byte === 0xbb || byte === 0xbf);
}
