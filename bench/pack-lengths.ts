/** Lengths of a made training set in about the shares of LLaVA-OneVision's data. */

/** Tokens of a tile, of an image among several and of a video of 32 frames. */
const TILE = 729;
const IMAGE = 730;
const VIDEO = 6273;

/**
 * A quarter text, half single images of one to ten tiles with padding cut off, the rest several images or a video; texts
 * are log-normal. Longer ones than the capacity are cut to it. Divided by `scale`, rounded up.
 */
export function madeLengths(count: number, capacity: number, scale: number): Uint32Array {
	let state = 1;
	const random = (): number => {
		// Xorshift (Marsaglia, 2003): fast, and the quality does not matter here.
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) / 2 ** 32;
	};
	return Uint32Array.from({ length: count }, () => {
		const scenario = random();
		const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
		const text = Math.ceil(40 + Math.exp(4.8 + normal));
		const media =
			scenario < 0.24
				? 0
				: scenario < 0.7
					? Math.ceil((1 + Math.floor(10 * random() ** 2)) * TILE * (0.8 + 0.25 * random()))
					: scenario < 0.88
						? IMAGE * (2 + Math.floor(6 * random()))
						: VIDEO;
		return Math.min(capacity, Math.ceil((text + media) / scale));
	});
}
