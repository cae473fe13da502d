/**
 * Rows of a native-resolution tower in the order of its attention windows. A row is a patch; patches come in blocks of
 * merge × merge, which become one token. Source: transformers 5.18 vision_utils.py `get_vision_window_index`,
 * `get_vision_position_ids`.
 */

import { float32, type Grid, int64, type Tensor } from "@onevision/base";
import { MASKED } from "@onevision/graph";

/** Tokens of each window, in reading order of the windows and within each; those at the edges are smaller. */
export function windowsOf({ rows, cols }: Grid, side: number): readonly (readonly number[])[] {
	const windows: number[][] = [];
	for (let top = 0; top < rows; top += side) {
		for (let left = 0; left < cols; left += side) {
			const tokens: number[] = [];
			for (let row = top; row < Math.min(top + side, rows); row++) {
				for (let col = left; col < Math.min(left + side, cols); col++) tokens.push(row * cols + col);
			}
			windows.push(tokens);
		}
	}
	return windows;
}

/** What `windowedAttention` takes, for rows in the order of the windows, `unit` rows a token. */
export interface WindowTensors {
	readonly rows: Tensor;
	readonly bias: Tensor;
	readonly places: Tensor;
}

export function windowTensors(windows: readonly (readonly number[])[], unit: number): WindowTensors {
	const size = unit * windows.reduce((most, { length }) => Math.max(most, length), 0);
	const rows = new Array<number>(windows.length * size);
	const places: number[] = [];
	const bias = new Float32Array(windows.length * size * size);
	for (const [window, tokens] of windows.entries()) {
		const [first, own] = [places.length, tokens.length * unit];
		for (let row = 0; row < size; row++) {
			rows[window * size + row] = row < own ? first + row : first;
			if (row < own) places.push(window * size + row);
			const start = (window * size + row) * size;
			bias.fill(MASKED, start + own, start + size);
		}
	}
	return {
		rows: int64([windows.length, size], rows),
		bias: float32([windows.length, 1, size, size], bias),
		places: int64([places.length], places),
	};
}

/** Row and column of each patch of these tokens, block by block. */
export function patchPositions(
	tokens: readonly number[],
	cols: number,
	merge: number,
): readonly [rows: readonly number[], cols: readonly number[]] {
	const unit = merge ** 2;
	const places = tokens.flatMap((token) =>
		Array.from({ length: unit }, (_, patch) => ({
			row: Math.floor(token / cols) * merge + Math.floor(patch / merge),
			col: (token % cols) * merge + (patch % merge),
		})),
	);
	return [places.map(({ row }) => row), places.map(({ col }) => col)];
}

/** Groups of `width` values in the order given by their indices. */
export function gathered(values: Float32Array, order: readonly number[], width: number): Float32Array {
	const out = new Float32Array(order.length * width);
	for (const [to, from] of order.entries()) {
		out.set(values.subarray(from * width, (from + 1) * width), to * width);
	}
	return out;
}

/** The inverse of `gathered`. */
export function scattered(values: Float32Array, order: readonly number[], width: number): Float32Array {
	const out = new Float32Array(order.length * width);
	for (const [from, to] of order.entries()) {
		out.set(values.subarray(from * width, (from + 1) * width), to * width);
	}
	return out;
}
