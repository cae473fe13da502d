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

/** A file of a data set, read from start to end or resumed where an earlier run stopped. */
export interface Unit {
	readonly file: string;
	/** Value of `next` at the end: bytes, rows or files. For progress only. */
	readonly length: number;
	/** Folder that the media paths of its rows are relative to. */
	readonly root: string;
	/** Samples from `from` on: 0, or the `next` of an earlier sample. */
	read(from: number): AsyncGenerator<Found>;
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
