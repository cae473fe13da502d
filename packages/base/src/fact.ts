/** A value with its unit and source, the rows of every table of facts. */

/** One fact. `source` names a file with its commit, a paper with its table, or a page with the date it was read. */
export interface Fact<T> {
	readonly value: T;
	readonly unit: string;
	readonly source: string;
}
