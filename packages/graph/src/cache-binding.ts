/** How models read and extend a cache of rows, and its size; see startInference of the Node entry. */

/**
 * An entry holds float32 rows, [heads, rows, dim]; a model reads it as it was before the run and returns the rows to
 * append.
 */
export interface CacheBinding {
	/** By input: an entry whole, [1, heads, rows, dim], or one head of it, [rows, dim], which is read where it lies. */
	readonly reads: Readonly<Record<string, { readonly entry: string; readonly head?: number }>>;
	/** By output, [heads, new rows, dim] or with a leading 1: the entry that it extends. */
	readonly writes: Readonly<Record<string, string>>;
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
