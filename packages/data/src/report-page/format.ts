/** How the report writes numbers. */

import { formatPercent } from "@onevision/base";

/** A part of a whole, which is nothing only if it is: 18 of 20,000 are "0.09 %". */
export function formatShare(part: number, whole: number): string {
	const share = whole === 0 ? 0 : part / whole;
	return share === 0 || share >= 0.01 ? formatPercent(share) : `${Number((100 * share).toPrecision(1))} %`;
}

/** Numbers on an axis: 500, 1.5 k, 2 M. */
export function formatTick(value: number): string {
	const [unit, name] =
		value >= 1e9 ? [1e9, " B"] : value >= 1e6 ? [1e6, " M"] : value >= 1e3 ? [1e3, " k"] : [1, ""];
	return `${Number((value / unit).toPrecision(4))}${name}`;
}
