/** Shapes of operators that rearrange elements: reshape, transpose, expand, concat, split, slice, pad. */

import { OnevisionError } from "@onevision/base";
import {
	addExtents,
	divideExtents,
	type Extent,
	elementSymbol,
	multiplyExtents,
	subtractExtents,
} from "../extent.ts";
import type { OpName } from "../operators.ts";
import { axisOf, broadcastDims, type Dim, sizesOf } from "../shape.ts";
import type { NodeSpec } from "../value.ts";
import { constantInts, type InferRule, inputAt, mismatch, sizesAt, wrongDType } from "./rule.ts";

/** One axis of a slice: first index, step, and number of elements. */
export interface SlicedAxis<S extends Extent = number> {
	readonly axis: number;
	readonly start: S;
	readonly step: number;
	readonly size: S;
}

/** The axes of a Slice over static axes, with starts and ends clamped as ONNX has it. */
export function slicedAxes(node: NodeSpec): SlicedAxis[] {
	return slicedExtents(node).map(({ axis, start, step, size }) => {
		if (typeof start === "number" && typeof size === "number") return { axis, start, step, size };
		throw mismatch(node, `axis ${axis} is dynamic`);
	});
}

/** An end from here on is that of the axis, however long it is. */
const TO_THE_END = 2 ** 31 - 1;

/**
 * The axes of a Slice. A dynamic axis is taken to reach from its start to its end: `{ start: -1, end: TO_THE_END }` is its
 * last element, and an axis that turns out shorter fails when it runs.
 */
function slicedExtents(node: NodeSpec): SlicedAxis<Extent>[] {
	const { dims } = inputAt(node, 0);
	const [starts, ends, axes, steps] = [1, 2, 3, 4].map((index) =>
		constantInts(node, index, "starts, ends, axes and steps"),
	);
	if (starts === undefined || ends === undefined || axes === undefined || steps === undefined) return [];
	return axes.map((given, i) => {
		const axis = axisOf(given, dims.length, "Slice");
		const size = dims[axis]?.size ?? 0;
		const [step = 0, from, to] = [steps[i], starts[i], ends[i]];
		if (step === 0 || from === undefined || to === undefined) {
			throw new OnevisionError(
				"invalid-input",
				"Slice: starts, ends, axes and steps must be equally long, and steps not 0",
			);
		}
		if (typeof size === "string") return dynamicSlice(node, { axis, start: from, step, size }, to);
		const ascending = step > 0;
		const clamp = (value: number, low: number, high: number) =>
			Math.min(Math.max(value < 0 ? value + size : value, low), high);
		const start = ascending ? clamp(from, 0, size) : clamp(from, 0, size - 1);
		const end = ascending ? clamp(to, 0, size) : clamp(to, -1, size - 1);
		return { axis, start, step, size: Math.max(0, Math.ceil((end - start) / step)) };
	});
}

function dynamicSlice(node: NodeSpec, { axis, start: from, step, size }: SlicedAxis<Extent>, to: number) {
	if (step !== 1) throw mismatch(node, `axis ${axis} is dynamic, which takes step 1 only`);
	const place = (at: number) => (at >= TO_THE_END ? size : at < 0 ? addExtents(size, at) : at);
	const [start, end] = [place(Number(from)), place(to)];
	return { axis, start, step, size: subtractExtents(end, start) };
}

function reshaped(node: NodeSpec<"Reshape">): Dim[] {
	const { dims } = inputAt(node, 0);
	const { allowzero = 0 } = node.attributes;
	const asked = sizesAt(node, 1);
	if (asked === undefined) return unknownSizes(node, 1);
	// ONNX: without allowzero, 0 copies the input's size at that axis.
	const wanted = asked.map((size, i) => (size === 0 && allowzero === 0 ? (dims[i]?.size ?? 0) : size));
	const count = multiplyExtents(...sizesOf(dims));
	const known = multiplyExtents(...wanted.filter((size) => size !== -1));
	const free = wanted.filter((size) => size === -1).length;
	const filled = wanted.map((size) => (size === -1 ? divideExtents(count, known) : size));
	const sizes = filled.flatMap((size) => size ?? []);
	if (free > 1 || sizes.length !== filled.length || multiplyExtents(...sizes) !== count) {
		throw mismatch(node, `cannot reshape to [${wanted.join(", ")}], which has another number of elements`);
	}
	// Leading and trailing dimensions of unchanged size keep their names.
	let head = 0;
	while (head < sizes.length && sizes[head] === dims[head]?.size) head++;
	let tail = 0;
	while (
		tail < sizes.length - head &&
		tail < dims.length - head &&
		sizes.at(-1 - tail) === dims.at(-1 - tail)?.size
	)
		tail++;
	return sizes.map((size, i) => {
		if (i < head) return dims[i] ?? { size };
		return (i >= sizes.length - tail ? dims.at(i - sizes.length) : undefined) ?? { size };
	});
}

/** One dimension for each element of the sizes given as input `index`, named after it: only a run will tell them. */
function unknownSizes(node: NodeSpec, index: number): Dim[] {
	const { name, dims } = inputAt(node, index);
	const length = dims[0]?.size;
	if (typeof length !== "number") throw mismatch(node, "the number of sizes must be static");
	return Array.from({ length }, (_, i) => ({ size: elementSymbol(name, i) }));
}

function concatenated(node: NodeSpec<"Concat">): Dim[] {
	const first = inputAt(node, 0);
	const axis = axisOf(node.attributes.axis ?? 0, first.dims.length, "Concat");
	let size: Extent = 0;
	for (const index of node.inputs.keys()) {
		const value = inputAt(node, index);
		if (value.dtype !== first.dtype) throw wrongDType(node, index, first.dtype);
		const fits = value.dims.every((dim, i) => i === axis || dim.size === first.dims[i]?.size);
		if (value.dims.length !== first.dims.length || !fits) {
			throw mismatch(node, `shapes must agree except along axis ${axis}`);
		}
		size = addExtents(size, value.dims[axis]?.size ?? 0);
	}
	return first.dims.map((dim, i) => (i === axis ? { size } : dim));
}

/** Sizes of the parts. Those that only a run will tell are not checked against the axis. */
function splitSizes(node: NodeSpec<"Split">, axis: number): readonly Extent[] {
	const sizes = sizesAt(node, 1);
	if (sizes === undefined) return sizesOf(unknownSizes(node, 1));
	const negative = sizes.some((size) => typeof size === "number" && size < 0);
	if (negative || addExtents(...sizes) !== inputAt(node, 0).dims[axis]?.size) {
		throw mismatch(node, `sizes [${sizes.join(", ")}] do not sum to axis ${axis}`);
	}
	return sizes;
}

export const arrangeRules = {
	Shape: (node) => {
		const { dims } = inputAt(node, 0);
		const { start = 0, end } = node.attributes;
		return [{ dtype: "int64" as const, dims: [{ size: dims.slice(start, end).length }] }];
	},
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
		const wanted = sizesAt(node, 1) ?? sizesOf(unknownSizes(node, 1));
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
		return splitSizes(node, axis).map((size) => ({
			dtype,
			dims: dims.map((dim, i) => (i === axis ? { size } : dim)),
		}));
	},
	Slice: (node) => {
		const { dtype, dims } = inputAt(node, 0);
		const taken = new Map(slicedExtents(node).map((sliced) => [sliced.axis, sliced]));
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
			return more === 0 ? dim : { size: addExtents(dim.size, more) };
		});
		return [{ dtype, dims: result }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
