/** Parquet as `datasets` writes it: a file or a folder of shards, with the columns of any row layout. */

import { closeSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { OnevisionError } from "@onevision/base";
import type { ByteSource } from "@onevision/media";
import { parquetSchema } from "hyparquet";
import { getTreePath } from "hyparquet/src/schema.js";
import type { RowGroup, SchemaTree } from "hyparquet/src/types.js";
import { openFileSource } from "../bytes/file-bytes.ts";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import { type LeafChunk, readTopColumn } from "../parquet/columns.ts";
import { isParquet, readFooter, unreadableParquet } from "../parquet/footer.ts";
import type { Found, RowContent } from "../record.ts";
import { captioned, mediaOnly } from "../shapes/captions.ts";
import { idOf, mediaUnder, type Row } from "../shapes/fields.ts";
import { readRow, shapeOf } from "../shapes/index.ts";
import { lookAt } from "./look.ts";
import type { ReadContext, Reader, Slice, Unit } from "./reader.ts";

/** Columns that a layout reads; all others stay on disk. */
const COLUMNS = new Set([
	...[
		"id",
		"question_id",
		"uid",
		"__key__",
		"image",
		"images",
		"video",
		"videos",
		"conversations",
		"messages",
	],
	...["prompt", "completion", "prompts", "captions", "instruction", "input", "output", "system", "history"],
	...["query", "response", "text", "caption"],
]);

export const parquet: Reader = {
	title: "Parquet",
	source: "huggingface/datasets 5.0.1 src/datasets/io/parquet.py, features/image.py; apache/parquet-format",
	recognizes: ({ names, head }) => (names === undefined ? isParquet(head) : shardsIn(names).length > 0),
	open: async (place, context) => {
		if (place.names === undefined) return [parquetUnit(place.path, place.size, context)];
		const shards = await Promise.all(shardsIn(place.names).map((name) => lookAt(join(place.path, name))));
		return shards.map(({ path, size }) => parquetUnit(path, size, context));
	},
};

function shardsIn(names: readonly string[]): readonly string[] {
	return names.filter((name) => name.endsWith(".parquet") && !name.startsWith("."));
}

/** How another format's rows are read from Parquet. */
export interface ParquetRows {
	readonly read?: (row: Row) => RowContent | Refusal;
	/** Columns needed in addition to those that a layout reads. */
	readonly isWanted?: (column: string) => boolean;
}

/** Reads one row group at a time; slices are whole row groups, in rows. */
export function parquetUnit(
	file: string,
	size: number,
	{ counter }: ReadContext,
	rows: ParquetRows = {},
): Unit {
	const opened = async function* <T>(read: (source: ByteSource) => AsyncGenerator<T>): AsyncGenerator<T> {
		const table = openSync(file, "r");
		try {
			yield* read(openFileSource(table, 0, size, counter));
		} finally {
			closeSync(table);
		}
	};
	return {
		file,
		length: size,
		root: dirname(file),
		slices: (sizes) => opened((source) => groupSlices(file, source, sizes.rows)),
		read: (slice) => opened((source) => rowsOf(file, source, slice, rows)),
	};
}

/** Maximum slices of a file; each of them reads the footer again. */
const MAX_SLICES = 256;

async function* groupSlices(file: string, source: ByteSource, rows: number): AsyncGenerator<Slice> {
	const { row_groups: groups, num_rows } = await readFooter(file, source);
	const total = Number(num_rows);
	const least = Math.max(rows, Math.ceil(total / MAX_SLICES));
	let from = 0;
	let to = 0;
	for (const { num_rows: count } of groups) {
		to += Number(count);
		if (to - from < least) continue;
		yield { from, to, share: (to - from) / total };
		from = to;
	}
	if (to > from) yield { from, to, share: (to - from) / total };
}

/** Rows made into samples at a time. */
const BATCH_ROWS = 256;

async function* rowsOf(
	file: string,
	source: ByteSource,
	{ from, to }: Slice,
	{ read = contentOf, isWanted = () => false }: ParquetRows,
): AsyncGenerator<readonly Found[]> {
	const metadata = await readFooter(file, source);
	const schema = parquetSchema(metadata);
	const columns = schema.children.filter(({ element: { name } }) => COLUMNS.has(name) || isWanted(name));
	let start = 0;
	for (const group of metadata.row_groups) {
		const end = start + Number(group.num_rows);
		if (start >= to) return;
		if (end > from) {
			const rows = await readGroup(file, source, schema, columns, group).catch((error: unknown) => {
				if (error instanceof OnevisionError) return refuse("unreadable-file", error.message);
				if (isDamage(error)) return refuse("unreadable-file", `a row group is damaged: ${error.message}`);
				throw error;
			});
			const first = Math.max(start, from);
			if (isRefusal(rows)) {
				// One refusal stands for all rows of the group: only the footer says how many there are.
				const refusal = refuse(rows.reason, `${rows.message} (rows ${first} to ${end - 1})`);
				yield [{ refusal, position: { file, row: first } }];
			} else {
				for (let at = first; at < end; at += BATCH_ROWS) {
					yield Array.from({ length: Math.min(BATCH_ROWS, end - at) }, (_, index): Found => {
						const position = { file, row: at + index };
						const content = read(rows[at + index - start] ?? {});
						return isRefusal(content) ? { refusal: content, position } : { record: { ...content, position } };
					});
				}
			}
		}
		start = end;
	}
}

/** Most rows of a group left out one by one although nothing of them is read: their number is only claimed. */
const MAX_UNREAD_ROWS = 1_000_000;

/** Errors of hyparquet and its decompressors for bytes that do not match the format. */
function isDamage(error: unknown): error is Error {
	return error instanceof Error && !("syscall" in error);
}

/** The rows of a group, with these columns only. */
async function readGroup(
	file: string,
	source: ByteSource,
	schema: SchemaTree,
	wanted: readonly SchemaTree[],
	group: RowGroup,
): Promise<readonly Row[]> {
	const count = Number(group.num_rows);
	const columns: { readonly name: string; readonly values: ArrayLike<unknown> }[] = [];
	for (const column of wanted) {
		const leaves = group.columns.flatMap(({ meta_data: meta }): LeafChunk[] => {
			if (meta?.path_in_schema[0] !== column.element.name) return [];
			return [{ meta, schemaPath: getTreePath(schema, meta.path_in_schema) }];
		});
		const values = await readTopColumn(file, source, column, leaves, count);
		if (values.length !== count)
			throw unreadableParquet(column.element.name, `${values.length} values in ${count} rows`);
		columns.push({ name: column.element.name, values });
	}
	if (columns.length === 0) {
		if (count > MAX_UNREAD_ROWS) throw unreadableParquet(file, `${count} rows without a column that is read`);
		return [];
	}
	return Array.from({ length: count }, (_, row) =>
		Object.fromEntries(columns.map(({ name, values }) => [name, values[row]])),
	);
}

/** A row in a known layout, or else an image or video with its caption, if any. */
function contentOf(row: Row): RowContent | Refusal {
	if (shapeOf(row) !== undefined) return readRow(row);
	const images = mediaUnder(row, "image", ["image", "images"]);
	if (isRefusal(images)) return images;
	const videos = mediaUnder(row, "video", ["video", "videos"]);
	if (isRefusal(videos)) return videos;
	const media = [...images, ...videos];
	if (media.length === 0) return readRow(row);
	const caption = [row.text, row.caption].find((value) => typeof value === "string");
	return { ...idOf(row), ...(typeof caption === "string" ? captioned(media, caption) : mediaOnly(media)) };
}
