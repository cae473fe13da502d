/** A number with its unit and where it comes from: what every table of facts is made of. */

/** One fact. `source` names a file with its commit, a paper with its table, or a page with the day it was read. */
export interface Fact<T> {
	readonly value: T;
	readonly unit: string;
	readonly source: string;
}
