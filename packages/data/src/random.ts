/** Seeded randomness: the same seed gives the same numbers on every machine. */

/** Numbers in [0, 1) from a 32-bit seed (Tommy Ettinger's mulberry32). */
export function mulberry32(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Shuffles `values[from..to)` in place (Fisher-Yates). */
export function shuffle(values: Uint32Array, from: number, to: number, random: () => number): void {
	for (let last = to - 1; last > from; last--) {
		const other = from + Math.floor(random() * (last - from + 1));
		const value = values[last] ?? 0;
		values[last] = values[other] ?? 0;
		values[other] = value;
	}
}

/** 0 to `count - 1` in random order. */
export function shuffledIndexes(count: number, seed: number): Uint32Array {
	const indexes = Uint32Array.from({ length: count }, (_, index) => index);
	shuffle(indexes, 0, count, mulberry32(seed));
	return indexes;
}
