/** Picking some of many so that all parts are represented. */

/** Whether a position is among `wanted` evenly spaced ones of `total`, the last always. */
export function isEvenly(index: number, total: number, wanted: number): boolean {
	return total <= wanted || Math.floor(((index + 1) * wanted) / total) > Math.floor((index * wanted) / total);
}
