/**
 * The columns of a profile's sample table that packing needs, in typed arrays: up to 26 bytes a sample. What only long
 * samples need is read again from their parts.
 */

import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { parquetRead, parquetReadObjects } from "hyparquet";
import { createReadCounter, openFileSource } from "../bytes/file-bytes.ts";
import { readFooter } from "../parquet/footer.ts";
import { readState } from "../profile/state.ts";
import type { Position } from "../record.ts";
import { PACK_MEASURES, type PackMeasure } from "./manifest.ts";
import type { LongSample } from "./over-length.ts";

/** Rows of all parts, in order. */
export interface ProfileRows {
	readonly path: string;
	/** Hash of the profile's state, which changes with its data, model and settings. */
	readonly hash: string;
	/** Number of rows; those that were left out of the profile have no length. */
	readonly rows: number;
	readonly profiled: number;
	/** What fills the packs; 0 where there is none. */
	readonly length: Uint32Array;
	readonly isProfiled: (row: number) => boolean;
	readonly towerTokens: Uint32Array;
	readonly media: Uint16Array;
	/** The row's number in the profile's tables. */
	readonly sampleOf: (row: number) => number;
	readonly positionOf: (row: number) => { readonly position: Position; readonly nth: number };
	/** Reads what is needed to cut these rows, which ascend. */
	readonly longSamples: (
		rows: readonly number[],
	) => AsyncGenerator<readonly [row: number, sample: LongSample]>;
}

interface Part {
	readonly path: string;
	readonly firstRow: number;
	readonly firstSample: number;
}

/** No profiled row: its length. */
const ABSENT = 0xffffffff;
const MAX_ROWS = ABSENT - 1;

/** Reads a profile. Throws `unreadable-file` if the folder holds none, or an unfinished or damaged one. */
export async function readProfileRows(
	folder: string,
	by: PackMeasure,
	onProgress: (share: number) => void = () => undefined,
): Promise<ProfileRows> {
	const hash = await readFinishedState(folder);
	const names = (await readdir(join(folder, "parts")))
		.filter((name) => /^samples-.*\.parquet$/.test(name))
		.sort();
	const columns = new RowColumns();
	const parts: Part[] = [];
	for (const [index, name] of names.entries()) {
		const path = join(folder, "parts", name);
		const firstRow = columns.rows;
		const firstSample = await columns.read(path, PACK_MEASURES[by].column);
		parts.push({ path, firstRow, firstSample });
		onProgress((index + 1) / names.length);
	}
	const length = columns.length.taken();
	let profiled = 0;
	const absent = new Uint8Array(Math.ceil(length.length / 8));
	for (let row = 0; row < length.length; row++) {
		if (length[row] === ABSENT) {
			length[row] = 0;
			absent[row >>> 3] = (absent[row >>> 3] ?? 0) | (1 << (row & 7));
		} else profiled++;
	}
	const place = columns.place.taken();
	const file = columns.file.taken();
	const nth = columns.nth.taken();
	const partOf = (row: number): Part => {
		let [low, high] = [0, parts.length - 1];
		while (low < high) {
			const middle = Math.ceil((low + high) / 2);
			if ((parts[middle]?.firstRow ?? 0) <= row) low = middle;
			else high = middle - 1;
		}
		return parts[low] ?? { path: "", firstRow: 0, firstSample: 0 };
	};
	return {
		path: folder,
		hash,
		rows: length.length,
		profiled,
		length,
		isProfiled: (row) => ((absent[row >>> 3] ?? 0) & (1 << (row & 7))) === 0,
		towerTokens: columns.towerTokens.taken(),
		media: columns.media.taken(),
		sampleOf: (row) => {
			const { firstRow, firstSample } = partOf(row);
			return firstSample + row - firstRow;
		},
		positionOf: (row) => ({
			position: columns.files.position(file[row] ?? 0, place[row] ?? 0),
			nth: nth[row] ?? 0,
		}),
		longSamples: async function* (rows) {
			for (let from = 0; from < rows.length; ) {
				const part = partOf(rows[from] ?? 0);
				let to = from;
				while (to < rows.length && partOf(rows[to] ?? 0) === part) to++;
				yield* await longSamplesOf(part, rows.slice(from, to));
				from = to;
			}
		},
	};
}

/** A hash of what the profile is of and of its sums. */
async function readFinishedState(folder: string): Promise<string> {
	const state = await readState(folder);
	const refused = (why: string) => new OnevisionError("unreadable-file", `${folder}: ${why}`);
	if (state === undefined) throw refused("holds no profile; onevision profile DATA --out makes one");
	if (!state.isDone) throw refused("the profile is unfinished; run its command again to go on");
	if (state.shard !== undefined)
		throw refused("holds one shard of a profile; onevision profile merge joins them");
	return createHash("sha256")
		.update(JSON.stringify([state.request, state.totals]))
		.digest("hex");
}

type Grown = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** A typed array that grows. */
class Growing<A extends Grown> {
	#values: A;
	#size = 0;
	readonly #make: (length: number) => A;

	constructor(make: (length: number) => A) {
		this.#make = make;
		this.#values = make(1024);
	}

	/** Room for `count` more values, to be written from `#size` on. */
	extend(count: number): A {
		if (this.#size + count > this.#values.length) {
			const larger = this.#make(Math.max(this.#size + count, Math.ceil(1.5 * this.#values.length)));
			larger.set(this.#values.subarray(0, this.#size));
			this.#values = larger;
		}
		const room = this.#values.subarray(this.#size, this.#size + count) as A;
		this.#size += count;
		return room;
	}

	taken(): A {
		return this.#values.subarray(0, this.#size) as A;
	}
}

/** File names, each once, with what a place in the file is. */
class Files {
	readonly #names: { readonly name: string; readonly unit: "offset" | "row" | undefined }[] = [];
	readonly #indexes = new Map<string, number>();

	index(name: string, unit: "offset" | "row" | undefined): number {
		const key = `${unit} ${name}`;
		let index = this.#indexes.get(key);
		if (index === undefined) {
			index = this.#names.length;
			this.#indexes.set(key, index);
			this.#names.push({ name, unit });
		}
		return index;
	}

	position(index: number, place: number): Position {
		const { name, unit } = this.#names[index] ?? { name: "", unit: undefined };
		return { file: name, ...(unit === undefined ? {} : { [unit]: place }) };
	}
}

const COLUMNS = ["sample", "file", "offset", "row", "media", "tower_tokens"] as const;

class RowColumns {
	readonly length = new Growing((size) => new Uint32Array(size));
	readonly towerTokens = new Growing((size) => new Uint32Array(size));
	readonly media = new Growing((size) => new Uint16Array(size));
	readonly place = new Growing((size) => new Float64Array(size));
	readonly file = new Growing((size) => new Uint32Array(size));
	readonly nth = new Growing((size) => new Uint16Array(size));
	readonly files = new Files();
	rows = 0;

	/** Adds a part's rows; returns the number of its first sample. */
	async read(path: string, measure: string): Promise<number> {
		return reading(path, async (file, rows) => {
			if (this.rows + rows > MAX_ROWS) throw new Error(`over ${MAX_ROWS} samples`);
			const columns = await columnsOf(file, rows, [...COLUMNS, measure]);
			const [sample, name, offset, row] = [
				columns("sample"),
				columns("file"),
				columns("offset"),
				columns("row"),
			];
			const firstSample = whole(sample[0] ?? 0, Number.MAX_SAFE_INTEGER);
			for (let index = 0; index < rows; index++) {
				if (Number(sample[index]) !== firstSample + index)
					throw new Error("its samples are not numbered in order");
			}
			copy(columns(measure), this.length.extend(rows), ABSENT, ABSENT - 1);
			copy(columns("tower_tokens"), this.towerTokens.extend(rows), 0, ABSENT - 1);
			copy(columns("media"), this.media.extend(rows), 0, 65535);
			const [files, places, nths] = [this.file.extend(rows), this.place.extend(rows), this.nth.extend(rows)];
			for (let index = 0; index < rows; index++) {
				const unit = offset[index] != null ? "offset" : row[index] != null ? "row" : undefined;
				files[index] = this.files.index(String(name[index]), unit);
				places[index] = unit === undefined ? 0 : whole(offset[index] ?? row[index], Number.MAX_SAFE_INTEGER);
				const isSame = index > 0 && files[index] === files[index - 1] && places[index] === places[index - 1];
				nths[index] = isSame ? (nths[index - 1] ?? 0) + 1 : 0;
			}
			this.rows += rows;
			return firstSample;
		});
	}
}

function copy(from: ArrayLike<unknown>, to: Uint32Array | Uint16Array, absent: number, max: number): void {
	for (let index = 0; index < to.length; index++) {
		const value = from[index];
		to[index] = value === null || value === undefined ? absent : whole(value, max);
	}
}

function whole(value: unknown, max: number): number {
	const number = Number(value);
	if (Number.isSafeInteger(number) && number >= 0 && number <= max) return number;
	throw new Error(`expected a whole number up to ${max}, got ${String(value).slice(0, 40)}`);
}

type File = Parameters<typeof parquetRead>[0]["file"];

/** Opens a part and hands it to `act`. Throws `unreadable-file` for whatever fails. */
async function reading<T>(path: string, act: (file: File, rows: number) => Promise<T>): Promise<T> {
	try {
		const opened = openSync(path, "r");
		try {
			const source = openFileSource(opened, 0, fstatSync(opened).size, createReadCounter());
			const { num_rows } = await readFooter(path, source);
			const file = {
				byteLength: source.size,
				slice: async (start: number, end = source.size) =>
					new Uint8Array(await source.read(start, end - start)).buffer,
			};
			return await act(file, Number(num_rows));
		} finally {
			closeSync(opened);
		}
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		throw new OnevisionError(
			"unreadable-file",
			`${path}: not a table of a profile: ${error instanceof Error ? error.message : String(error)}`,
		);
	}
}

/** Whole columns by name. */
async function columnsOf(
	file: File,
	rows: number,
	names: readonly string[],
): Promise<(name: string) => ArrayLike<unknown>> {
	const chunks = new Map<string, unknown[]>(names.map((name) => [name, new Array<unknown>(rows)]));
	await parquetRead({
		file,
		columns: [...new Set(names)],
		onChunk: ({ columnName, columnData, rowStart }) => {
			const column = chunks.get(columnName);
			for (let index = 0; index < columnData.length && column !== undefined; index++) {
				column[rowStart + index] = columnData[index];
			}
		},
	});
	return (name) => {
		const column = chunks.get(name);
		if (column === undefined) throw new Error(`no column ${name}`);
		return column;
	};
}

/** Cuts and findings of some rows of a part. */
async function longSamplesOf(
	{ path, firstRow }: Part,
	rows: readonly number[],
): Promise<readonly (readonly [row: number, sample: LongSample])[]> {
	return reading(path, async (file) => {
		const from = (rows[0] ?? 0) - firstRow;
		const table = await parquetReadObjects({
			file,
			columns: ["length", "findings", "cuts"],
			rowStart: from,
			rowEnd: (rows.at(-1) ?? 0) - firstRow + 1,
		});
		return rows.map((row) => {
			const { length, findings, cuts } = table[row - firstRow - from] ?? {};
			const sample: LongSample = {
				length: whole(length, ABSENT - 1),
				isMisplaced: String(findings).split(" ").includes("placeholders-differ"),
				cuts: Array.isArray(cuts) ? cuts.map(cutOf) : [],
			};
			const isSound = sample.cuts.every(
				(cut, index) =>
					cut.tokens <= sample.length && (index === 0 || cut.tokens >= (sample.cuts[index - 1]?.tokens ?? 0)),
			);
			if (!isSound) throw new Error(`row ${row - firstRow}: places to cut that do not ascend`);
			return [row, sample] as const;
		});
	});
}

function cutOf(cells: unknown) {
	const [turns, tokens, media, towerTokens, labelTokens] = (Array.isArray(cells) ? cells : []).map((cell) =>
		whole(cell, ABSENT - 1),
	);
	if (
		labelTokens === undefined ||
		turns === undefined ||
		tokens === undefined ||
		media === undefined ||
		towerTokens === undefined
	)
		throw new Error("a place to cut without its five numbers");
	return { turns, tokens, media, towerTokens, labelTokens };
}
