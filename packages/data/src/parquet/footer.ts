/** Reads a Parquet file's footer within limits and validates it before use. */

import { OnevisionError } from "@onevision/base";
import type { ByteSource } from "@onevision/media";
import { type FileMetaData, parquetMetadata, parquetSchema } from "hyparquet";

/** Largest footer read, bytes: enough for a hundred thousand row groups of a few columns. */
const MAX_FOOTER_BYTES = 256 * 1024 * 1024;
const MAX_COLUMNS = 10_000;
/** Most rows of a group; pyarrow writes at most as many. */
const MAX_GROUP_ROWS = 64n * 1024n * 1024n;

export function unreadableParquet(what: string, why: string): OnevisionError {
	return new OnevisionError("unreadable-file", `${what}: ${why}`);
}

export function isParquet(head: Uint8Array): boolean {
	return String.fromCharCode(...head.subarray(0, 4)) === "PAR1";
}

/** Throws `unreadable-file` for a footer that is damaged or makes impossible claims. */
export async function readFooter(file: string, source: ByteSource): Promise<FileMetaData> {
	const end = await source.read(Math.max(0, source.size - 8), 8);
	if (end.byteLength < 8 || String.fromCharCode(...end.subarray(4)) !== "PAR1") {
		throw unreadableParquet(
			file,
			"does not end as a Parquet file does; it is cut short or still being written",
		);
	}
	const length = new DataView(end.buffer, end.byteOffset).getUint32(0, true);
	if (length + 12 > source.size || length > MAX_FOOTER_BYTES) {
		throw unreadableParquet(file, `its footer claims ${length} bytes`);
	}
	const bytes = await source.read(source.size - 8 - length, length + 8);
	let metadata: FileMetaData;
	try {
		metadata = parquetMetadata(new Uint8Array(bytes).buffer);
		// Throws for a tree that the elements do not make, or that is too deep to walk.
		parquetSchema(metadata);
	} catch (error) {
		throw unreadableParquet(
			file,
			`its footer cannot be read: ${error instanceof Error ? error.message : String(error)}`,
		);
	}
	const { schema, row_groups, num_rows } = metadata;
	const rows = row_groups?.reduce((sum, group) => sum + BigInt(group.num_rows ?? -1), 0n);
	const isTooLong = row_groups.some(({ num_rows: own }) => BigInt(own) < 0n || BigInt(own) > MAX_GROUP_ROWS);
	if (isTooLong) throw unreadableParquet(file, `a row group of less than 0 or over ${MAX_GROUP_ROWS} rows`);
	if (!Array.isArray(schema) || schema.length === 0 || schema.length > MAX_COLUMNS || rows !== num_rows) {
		throw unreadableParquet(file, "its footer contradicts itself");
	}
	return metadata;
}
