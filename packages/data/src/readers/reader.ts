/** What every format's reader offers: is this your format, which units is it made of, and the samples of a unit in order. */

import type { ReadCounter } from "../bytes/file-bytes.ts";
import type { Found } from "../record.ts";

/** A path that was asked for, looked at once. */
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
	/** Counts what is read of annotation and shard files. */
	readonly counter: ReadCounter;
	/** Seed of what is drawn at random (LLaVA mixtures). */
	readonly seed: number;
}

/** A file of a data set that is read from its start to its end, or on from where an earlier run stopped. */
export interface Unit {
	readonly file: string;
	/** What `next` reaches at the end: bytes, rows or files. For progress only. */
	readonly length: number;
	/** Folder that the media paths of its rows start from. */
	readonly root: string;
	/** Samples from `from` on: 0, or the `next` of one found before. */
	read(from: number): AsyncGenerator<Found>;
}

export interface Reader {
	readonly title: string;
	/** Where the layout was read: a repository's file with its commit, or a page. */
	readonly source: string;
	/** Whether the place is of this format, told by its content. */
	recognizes(place: Place): boolean | Promise<boolean>;
	/** Units in a fixed order. Throws `unreadable-file` or `invalid-input` for what cannot be read at all. */
	open(place: Place, context: ReadContext): Promise<readonly Unit[]>;
}
