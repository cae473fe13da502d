/** Rotary tables, with the roundings of PyTorch in float32 (transformers 5.18 `compute_default_rope_parameters`). */

/** 1 / base^(2i/dim) for i < dim/2, in float32 steps. */
export function inverseFrequencies(dim: number, base: number): Float32Array {
	return Float32Array.from({ length: dim / 2 }, (_, i) => {
		const exponent = Math.fround((2 * i) / dim);
		return Math.fround(1 / Math.fround(base ** exponent));
	});
}

interface RotaryTables {
	/** [positions, frequencies] */
	readonly cos: Float32Array;
	readonly sin: Float32Array;
}

/**
 * Cosines and sines for positions that need not be consecutive, one list for each axis. `axes` says which axis each
 * frequency takes (default the first).
 */
export function rotaryTables(
	positions: readonly ArrayLike<number>[],
	frequencies: Float32Array,
	axes: readonly number[] = [],
): RotaryTables {
	const width = frequencies.length;
	const count = positions[0]?.length ?? 0;
	const cos = new Float32Array(count * width);
	const sin = new Float32Array(count * width);
	for (let i = 0; i < width; i++) {
		const along = positions[axes[i] ?? 0] ?? [];
		for (let row = 0; row < count; row++) {
			const angle = Math.fround((along[row] ?? 0) * (frequencies[i] ?? 0));
			cos[row * width + i] = Math.cos(angle);
			sin[row * width + i] = Math.sin(angle);
		}
	}
	return { cos, sin };
}
