/**
 * Bilinear resizing of feature grids as two constant matrices, so that its gradient is a matrix product too. Weights
 * as in torch.nn.functional.interpolate(mode="bilinear", align_corners=False, antialias=False).
 */

import { float32, OnevisionError, type Tensor } from "@onevision/base";
import { MatMul, Reshape } from "../ops.ts";
import { formatDims } from "../shape.ts";
import type { Value } from "../value.ts";

/** Weights [to, from] that resample one axis. */
export function bilinearMatrix(from: number, to: number): Tensor {
	const values = new Float32Array(to * from);
	for (let row = 0; row < to; row++) {
		const center = Math.max(0, ((row + 0.5) * from) / to - 0.5);
		const low = Math.min(Math.floor(center), from - 1);
		const high = Math.min(low + 1, from - 1);
		const share = center - low;
		const add = (col: number, weight: number) => {
			values[row * from + col] = (values[row * from + col] ?? 0) + weight;
		};
		add(low, 1 - share);
		add(high, share);
	}
	return float32([to, from], values);
}

/** A grid of cells. */
export interface Grid {
	readonly rows: number;
	readonly cols: number;
}

/** Resamples features [batch, from.rows·from.cols, dim] to [batch, to.rows·to.cols, dim]. */
export function bilinearPooling(x: Value, from: Grid, to: Grid): Value {
	const [batch = 0, cells = 0, dim = 0] = x.shape;
	if (x.shape.length !== 3 || cells !== from.rows * from.cols) {
		throw new OnevisionError(
			"shape-mismatch",
			`bilinearPooling: ${formatDims(x.dims)} does not hold ${from.rows}x${from.cols} cells`,
		);
	}
	const { graph } = x;
	const down = graph.constant(bilinearMatrix(from.rows, to.rows));
	const across = graph.constant(bilinearMatrix(from.cols, to.cols));
	const rows = MatMul(down, Reshape(x, [batch, from.rows, from.cols * dim])); // [batch, to.rows, from.cols·dim]
	const grid = Reshape(rows, [batch * to.rows, from.cols, dim]);
	return Reshape(MatMul(across, grid), [batch, to.rows * to.cols, dim]);
}
