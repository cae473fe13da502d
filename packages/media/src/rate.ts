/**
 * Frame rates as the fractions they are meant to be. Based on av_reduce in FFmpeg's libavutil/rational.c (7.1) and its
 * use in matroskadec.c, which bounds the terms of a stored frame duration at 30,000: 41,708,333 ns is 24000/1001.
 */

const MAX_TERM = 30_000;

/**
 * The fraction with terms up to 30,000 that `value` stands for when one lies within `tolerance` (relative), else
 * `value`. Keeps `frames / fps` a whole number of seconds where it should be: samplers take its floor.
 */
export function nearestRate(value: number, tolerance: number): number {
	let [previous, current] = [
		{ over: 0, under: 1 },
		{ over: 1, under: 0 },
	];
	let rest = value;
	while (Number.isFinite(rest)) {
		const whole = Math.floor(rest);
		const next = {
			over: whole * current.over + previous.over,
			under: whole * current.under + previous.under,
		};
		if (next.over > MAX_TERM || next.under > MAX_TERM) break;
		[previous, current] = [current, next];
		if (Math.abs(current.over / current.under - value) <= tolerance * value) break;
		rest = 1 / (rest - whole);
	}
	const rate = current.over / current.under;
	return Math.abs(rate - value) <= tolerance * value ? rate : value;
}
