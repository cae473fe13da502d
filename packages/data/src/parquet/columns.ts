/**
 * Reads the columns of one row group as values, row by row. Uncompressed plain byte columns, as `datasets` writes its
 * images, are not read: only their lengths are walked, and each value is given as its position in the file.
 */

import type { ByteSource } from "@onevision/media";
import { assembleLists, assembleNested } from "hyparquet/src/assemble.js";
import { parquetHeader, readColumn } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from "hyparquet/src/schema.js";
import type {
	ColumnDecoder,
	ColumnMetaData,
	DecodedArray,
	PageHeader,
	SchemaTree,
} from "hyparquet/src/types.js";
import { flatten } from "hyparquet/src/utils.js";
import { compressors } from "hyparquet-compressors";
import { BytesAt } from "../shapes/fields.ts";
import { unreadableParquet } from "./footer.ts";

/** Largest column chunk read into memory, bytes, compressed or not. */
const MAX_CHUNK_BYTES = 1024 * 1024 * 1024;
/** Maximum values per page, and maximum decompressed page size. */
const MAX_PAGE_VALUES = 16 * 1024 * 1024;
const MAX_PAGE_BYTES = 512 * 1024 * 1024;
/** Page headers are small; their statistics may hold a value or two. */
const HEADER_BYTES = 8 * 1024;
const MAX_HEADER_BYTES = 1024 * 1024;

/** A leaf's path through the schema, root first, and its chunk's metadata. */
export interface LeafChunk {
	readonly schemaPath: SchemaTree[];
	readonly meta: ColumnMetaData;
}

/** Values of a top-level column, one per row. Throws `unreadable-file`, or hyparquet's errors for damaged bytes. */
export async function readTopColumn(
	file: string,
	source: ByteSource,
	column: SchemaTree,
	leaves: readonly LeafChunk[],
	rowCount: number,
): Promise<DecodedArray> {
	const values = new Map<string, DecodedArray>();
	for (const leaf of leaves) {
		const read = isPlainBytes(leaf) ? await placesOf(file, source, leaf) : undefined;
		values.set(leaf.meta.path_in_schema.join("."), read ?? (await valuesOf(source, leaf, rowCount)));
	}
	if (column.children.length > 0) assembleNested(values, column, DEFAULT_PARSERS);
	const rows = values.get(column.path.join("."));
	if (rows === undefined)
		throw unreadableParquet(file, `column ${column.element.name} cannot be put together`);
	return rows;
}

/** Non-text bytes, stored uncompressed. Pages may still turn out to use a dictionary. */
function isPlainBytes({ schemaPath, meta }: LeafChunk): boolean {
	const element = schemaPath.at(-1)?.element;
	const isText = element?.converted_type !== undefined || element?.logical_type !== undefined;
	return meta.type === "BYTE_ARRAY" && !isText && meta.codec === "UNCOMPRESSED";
}

/** Byte range of a chunk's pages. */
function rangeOf({ meta }: LeafChunk, size: number): { readonly start: number; readonly end: number } {
	const starts = [meta.data_page_offset, meta.dictionary_page_offset].flatMap((offset) =>
		offset ? [Number(offset)] : [],
	);
	const start = Math.min(...starts);
	const end = start + Number(meta.total_compressed_size);
	if (start >= 4 && end >= start && end <= size) return { start, end };
	throw unreadableParquet(
		meta.path_in_schema.join("."),
		`its pages, bytes ${start} to ${end}, are not in the file`,
	);
}

async function valuesOf(source: ByteSource, leaf: LeafChunk, rows: number): Promise<DecodedArray> {
	const { meta, schemaPath } = leaf;
	const name = meta.path_in_schema.join(".");
	const { start, end } = rangeOf(leaf, source.size);
	if (end - start > MAX_CHUNK_BYTES) {
		throw unreadableParquet(name, `a row group of ${end - start} bytes; write smaller row groups`);
	}
	const bytes = await source.read(start, end - start);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	let total = 0;
	for (let at = 0; at < view.byteLength - 1; ) {
		const reader = { view, offset: at };
		const header = parquetHeader(reader);
		checkPage(name, header);
		total += header.uncompressed_page_size;
		at = reader.offset + header.compressed_page_size;
	}
	if (total > MAX_CHUNK_BYTES)
		throw unreadableParquet(name, `a row group of ${total} bytes; write smaller row groups`);
	const decoder: ColumnDecoder = {
		pathInSchema: meta.path_in_schema,
		type: meta.type,
		element: elementOf(leaf),
		schemaPath,
		codec: meta.codec,
		parsers: DEFAULT_PARSERS,
		compressors,
		utf8: false,
	};
	const selected = { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows };
	return flatten(readColumn({ view, offset: 0 }, selected, decoder).data);
}

function elementOf({ schemaPath, meta }: LeafChunk) {
	const element = schemaPath.at(-1)?.element;
	if (element === undefined) throw unreadableParquet(meta.path_in_schema.join("."), "is not in the schema");
	return element;
}

/** Throws before allocating anything for a page that claims too much. */
function checkPage(name: string, header: PageHeader): number {
	const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary } = header;
	const values = v1?.num_values ?? v2?.num_values ?? dictionary?.num_values ?? 0;
	const sizes = [values, header.compressed_page_size, header.uncompressed_page_size];
	const isSound = sizes.every((size) => Number.isSafeInteger(size) && size >= 0);
	if (isSound && values <= MAX_PAGE_VALUES && header.uncompressed_page_size <= MAX_PAGE_BYTES) return values;
	throw unreadableParquet(name, `a page of ${values} values in ${header.uncompressed_page_size} bytes`);
}

/** Reads ahead slightly, so that a header and the levels after it take one read. */
function createWindow(source: ByteSource, end: number) {
	let start = 0;
	let bytes = new Uint8Array(0);
	return async (offset: number, length: number): Promise<Uint8Array> => {
		if (offset < start || offset + length > start + bytes.byteLength) {
			if (offset + length > end) throw new RangeError("parquet column chunk ends inside a page");
			bytes = new Uint8Array(
				await source.read(offset, Math.min(Math.max(length, HEADER_BYTES), end - offset)),
			);
			start = offset;
			if (bytes.byteLength < length) throw new RangeError("parquet file ends inside a page");
		}
		return bytes.subarray(offset - start, offset - start + length);
	};
}

type Read = (offset: number, length: number) => Promise<Uint8Array>;

/** Positions of a chunk's values, one per row; `undefined` if its pages are not plain. */
async function placesOf(
	file: string,
	source: ByteSource,
	leaf: LeafChunk,
): Promise<DecodedArray | undefined> {
	const { start, end } = rangeOf(leaf, source.size);
	const read: Read = createWindow(source, end);
	const rows: unknown[] = [];
	for (let at = start; at < end; ) {
		const { header, length } = await pageHeaderAt(read, at, end);
		const count = checkPage(leaf.meta.path_in_schema.join("."), header);
		const from = at + length;
		at = from + header.compressed_page_size;
		const encoding = header.data_page_header?.encoding ?? header.data_page_header_v2?.encoding;
		if (encoding !== "PLAIN") return undefined;
		const levels = await levelsOf(read, header, count, from, leaf);
		const present = levels.present;
		const places: BytesAt[] = [];
		for (let offset = levels.end, index = 0; index < present; index++) {
			const size = viewOf(await read(offset, 4)).getUint32(0, true);
			if (offset + 4 + size > at) throw new RangeError("parquet value ends behind its page");
			places.push(new BytesAt(file, offset + 4, size));
			offset += 4 + size;
		}
		const values = assembleLists(rows, levels.definition, levels.repetition, places, leaf.schemaPath);
		// Without levels, hyparquet returns the values themselves.
		if (values !== rows) for (const value of values) rows.push(value);
	}
	return rows;
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function pageHeaderAt(
	read: Read,
	at: number,
	end: number,
): Promise<{ readonly header: PageHeader; readonly length: number }> {
	for (let size = HEADER_BYTES; ; size *= 8) {
		const length = Math.min(size, end - at);
		const reader = { view: viewOf(await read(at, length)), offset: 0 };
		try {
			return { header: parquetHeader(reader), length: reader.offset };
		} catch (error) {
			// A header with long statistics extends past what was read.
			if (length === end - at || size >= MAX_HEADER_BYTES) throw error;
		}
	}
}

interface Levels {
	readonly repetition: number[];
	readonly definition: number[];
	/** Number of values stored. */
	readonly present: number;
	/** Byte at which the values start. */
	readonly end: number;
}

/** Repetition and definition levels before a page's values; version 1 stores their lengths, version 2 does not. */
async function levelsOf(
	read: Read,
	{ data_page_header_v2: v2 }: PageHeader,
	count: number,
	from: number,
	{ schemaPath }: LeafChunk,
): Promise<Levels> {
	let at = from;
	const levels = async (max: number, given: number | undefined): Promise<number[]> => {
		if (max === 0) {
			at += given ?? 0;
			return [];
		}
		const length = given ?? viewOf(await read(at, 4)).getUint32(0, true);
		if (given === undefined) at += 4;
		if (length > MAX_PAGE_BYTES) throw new RangeError("parquet levels are longer than any page");
		const values = new Array<number>(count);
		readRleBitPackedHybrid(
			{ view: viewOf(await read(at, length)), offset: 0 },
			32 - Math.clz32(max),
			values,
			length,
		);
		at += length;
		return values;
	};
	const maxDefinition = getMaxDefinitionLevel(schemaPath);
	const repetition = await levels(getMaxRepetitionLevel(schemaPath), v2?.repetition_levels_byte_length);
	const definition = await levels(maxDefinition, v2?.definition_levels_byte_length);
	const present =
		definition.length === 0 ? count : definition.filter((level) => level === maxDefinition).length;
	// For hyparquet, no levels at all means that every value is present.
	return { repetition, definition: present === count ? [] : definition, present, end: at };
}
