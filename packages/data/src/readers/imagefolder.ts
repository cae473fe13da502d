/**
 * The imagefolder and videofolder formats of `datasets`: `metadata.jsonl`, `.csv` or `.parquet` in a folder or its
 * subfolders, whose `file_name` columns name media next to it.
 */

import { dirname, join } from "node:path";
import { parse } from "csv-parse";
import { type Chunk, fileChunks } from "../bytes/file-bytes.ts";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import type { Found, RowContent } from "../record.ts";
import { captioned, mediaOnly } from "../shapes/captions.ts";
import { idOf, type Row } from "../shapes/fields.ts";
import { readRow, shapeOf } from "../shapes/index.ts";
import { kindOfName } from "./folder.ts";
import { jsonUnit } from "./json-rows.ts";
import { lookAt } from "./look.ts";
import { parquetUnit } from "./parquet.ts";
import { foundOrRead, type Place, type ReadContext, type Reader, slicesInHand, type Unit } from "./reader.ts";

const METADATA = ["metadata.jsonl", "metadata.csv", "metadata.parquet"] as const;
/** Longest CSV record read, characters. */
const MAX_RECORD = 64 * 1024 * 1024;
/** Maximum subfolders searched: one per split, as `datasets` lays them out. */
const MAX_SPLITS = 1000;

export const imagefolder: Reader = {
	title: "imagefolder or videofolder with metadata",
	source: "huggingface/datasets 5.0.1 packaged_modules/folder_based_builder/folder_based_builder.py",
	recognizes: async (place) => place.names !== undefined && (await metadataIn(place)).length > 0,
	open: async (place, context) => (await metadataIn(place)).map((file) => unitOf(file, context)),
};

/** Metadata files of the folder, or else of its subfolders. */
async function metadataIn({ path, names = [] }: Place): Promise<readonly Place[]> {
	const own = METADATA.find((name) => names.includes(name));
	if (own !== undefined) return [await lookAt(join(path, own))];
	const found: Place[] = [];
	for (const name of names.filter((each) => !each.includes(".")).slice(0, MAX_SPLITS)) {
		const inner = await lookAt(join(path, name));
		const file = METADATA.find((each) => inner.names?.includes(each));
		if (file !== undefined) found.push(await lookAt(join(inner.path, file)));
	}
	return found;
}

function unitOf(place: Place, context: ReadContext): Unit {
	if (place.path.endsWith(".jsonl")) return jsonUnit(place, context, readMetadata);
	if (place.path.endsWith(".csv")) return csvUnit(place, context);
	return parquetUnit(place.path, place.size, context, {
		read: readMetadata,
		isWanted: (column) => isFileColumn(column) || column === "text" || column === "caption",
	});
}

/**
 * Slices carry their samples: a quotation mark far before decides where a record ends. A record that does not match the
 * header is skipped; later ones are read.
 */
function csvUnit({ path: file, size }: Place, { counter }: ReadContext): Unit {
	const records = async function* (): AsyncGenerator<Found> {
		let row = 0;
		for await (const result of csvRecords(fileChunks(file, 0, counter))) {
			const position = { file, row: row++ };
			const content = isRefusal(result) ? result : readMetadata(withoutEmpty(result.record));
			yield isRefusal(content) ? { refusal: content, position } : { record: { ...content, position } };
		}
	};
	return {
		file,
		length: size,
		root: dirname(file),
		slices: ({ rows }) => slicesInHand(records(), rows),
		read: ({ found }) => foundOrRead(found, records),
	};
}

/** Records of a CSV with a header, in order, with a refusal in place of each malformed one. */
async function* csvRecords(chunks: AsyncIterable<Chunk>): AsyncGenerator<{ readonly record: Row } | Refusal> {
	// Collected by callback, because the parser's own stream drops parsed records when an error follows.
	let parsed: ({ readonly record: Row } | Refusal)[] = [];
	const broken = (error: Error | undefined): undefined => {
		parsed.push(refuse("broken-row", `not CSV: ${error?.message ?? "unknown error"}`));
	};
	const parser = parse<Row>({
		columns: true,
		bom: true,
		max_record_size: MAX_RECORD,
		skip_records_with_error: true,
		on_skip: broken,
		on_record: (record) => {
			parsed.push({ record });
			return null;
		},
	});
	parser.on("error", () => undefined);
	const step = (act: (done: (error?: Error | null) => void) => void): Promise<Error | undefined> =>
		new Promise((resolve) => act((error) => resolve(error ?? undefined)));
	const drained = () => {
		const records = parsed;
		parsed = [];
		return records;
	};
	for await (const { bytes } of chunks) {
		const error = await step((done) => parser.write(Buffer.from(bytes), done));
		yield* drained();
		if (error === undefined) continue;
		broken(error);
		yield* drained();
		return;
	}
	const error = await step((done) => parser.end(done));
	if (error !== undefined) broken(error);
	yield* drained();
}

/** An empty cell is null, as in pandas. */
function withoutEmpty(record: Row): Row {
	return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ""));
}

function isFileColumn(key: string): boolean {
	return /(^|_)file_names?$/.test(key);
}

/** A row of metadata: the media in its file columns, and its text in whatever layout it has. */
function readMetadata(row: Row): RowContent | Refusal {
	const images: string[] = [];
	const videos: string[] = [];
	const rest: Record<string, unknown> = {};
	for (const [key, value] of Object.entries(row)) {
		if (!isFileColumn(key)) {
			rest[key] = value;
			continue;
		}
		if (value === null || value === undefined) continue;
		const names: readonly unknown[] = Array.isArray(value) ? value : [value];
		if (names.length === 0)
			return refuse("unknown-layout", `${key}: an empty list, which datasets refuses; null is fine`);
		for (const name of names) {
			if (typeof name !== "string") return refuse("unknown-layout", `${key}: not a name of a file`);
			(kindOfName(name) === "video" ? videos : images).push(name);
		}
	}
	if (images.length + videos.length > 0 && ("image" in rest || "images" in rest)) {
		return refuse("unknown-layout", "image beside file_name: datasets then drops the image");
	}
	const own = { ...rest, images, videos };
	if (shapeOf(own) !== undefined) return readRow(own);
	const media = [
		...images.map((path) => ({ kind: "image", place: { type: "path", path } }) as const),
		...videos.map((path) => ({ kind: "video", place: { type: "path", path } }) as const),
	];
	const caption = [row.text, row.caption].find((value) => typeof value === "string");
	if (typeof caption === "string") return { ...idOf(row), ...captioned(media, caption) };
	return media.length === 0 ? readRow(row) : { ...idOf(row), ...mediaOnly(media) };
}
