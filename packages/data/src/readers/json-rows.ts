/**
 * Reads samples from the rows of a JSON array or JSON Lines file. Shared by several formats, each with its own
 * layouts.
 */

import { dirname } from "node:path";
import { isRecord } from "@onevision/base/schema";
import { fileChunks, type ReadCounter } from "../bytes/file-bytes.ts";
import { type JsonRow, MAX_ROW_BYTES, splitArray, splitLines } from "../json/rows.ts";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import type { Found, RowContent } from "../record.ts";
import type { Row } from "../shapes/fields.ts";
import { readRow, type ShapeId, shapeOf } from "../shapes/index.ts";
import type { Place, ReadContext, Slice, Unit } from "./reader.ts";

/** Bytes looked at for the end of a line. */
const LOOK_BYTES = 64 * 1024;

/** Converts a parsed row to a sample. */
export type ReadRow = (row: Row) => RowContent | Refusal;

/** Splits a file into rows, some at a time: as an array if its first bytes say so, otherwise as lines. */
export function jsonRows(
	path: string,
	from: number,
	isArray: boolean,
	counter: ReadCounter,
	maxBytes = MAX_ROW_BYTES,
): AsyncGenerator<readonly JsonRow[]> {
	const chunks = fileChunks(path, from, counter);
	return isArray ? splitArray(chunks, maxBytes) : splitLines(chunks, maxBytes);
}

/** Whether a file's text starts like a JSON array. */
export function startsAsArray(head: Uint8Array): boolean {
	return /^\ufeff?\s*\[/.test(new TextDecoder().decode(head.subarray(0, 4096)));
}

/** One file of JSON rows. */
export function jsonUnit(
	place: Place,
	context: ReadContext,
	read: ReadRow,
	root = dirname(place.path),
): Unit {
	const { path: file } = place;
	const isArray = startsAsArray(place.head);
	return {
		file,
		length: place.size,
		root,
		slices: ({ json }) => jsonSlices(place, json, context.counter),
		read: async function* ({ from, to }): AsyncGenerator<readonly Found[]> {
			for await (const rows of jsonRows(file, from, isArray, context.counter)) {
				const own = rows.filter(({ offset }) => offset < to);
				yield own.map((row) => foundOf(file, row, read));
				if (own.length < rows.length) return;
			}
		},
	};
}

/**
 * Cuts at the rows behind every `size` bytes. Lines are found by looking there; in an array every byte before has to be
 * looked at, because a bracket may be text.
 */
async function* jsonSlices(place: Place, size: number, counter: ReadCounter): AsyncGenerator<Slice> {
	const { path, size: end } = place;
	const slice = (from: number, to: number): Slice => ({ from, to, share: (to - from) / end });
	let from = 0;
	if (startsAsArray(place.head) && end > size) {
		for await (const rows of splitArray(fileChunks(path, 0, counter), 0)) {
			for (const { offset } of rows) {
				if (offset - from < size) continue;
				yield slice(from, offset);
				from = offset;
			}
		}
	}
	while (!startsAsArray(place.head) && from + size < end) {
		const to = await lineBehind(path, from + size, counter);
		if (to === undefined) break;
		yield slice(from, to);
		from = to;
	}
	if (end > from) yield slice(from, end);
}

/** The byte behind the first newline from byte `at` on. */
async function lineBehind(path: string, at: number, counter: ReadCounter): Promise<number | undefined> {
	for await (const { offset, bytes } of fileChunks(path, at, counter, LOOK_BYTES)) {
		const newline = bytes.indexOf(10);
		if (newline >= 0) return offset + newline + 1;
	}
	return undefined;
}

/** A row, parsed and read, or the reason it is not a sample. */
export function foundOf(file: string, row: JsonRow, read: ReadRow): Found {
	const position = { file, offset: row.offset };
	const content = parseRow(row);
	const result = isRefusal(content) ? content : read(content.row);
	return isRefusal(result) ? { refusal: result, position } : { record: { ...result, position } };
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function parseRow({ bytes, isCutShort }: JsonRow): { readonly row: Row } | Refusal {
	if (bytes === undefined) return refuse("over-limit", `longer than ${MAX_ROW_BYTES / 2 ** 20} MiB`);
	if (isCutShort === true) return refuse("cut-short", "the file ends inside this row");
	return parseJsonRow(bytes);
}

/** Parses the bytes of one JSON object. */
export function parseJsonRow(bytes: Uint8Array): { readonly row: Row } | Refusal {
	let value: unknown;
	try {
		value = JSON.parse(decoder.decode(bytes));
	} catch (error) {
		return refuse("broken-row", `not JSON: ${error instanceof Error ? error.message : String(error)}`);
	}
	return isRecord(value)
		? { row: value }
		: refuse("broken-row", `${Array.isArray(value) ? "a list" : typeof value} where an object is expected`);
}

/** The first readable row in a file's head, used to detect the format. */
async function firstRow({ head, size }: Place): Promise<Row | undefined> {
	const isArray = startsAsArray(head);
	if (!isArray && !/^\ufeff?\s*\{/.test(new TextDecoder().decode(head.subarray(0, 4096)))) return undefined;
	const chunks = (async function* () {
		yield { offset: 0, bytes: head };
	})();
	for await (const rows of isArray ? splitArray(chunks) : splitLines(chunks)) {
		for (const row of rows) {
			// The last row of a head may continue past it.
			if (row.bytes === undefined || (row.end >= head.byteLength && size > head.byteLength))
				return startOf(head);
			const parsed = parseJsonRow(row.bytes);
			if (!isRefusal(parsed)) return parsed.row;
		}
	}
	return undefined;
}

/** For a row too long for the head: the keys at its start, without their values. */
function startOf(head: Uint8Array): Row {
	const text = new TextDecoder().decode(head);
	return Object.fromEntries(
		[...text.matchAll(/"([A-Za-z_]{1,40})"\s*:/g)].map(([, key]) => [key, undefined]),
	);
}

/** The two reader functions for a file of JSON rows in some layouts; the first row decides the format. */
export function jsonFormat(shapes: readonly ShapeId[], isOwn: (row: Row) => boolean) {
	const read: ReadRow = (row) => readRow(row, shapes);
	return {
		recognizes: async (place: Place): Promise<boolean> => {
			if (place.names !== undefined) return false;
			const row = await firstRow(place);
			return row !== undefined && shapeOf(row, shapes) !== undefined && isOwn(row);
		},
		open: async (place: Place, context: ReadContext): Promise<readonly Unit[]> => [
			jsonUnit(place, context, read),
		],
	};
}
