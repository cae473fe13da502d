/** Axis weights in the byte layout that the kernel reads (kernel/resample.ts). */

import type { AxisWeights } from "./weights.ts";

export interface PackedAxis {
	readonly axis: AxisWeights;
	/** Whether weights need two 16-bit halves. */
	readonly isWide: boolean;
	/** Groups of taps per target pixel: four taps per group in width, two in height. */
	readonly groups: Int32Array;
	/** The weights of target pixel `i` start at this byte of `bytes`. */
	readonly offsets: Int32Array;
	readonly bytes: Uint8Array;
}

/** Low half of a split weight: `weight = high * 4096 + low`. */
const LOW_BITS = 12;

/** Packs an axis with `lanes` taps per group: a group's low halves, followed by its high halves if wide. */
export function packAxis(axis: AxisWeights, lanes: 2 | 4): PackedAxis {
	const isWide = axis.weights.some((weight) => weight > 32767 || weight < -32768);
	const halves = isWide ? 2 : 1;
	const groups = axis.counts.map((count) => Math.ceil(count / lanes));
	const offsets = new Int32Array(groups.length);
	let total = 0;
	groups.forEach((count, i) => {
		offsets[i] = total * lanes * halves * 2;
		total += count;
	});
	const halfWords = new Int16Array(total * lanes * halves);
	let out = 0;
	groups.forEach((count, i) => {
		for (let group = 0; group < count; group++) {
			for (let lane = 0; lane < lanes; lane++) {
				const tap = group * lanes + lane;
				// A group can extend past `taps`, where the table has no entry.
				const weight = tap < axis.taps ? (axis.weights[i * axis.taps + tap] ?? 0) : 0;
				halfWords[out + lane] = isWide ? weight & ((1 << LOW_BITS) - 1) : weight;
				if (isWide) halfWords[out + lanes + lane] = weight >> LOW_BITS;
			}
			out += lanes * halves;
		}
	});
	return { axis, isWide, groups, offsets, bytes: new Uint8Array(halfWords.buffer) };
}
