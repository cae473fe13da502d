/**
 * Weights of one axis in fixed point: which source pixels make each target pixel, and by how much. Two arithmetics:
 * Pillow's 22 bits (Resample.c `precompute_coeffs`, `normalize_coeffs_8bpc`), and PyTorch's 16-bit weights with as
 * many bits as the largest of the axis allows (UpSampleKernel.cpp `compute_index_ranges_int16_weights`).
 */

import { type Filter, KERNELS } from "./filters.ts";

/** Whose fixed-point arithmetic is followed. */
export const ARITHMETICS = ["pillow", "torchvision"] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

export interface AxisWeights {
	/** Pixels of the source axis that target pixel `i` starts at. */
	readonly starts: Int32Array;
	/** Pixels it takes, at most `taps`. */
	readonly counts: Int32Array;
	/** `[target, taps]`, fixed point; 0 beyond a pixel's count. */
	readonly weights: Int32Array;
	readonly taps: number;
	/** Fractional bits of the weights. */
	readonly shift: number;
}

const PILLOW_BITS = 22;
/** The largest PyTorch weight stays below 2 to this power. */
const TORCH_WEIGHT_BITS = 15;

/** Weights from `from` to `to` pixels. Both sizes at least 1. */
export function axisWeights(
	from: number,
	to: number,
	filter: Exclude<Filter, "nearest">,
	arithmetic: Arithmetic,
): AxisWeights {
	const scale = from / to;
	const filterScale = Math.max(scale, 1);
	const { support: halfWidth, weight } = KERNELS[filter];
	const support = halfWidth * filterScale;
	const taps = Math.ceil(support) * 2 + 1;
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
	const shift = arithmetic === "pillow" ? PILLOW_BITS : torchBits(shares);
	return { starts, counts, weights: toFixed(shares, shift), taps, shift };
}

/** Rounded half away from zero. */
function toFixed(shares: Float64Array, shift: number): Int32Array {
	const one = 2 ** shift;
	return Int32Array.from(shares, (share) => Math.trunc(share * one + (share < 0 ? -0.5 : 0.5)));
}

/** The most fractional bits, at most 22, with which the largest weight still fits. */
function torchBits(shares: Float64Array): number {
	let largest = 0;
	for (const share of shares) largest = Math.max(largest, share);
	let bits = 0;
	while (bits < 22 && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** TORCH_WEIGHT_BITS) bits++;
	return bits;
}
