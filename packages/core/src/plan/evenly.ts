/** Even selection of a subset, so that all parts of the whole are represented. */

/** Whether an index is among `wanted` evenly spaced ones out of `total`. The last index always is. */
export function isEvenly(index: number, total: number, wanted: number): boolean {
	return total <= wanted || Math.floor(((index + 1) * wanted) / total) > Math.floor((index * wanted) / total);
}
