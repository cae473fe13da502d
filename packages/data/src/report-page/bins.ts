/** Tallies as they are drawn: bins with round borders, and shares above a limit. */

import type { Tally } from "../profile/tally.ts";

export interface Bin {
	readonly from: number;
	readonly to: number;
	readonly count: number;
}

export interface Binned {
	/** Of equal width from 0 on, empty ones included; units of the tally divided by `unit`. */
	readonly bins: readonly Bin[];
	/** Right end of the axis. */
	readonly end: number;
	/** Values right of it. */
	readonly beyond: number;
	/** Whether a bin holds one value, and not a range. */
	readonly isSingle: boolean;
}

const MAX_BINS = 60;
/** A tail of one in a thousand is cut off the axis if it takes more than this share of it. */
const MAX_TAIL = 0.4;

/** Right end of an axis that shows all of a tally, or all but a long thin tail. */
export function axisEnd(tally: Tally): number {
	const { max = 0, p999 = 0 } = tally.summary() ?? {};
	return p999 < (1 - MAX_TAIL) * max ? p999 : max;
}

/** Bins up to `end`, which is in the last one. `unit` is what a displayed unit has of the tally's. */
export function binned(tally: Tally, end = axisEnd(tally), unit = 1): Binned {
	const width = roundWidth(Math.max(1, (end + 1) / MAX_BINS) / unit) * unit;
	const bins = Array.from({ length: Math.floor(end / width) + 1 }, (_, index) => ({
		...{ from: (index * width) / unit, to: ((index + 1) * width) / unit, count: 0 },
	}));
	let beyond = 0;
	for (const [value, count] of tally.entries()) {
		const bin = bins[Math.floor(value / width)];
		if (bin === undefined) beyond += count;
		else bin.count += count;
	}
	return { bins, end: (bins.length * width) / unit, beyond, isSingle: Math.round(width) === 1 };
}

/** The next 1, 2 or 5 times a power of ten. */
function roundWidth(least: number): number {
	const power = 10 ** Math.floor(Math.log10(least));
	const factor = [1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
	return factor * power;
}

/** Points on a curve, at most. */
const MAX_POINTS = 240;

/** For limits from 0 to `end`: how many values exceed each. */
export function exceeding(tally: Tally, end: number): readonly (readonly [limit: number, count: number])[] {
	const step = Math.max(1, Math.ceil(end / MAX_POINTS));
	const entries = tally.entries();
	const points: (readonly [number, number])[] = [];
	let left = tally.count;
	let next = 0;
	for (let limit = 0; points.at(-1)?.[0] !== end; limit = Math.min(limit + step, end)) {
		for (let entry = entries[next]; entry !== undefined && entry[0] <= limit; entry = entries[++next])
			left -= entry[1];
		points.push([limit, left]);
	}
	return points;
}
