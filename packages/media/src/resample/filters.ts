/**
 * Resampling filters as Pillow defines them (src/libImaging/Resample.c, 12.3) and as PyTorch's antialiased resize uses
 * them (aten/src/ATen/native/cpu/UpSampleKernel.cpp, 2.13): both evaluate the same double-precision formulas.
 */

/** Names as Pillow spells them in `Image.Resampling`. */
export const FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"] as const;
export type Filter = (typeof FILTERS)[number];

/** A filter that weighs neighbors. `nearest` picks one pixel, so it has none. */
export type Resampler = {
	/** Half the filter's width, in source pixels when enlarging. */
	readonly support: number;
	readonly weight: (x: number) => number;
};

export const RESAMPLERS: Readonly<Record<Exclude<Filter, "nearest">, Resampler>> = {
	box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
	bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
	hamming: { support: 1, weight: hamming },
	bicubic: { support: 2, weight: bicubic },
	lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** The C source uses single-precision constants here. */
const HAMMING_MEAN = Math.fround(0.54);
const HAMMING_SWING = Math.fround(0.46);

function hamming(signed: number): number {
	const x = Math.abs(signed);
	if (x === 0) return 1;
	if (x >= 1) return 0;
	const angle = x * Math.PI;
	return (Math.sin(angle) / angle) * (HAMMING_MEAN + HAMMING_SWING * Math.cos(angle));
}

/** Cubic convolution with a = −0.5 (Catmull-Rom). */
function bicubic(signed: number): number {
	const a = -0.5;
	const x = Math.abs(signed);
	if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
	if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
	return 0;
}

function sinc(x: number): number {
	if (x === 0) return 1;
	const angle = x * Math.PI;
	return Math.sin(angle) / angle;
}
