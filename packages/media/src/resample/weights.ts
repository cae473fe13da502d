/**
 * Fixed-point weights of one axis: which source pixels contribute to each target pixel, and by how much. Two
 * arithmetics: Pillow's 22 bits (Resample.c `precompute_coeffs`, `normalize_coeffs_8bpc`), and PyTorch's 16-bit
 * weights with as many fractional bits as the largest weight of the axis allows (UpSampleKernel.cpp
 * `compute_index_ranges_int16_weights`).
 */

import { OnevisionError } from "@onevision/base";
import { type Filter, RESAMPLERS } from "./filters.ts";

/** Whose fixed-point arithmetic to reproduce: transformers' processors run on Pillow or on torchvision. */
export const BACKENDS = ["pillow", "torchvision"] as const;
export type Backend = (typeof BACKENDS)[number];

export interface AxisWeights {
	/** Source pixel at which target pixel `i` starts. */
	readonly starts: Int32Array;
	/** Number of source pixels used, at most `taps`. */
	readonly counts: Int32Array;
	/** `[target, taps]`, fixed point; 0 beyond a pixel's count. */
	readonly weights: Int32Array;
	readonly taps: number;
	/** Fractional bits of the weights. */
	readonly shift: number;
}

const PILLOW_BITS = 22;
/** The largest PyTorch weight stays below two to this power. */
const TORCH_WEIGHT_BITS = 15;

/** Maximum weights per axis: enough for a side of about 700,000 px, whatever the target size. */
const MAX_WEIGHTS = 2 ** 22;

/** Weights for resizing from `from` to `to` pixels, both at least 1. Throws `over-limit` for absurdly long sides. */
export function axisWeights(
	from: number,
	to: number,
	filter: Exclude<Filter, "nearest">,
	backend: Backend,
): AxisWeights {
	const scale = from / to;
	const filterScale = Math.max(scale, 1);
	const { support: halfWidth, weight } = RESAMPLERS[filter];
	const support = halfWidth * filterScale;
	const taps = Math.ceil(support) * 2 + 1;
	if (to * taps > MAX_WEIGHTS) {
		throw new OnevisionError(
			"over-limit",
			`resizing ${from} px to ${to} would take ${to * taps} weights, over the limit of ${MAX_WEIGHTS}; crop it first`,
		);
	}
	const starts = new Int32Array(to);
	const counts = new Int32Array(to);
	const shares = new Float64Array(to * taps);
	const inverse = 1 / filterScale;
	for (let i = 0; i < to; i++) {
		const center = (i + 0.5) * scale;
		const start = Math.max(Math.trunc(center - support + 0.5), 0);
		const count = Math.min(Math.trunc(center + support + 0.5), from) - start;
		let total = 0;
		for (let j = 0; j < count; j++) {
			const share = weight((j + start - center + 0.5) * inverse);
			shares[i * taps + j] = share;
			total += share;
		}
		if (total !== 0) {
			for (let j = i * taps; j < i * taps + count; j++) shares[j] = (shares[j] ?? 0) / total;
		}
		starts[i] = start;
		counts[i] = count;
	}
	const shift = backend === "pillow" ? PILLOW_BITS : torchBits(shares);
	return { starts, counts, weights: toFixed(shares, shift), taps, shift };
}

/** Rounds half away from zero. */
function toFixed(shares: Float64Array, shift: number): Int32Array {
	const one = 2 ** shift;
	const fixed = new Int32Array(shares.length);
	for (let i = 0; i < shares.length; i++) {
		const share = shares[i] ?? 0;
		fixed[i] = Math.trunc(share * one + (share < 0 ? -0.5 : 0.5));
	}
	return fixed;
}

/** The largest number of fractional bits, at most 22, at which the largest weight still fits. */
function torchBits(shares: Float64Array): number {
	let largest = 0;
	for (const share of shares) largest = Math.max(largest, share);
	let bits = 0;
	while (bits < 22 && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** TORCH_WEIGHT_BITS) bits++;
	return bits;
}
