/**
 * The interface of every format's reader: whether a path is in its format, the format's units, and the samples of a
 * unit in order.
 */

import type { ReadCounter } from "../bytes/file-bytes.ts";
import type { Found } from "../record.ts";

/** A requested path, inspected once. */
export interface Place {
	/** Absolute. */
	readonly path: string;
	/** Names in the folder, sorted; absent for a file. */
	readonly names?: readonly string[];
	/** The first 64 KiB of the file; empty for a folder. */
	readonly head: Uint8Array;
	/** Bytes of the file; 0 for a folder. */
	readonly size: number;
}

export interface ReadContext {
	/** Counts bytes read from annotation and shard files. */
	readonly counter: ReadCounter;
	/** Seed for random draws (LLaVA mixtures). */
	readonly seed: number;
}

/**
 * Consecutive samples of a unit, read as one piece: by one thread, on one machine. Plain data, and the same wherever
 * it is computed: it depends on the unit alone.
 */
export interface Slice {
	/** The first sample, and the first one behind the slice, in the unit's own terms: bytes, rows or files. */
	readonly from: number;
	readonly to: number;
	/** Share of the unit's length, for progress. */
	readonly share: number;
	/** Of rows drawn from a file: byte of the first row, and number of rows in the file. */
	readonly rows?: { readonly offset: number; readonly total: number };
	/** Samples that were found on the way to the slice's end, so that reading need not search again. */
	readonly found?: readonly Found[];
}

/** The whole unit as one slice. */
export const WHOLE: Slice = { from: 0, to: Number.POSITIVE_INFINITY, share: 1 };

/** Sizes from which units are cut. */
export interface SliceSizes {
	/** Bytes of JSON. */
	readonly json: number;
	/** Bytes of a tar shard; a shorter one is not cut. */
	readonly shard: number;
	/** Rows of Parquet, and files of a folder. */
	readonly rows: number;
}

/** About ten thousand samples each. */
export const SLICE_SIZES: SliceSizes = { json: 4 * 1024 * 1024, shard: 1024 * 1024 * 1024, rows: 8192 };

/** A file of a data set, read from start to end. */
export interface Unit {
	readonly file: string;
	/** Bytes, for progress; 0 if unknown. */
	readonly length: number;
	/** Folder that the media paths of its rows are relative to. */
	readonly root: string;
	/** Cuts the unit. Searches for the boundaries only, which takes a fraction of the time of reading. */
	slices(sizes: SliceSizes): AsyncGenerator<Slice>;
	/** The samples of a slice in order, some at a time: waiting for each would take longer than reading it. */
	read(slice: Slice): AsyncGenerator<readonly Found[]>;
}

/** For units whose boundaries cannot be found without finding the samples: slices of `size` samples that carry them. */
export async function* slicesInHand(samples: AsyncIterable<Found>, size: number): AsyncGenerator<Slice> {
	let from = 0;
	for await (const found of batchesOf(samples, size)) {
		const to = from + found.length;
		yield { from, to, share: 0, found };
		from = to;
	}
}

/** Samples per batch, where nothing else decides. */
const BATCH_SAMPLES = 256;

/** The samples that a slice carries, or else all. */
export async function* foundOrRead(
	found: readonly Found[] | undefined,
	read: () => AsyncIterable<Found>,
): AsyncGenerator<readonly Found[]> {
	if (found === undefined) yield* batchesOf(read(), BATCH_SAMPLES);
	else yield found;
}

async function* batchesOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
	let batch: T[] = [];
	for await (const item of items) {
		batch.push(item);
		if (batch.length < size) continue;
		yield batch;
		batch = [];
	}
	if (batch.length > 0) yield batch;
}

/** Units that are read as one piece. */
export async function* uncut(): AsyncGenerator<Slice> {
	yield WHOLE;
}

export interface Reader {
	readonly title: string;
	/** Source of the layout: a repository's file with its commit, or a page. */
	readonly source: string;
	/** Whether the path is in this format, judged by its content. */
	recognizes(place: Place): boolean | Promise<boolean>;
	/** The units in a fixed order. Throws `unreadable-file` or `invalid-input` if nothing can be read. */
	open(place: Place, context: ReadContext): Promise<readonly Unit[]>;
}
