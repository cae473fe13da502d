/** How models read and extend a cache of rows, and its size; see startInference of the Node entry. */

/**
 * An entry holds float32 rows, [heads, rows, dim]; a model reads it as it was before the run and returns the rows to
 * append.
 */
export interface CacheBinding {
	/** By input: an entry whole, [1, heads, rows, dim], or one head of it, [rows, dim], which is read where it lies. */
	readonly reads: Readonly<Record<string, CacheRead>>;
	/** By output, [heads, new rows, dim] or with a leading 1: the entry that it extends. */
	readonly writes: Readonly<Record<string, string>>;
	/** Sequences that a run takes at most, each with a cache of its own which gets one of the new rows (default 1). */
	readonly sequences?: number;
}

export interface CacheRead {
	readonly entry: string;
	readonly head?: number;
	/** Of several, whose cache is read (default 0). */
	readonly sequence?: number;
}

/** The size of a cache. */
export interface CacheSpec {
	/** Names of the entries. */
	readonly entries: readonly string[];
	readonly heads: number;
	/** Elements of a row. */
	readonly dim: number;
	/** Most rows. */
	readonly capacity: number;
}
