/**
 * Pools a feature grid, including its values: bilinear, average or max, as PyTorch computes them in float32. Bilinear
 * is `torch.nn.functional.interpolate(mode="bilinear", align_corners=False, antialias=False)`. The four weights are
 * computed first and accumulated with fused multiply-adds, as in PyTorch's CPU kernel, so exact factors are bit-equal
 * and other shapes agree except in the last bits. Average and max are `avg_pool2d` and `max_pool2d` with the stride as
 * kernel size, dropping leftover rows and columns.
 */

import { type Grid, MAX_SIDE, OnevisionError } from "@onevision/base";
import { type PoolingMode, pooledSize } from "./sizes.ts";

/** Features of one view. `values` is row-major [rows, cols, dim], float32. */
export interface FeatureGrid extends Grid {
	/** Values per cell. */
	readonly dim: number;
	/** Length rows · cols · dim. */
	readonly values: Float32Array;
}

/**
 * Pools by `stride` ≥ 1 cells per side. Output sizes are those of `pooledSize`. Throws `invalid-input` when `values`
 * does not match the shape.
 */
export function pool(features: FeatureGrid, stride: number, mode: PoolingMode): FeatureGrid {
	assertFeatureGrid(features);
	if (!Number.isInteger(stride) || stride < 1) {
		throw new OnevisionError("invalid-input", `pooling stride ${stride}: expected a whole number from 1`);
	}
	const size = pooledSize(features, stride, mode);
	if (size.rows < 1 || size.cols < 1) {
		throw new OnevisionError(
			"invalid-input",
			`pooling ${features.rows}x${features.cols} by ${stride} leaves nothing: choose a smaller stride`,
		);
	}
	return mode === "bilinear" ? interpolateBilinear(features, size) : poolBlocks(features, stride, size, mode);
}

/** Bilinear resize of a feature grid to any size, align_corners false, no antialiasing. */
export function interpolateBilinear(features: FeatureGrid, size: Grid): FeatureGrid {
	assertFeatureGrid(features);
	if (![size.rows, size.cols].every((side) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE)) {
		throw new OnevisionError(
			"invalid-input",
			`resize to ${size.rows}x${size.cols}: rows and cols must be whole numbers from 1`,
		);
	}
	const { cols, dim, values } = features;
	const rowTaps = bilinearTaps(features.rows, size.rows);
	const colTaps = bilinearTaps(cols, size.cols);
	const out = new Float32Array(size.rows * size.cols * dim);
	let at = 0;
	for (const row of rowTaps) {
		for (const col of colTaps) {
			const weights = [
				Math.fround(row.weights[0] * col.weights[0]),
				Math.fround(row.weights[0] * col.weights[1]),
				Math.fround(row.weights[1] * col.weights[0]),
				Math.fround(row.weights[1] * col.weights[1]),
			];
			const cells = [
				(row.cells[0] * cols + col.cells[0]) * dim,
				(row.cells[0] * cols + col.cells[1]) * dim,
				(row.cells[1] * cols + col.cells[0]) * dim,
				(row.cells[1] * cols + col.cells[1]) * dim,
			];
			for (let channel = 0; channel < dim; channel++) {
				let sum = 0;
				for (let tap = 0; tap < 4; tap++) {
					// A float64 product plus sum, rounded once to float32, equals a fused multiply-add.
					sum = Math.fround((weights[tap] ?? 0) * (values[(cells[tap] ?? 0) + channel] ?? 0) + sum);
				}
				out[at++] = sum;
			}
		}
	}
	return { rows: size.rows, cols: size.cols, dim, values: out };
}

interface Taps {
	readonly cells: readonly [number, number];
	readonly weights: readonly [number, number];
}

/** The two source cells and weights of every output cell along one side, computed in float32 as in PyTorch. */
function bilinearTaps(from: number, to: number): Taps[] {
	const scale = Math.fround(from / to);
	return Array.from({ length: to }, (_, index) => {
		const center = Math.max(0, Math.fround(scale * (index + 0.5) - 0.5));
		const first = Math.min(Math.floor(center), from - 1);
		const second = Math.min(first + 1, from - 1);
		const weight = Math.min(1, Math.fround(center - first));
		return { cells: [first, second], weights: [Math.fround(1 - weight), weight] };
	});
}

function poolBlocks(features: FeatureGrid, stride: number, size: Grid, mode: "average" | "max"): FeatureGrid {
	const { cols, dim, values } = features;
	const out = new Float32Array(size.rows * size.cols * dim);
	for (let row = 0; row < size.rows; row++) {
		for (let col = 0; col < size.cols; col++) {
			for (let channel = 0; channel < dim; channel++) {
				let sum = 0;
				let most = Number.NEGATIVE_INFINITY;
				for (let y = row * stride; y < (row + 1) * stride; y++) {
					for (let x = col * stride; x < (col + 1) * stride; x++) {
						const value = values[(y * cols + x) * dim + channel] ?? 0;
						sum = Math.fround(sum + value);
						// NaN propagates, as in PyTorch.
						most = value > most || Number.isNaN(value) ? value : most;
					}
				}
				out[(row * size.cols + col) * dim + channel] = mode === "max" ? most : sum / (stride * stride);
			}
		}
	}
	return { rows: size.rows, cols: size.cols, dim, values: out };
}

function assertFeatureGrid({ rows, cols, dim, values }: FeatureGrid): void {
	const whole = [rows, cols, dim].every((side) => Number.isInteger(side) && side >= 1);
	if (whole && values.length === rows * cols * dim) return;
	throw new OnevisionError(
		"invalid-input",
		`feature grid ${rows}x${cols}x${dim} with ${values.length} values: sides must be whole numbers from 1 and their product the length`,
	);
}
