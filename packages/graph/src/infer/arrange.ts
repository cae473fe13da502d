/** Shapes of operators that rearrange elements: reshape, transpose, expand, concat, split, slice, pad. */

import { elementCount, OnevisionError } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { axisOf, broadcastDims, type Dim } from "../shape.ts";
import type { NodeSpec } from "../value.ts";
import { constantInts, type InferRule, inputAt, mismatch, wrongDType } from "./rule.ts";

/** One axis of a slice: first index, step, and number of elements. */
export interface SlicedAxis {
	readonly axis: number;
	readonly start: number;
	readonly step: number;
	readonly size: number;
}

/** The axes of a Slice, with starts and ends clamped as ONNX has it. */
export function slicedAxes(node: NodeSpec): SlicedAxis[] {
	const { shape } = inputAt(node, 0);
	const [starts, ends, axes, steps] = [1, 2, 3, 4].map((index) =>
		constantInts(node, index, "starts, ends, axes and steps"),
	);
	if (starts === undefined || ends === undefined || axes === undefined || steps === undefined) return [];
	return axes.map((given, i) => {
		const axis = axisOf(given, shape.length, "Slice");
		const size = shape[axis] ?? 0;
		const step = steps[i] ?? 0;
		const ascending = step > 0;
		if (step === 0 || starts[i] === undefined || ends[i] === undefined) {
			throw new OnevisionError(
				"invalid-input",
				"Slice: starts, ends, axes and steps must be equally long, and steps not 0",
			);
		}
		const clamp = (value: number, low: number, high: number) =>
			Math.min(Math.max(value < 0 ? value + size : value, low), high);
		const start = ascending ? clamp(starts[i] ?? 0, 0, size) : clamp(starts[i] ?? 0, 0, size - 1);
		const end = ascending ? clamp(ends[i] ?? 0, 0, size) : clamp(ends[i] ?? 0, -1, size - 1);
		return { axis, start, step, size: Math.max(0, Math.ceil((end - start) / step)) };
	});
}

function reshaped(node: NodeSpec<"Reshape">): Dim[] {
	const { dims, shape } = inputAt(node, 0);
	const { allowzero = 0 } = node.attributes;
	const asked = constantInts(node, 1, "shape");
	// ONNX: without allowzero, 0 copies the input's size at that axis.
	const wanted = asked.map((size, i) => (size === 0 && allowzero === 0 ? (shape[i] ?? 0) : size));
	const count = elementCount(shape);
	const known = wanted.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
	const free = wanted.filter((size) => size === -1).length;
	const filled = wanted.map((size) => (size === -1 ? count / known : size));
	if (free > 1 || filled.some((size) => !Number.isInteger(size)) || elementCount(filled) !== count) {
		throw mismatch(node, `cannot reshape to [${wanted.join(", ")}], which has another number of elements`);
	}
	// Leading and trailing dimensions of unchanged size keep their names.
	let head = 0;
	while (head < filled.length && filled[head] === shape[head]) head++;
	let tail = 0;
	while (
		tail < filled.length - head &&
		tail < dims.length - head &&
		filled.at(-1 - tail) === shape.at(-1 - tail)
	)
		tail++;
	return filled.map((size, i) => {
		if (i < head) return dims[i] ?? { size };
		return (i >= filled.length - tail ? dims.at(i - filled.length) : undefined) ?? { size };
	});
}

function concatenated(node: NodeSpec<"Concat">): Dim[] {
	const first = inputAt(node, 0);
	const axis = axisOf(node.attributes.axis ?? 0, first.dims.length, "Concat");
	let size = 0;
	node.inputs.forEach((_, index) => {
		const value = inputAt(node, index);
		if (value.dtype !== first.dtype) throw wrongDType(node, index, first.dtype);
		const fits = value.shape.every((side, i) => i === axis || side === first.shape[i]);
		if (value.shape.length !== first.shape.length || !fits) {
			throw mismatch(node, `shapes must agree except along axis ${axis}`);
		}
		size += value.shape[axis] ?? 0;
	});
	return first.dims.map((dim, i) => (i === axis ? { size } : dim));
}

export const arrangeRules = {
	Reshape: (node) => [{ dtype: inputAt(node, 0).dtype, dims: reshaped(node) }],
	Transpose: (node) => {
		const { dtype, dims } = inputAt(node, 0);
		const perm = node.attributes.perm ?? [...dims.keys()].reverse();
		if (perm.length !== dims.length || ![...dims.keys()].every((axis) => perm.includes(axis))) {
			throw mismatch(node, `perm [${perm.join(", ")}] must name every axis once`);
		}
		return [{ dtype, dims: perm.map((axis) => dims[axis] ?? { size: 1 }) }];
	},
	Expand: (node) => {
		const { dtype, dims } = inputAt(node, 0);
		const wanted = constantInts(node, 1, "shape");
		const result = broadcastDims(
			dims,
			wanted.map((size) => ({ size })),
		);
		if (result === undefined) throw mismatch(node, `cannot expand to [${wanted.join(", ")}]`);
		return [{ dtype, dims: result }];
	},
	Concat: (node) => [{ dtype: inputAt(node, 0).dtype, dims: concatenated(node) }],
	Split: (node) => {
		const { dtype, dims } = inputAt(node, 0);
		const axis = axisOf(node.attributes.axis ?? 0, dims.length, "Split");
		const sizes = constantInts(node, 1, "sizes");
		if (sizes.some((size) => size < 0) || sizes.reduce((sum, size) => sum + size, 0) !== dims[axis]?.size) {
			throw mismatch(node, `sizes [${sizes.join(", ")}] do not sum to axis ${axis}`);
		}
		return sizes.map((size) => ({ dtype, dims: dims.map((dim, i) => (i === axis ? { size } : dim)) }));
	},
	Slice: (node) => {
		const { dtype, dims } = inputAt(node, 0);
		const taken = new Map(slicedAxes(node).map((sliced) => [sliced.axis, sliced]));
		const result = dims.map((dim, axis) => {
			const size = taken.get(axis)?.size;
			return size === undefined || size === dim.size ? dim : { size };
		});
		return [{ dtype, dims: result }];
	},
	Pad: (node) => {
		const { dtype, dims } = inputAt(node, 0);
		const pads = constantInts(node, 1, "pads");
		if (pads.length !== 2 * dims.length || pads.some((pad) => pad < 0)) {
			throw mismatch(node, "pads must have two entries of at least 0 for each axis");
		}
		const result = dims.map((dim, i) => {
			const more = (pads[i] ?? 0) + (pads[i + dims.length] ?? 0);
			return more === 0 ? dim : { size: dim.size + more };
		});
		return [{ dtype, dims: result }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
