/** Arrays of the reference interpreter: float64 elements in row-major order, and iteration over their indices. */

import { elementCount } from "@onevision/base";
import { stridesOf } from "../shape.ts";

/** Holds every dtype; int64 is exact up to 2^53. */
export interface Array64 {
	readonly shape: readonly number[];
	readonly data: Float64Array;
}

export function filled(shape: readonly number[], value = 0): Array64 {
	return { shape, data: new Float64Array(elementCount(shape)).fill(value) };
}

/** An array from a function of the index. `index` is reused between calls. */
export function build(shape: readonly number[], at: (index: readonly number[]) => number): Array64 {
	const result = filled(shape);
	const index = new Array<number>(shape.length).fill(0);
	for (let i = 0; i < result.data.length; i++) {
		result.data[i] = at(index);
		step(index, shape);
	}
	return result;
}

/** Visits every index of `shape`, last axis fastest. `index` is reused between calls. */
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

/** Reads by index, with broadcasting. */
export function reader({ shape, data }: Array64): (index: readonly number[]) => number {
	const strides = stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
	return (index) => {
		const more = index.length - shape.length;
		let at = 0;
		for (let axis = 0; axis < shape.length; axis++) at += (index[axis + more] ?? 0) * (strides[axis] ?? 0);
		return data[at] ?? Number.NaN;
	};
}

/** Row-major offset of `index`. */
export function offsetOf(index: readonly number[], shape: readonly number[]): number {
	return index.reduce((at, i, axis) => at * (shape[axis] ?? 1) + i, 0);
}
