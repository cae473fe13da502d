/** Exercise 5: does bilinear pooling equal the mean of each block? Run with `npx tsx -C source examples/pooling.ts`. */

import { type FeatureGrid, pool } from "@onevision/core";

/** A grid of repeatable numbers in [0, 1). */
function grid(side: number): FeatureGrid {
	let state = 20240806;
	const values = Float32Array.from({ length: side * side }, () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	});
	return { rows: side, cols: side, dim: 1, values };
}

/** Largest difference of two grids, or `undefined` when their sizes differ. */
function difference(a: FeatureGrid, b: FeatureGrid): number | undefined {
	if (a.rows !== b.rows || a.cols !== b.cols) return undefined;
	return a.values.reduce((most, value, index) => Math.max(most, Math.abs(value - (b.values[index] ?? 0))), 0);
}

/** The middle cell of every block of three. */
function centers(source: FeatureGrid): FeatureGrid {
	const rows = source.rows / 3;
	const values = Float32Array.from({ length: rows * rows }, (_, index) => {
		const row = Math.floor(index / rows) * 3 + 1;
		return source.values[row * source.cols + (index % rows) * 3 + 1] ?? 0;
	});
	return { rows, cols: rows, dim: 1, values };
}

for (const [side, stride] of [
	[24, 2],
	[24, 3],
	[27, 2],
	[27, 3],
] as const) {
	const source = grid(side);
	const bilinear = pool(source, stride, "bilinear");
	const average = pool(source, stride, "average");
	const gap = difference(bilinear, average);
	const verdict =
		gap === undefined
			? `sizes differ: the block mean gives ${average.rows}x${average.cols}`
			: gap === 0
				? "equal to the block mean, bit for bit"
				: `off the block mean by up to ${gap.toFixed(3)}${difference(bilinear, centers(source)) === 0 ? ", equal to the center of each block" : ""}`;
	console.log(`${side}x${side} by ${stride} → ${bilinear.rows}x${bilinear.cols}: ${verdict}`);
}
