/**
 * Frame rates as what they are meant to be. Containers round: MKV keeps a frame's duration in whole nanoseconds and
 * times in milliseconds, and sums of times in float64 end in stray digits. Samplers take the floor of
 * `frames / fps`, so a rate a hair too high loses a frame. The thousandths over 1.001 are NTSC's (SMPTE ST 12-1).
 */

/** `value` as a multiple of 1000/1001 or of 1/1000 when one lies within `tolerance` (relative), else as it is. */
export function nearestRate(value: number, tolerance: number): number {
	const candidates = [(Math.round(value * 1.001) * 1000) / 1001, Math.round(value * 1000) / 1000];
	return candidates.find((rate) => Math.abs(rate - value) <= tolerance * value) ?? value;
}
