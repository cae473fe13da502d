/**
 * Recovers the intended frame rate from a rounded one. MKV stores frame durations in whole nanoseconds and times in
 * milliseconds, and float64 sums of times leave rounding errors. Samplers floor `frames / fps`, so a rate that is
 * slightly too high loses a frame. Multiples of 1000/1001 are NTSC rates (SMPTE ST 12-1).
 */

/**
 * `value` rounded to a multiple of 1000/1001 or of 1/1000 if one lies within `tolerance` (relative), otherwise
 * unchanged.
 */
export function nearestRate(value: number, tolerance: number): number {
	const candidates = [(Math.round(value * 1.001) * 1000) / 1001, Math.round(value * 1000) / 1000];
	return candidates.find((rate) => Math.abs(rate - value) <= tolerance * value) ?? value;
}
