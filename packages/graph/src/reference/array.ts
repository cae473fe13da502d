/** Arrays of the reference interpreter: float64 elements in row-major order, and walks over their indices. */

import { elementCount } from "@onevision/base";
import { stridesOf } from "../shape.ts";

/** Integers and truth values are numbers too; int64 is exact up to 2^53. */
export interface Array64 {
	readonly shape: readonly number[];
	readonly data: Float64Array;
}

export function filled(shape: readonly number[], value = 0): Array64 {
	return { shape, data: new Float64Array(elementCount(shape)).fill(value) };
}

/** Makes an array from a function of the index along each axis. `index` is reused between calls. */
export function build(shape: readonly number[], at: (index: readonly number[]) => number): Array64 {
	const result = filled(shape);
	const index = new Array<number>(shape.length).fill(0);
	for (let i = 0; i < result.data.length; i++) {
		result.data[i] = at(index);
		step(index, shape);
	}
	return result;
}

/** Calls `visit` for every index of `shape`, last axis fastest. `index` is reused between calls. */
export function walk(shape: readonly number[], visit: (index: readonly number[]) => void): void {
	build(shape, (index) => {
		visit(index);
		return 0;
	});
}

function step(index: number[], shape: readonly number[]): void {
	for (let axis = shape.length - 1; axis >= 0; axis--) {
		index[axis] = (index[axis] ?? 0) + 1;
		if ((index[axis] ?? 0) < (shape[axis] ?? 0)) return;
		index[axis] = 0;
	}
}

/** Reads by index. Axes of size 1 and missing leading axes repeat, as broadcasting has it. */
export function reader({ shape, data }: Array64): (index: readonly number[]) => number {
	const strides = stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
	return (index) => {
		const more = index.length - shape.length;
		let at = 0;
		for (let axis = 0; axis < shape.length; axis++) at += (index[axis + more] ?? 0) * (strides[axis] ?? 0);
		return data[at] ?? Number.NaN;
	};
}

/** Position of `index` in a row-major array of this shape. */
export function offsetOf(index: readonly number[], shape: readonly number[]): number {
	return index.reduce((at, i, axis) => at * (shape[axis] ?? 1) + i, 0);
}
