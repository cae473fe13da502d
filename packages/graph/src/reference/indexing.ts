/** Gathers, scatters, and operators that rearrange elements, as reads and writes at an index. */

import { OnevisionError } from "@onevision/base";
import { slicedAxes } from "../infer/arrange.ts";
import { shapeRange } from "../infer/contents.ts";
import { constantInts } from "../infer/rule.ts";
import type { OpName } from "../operators.ts";
import { axisOf } from "../shape.ts";
import type { Node } from "../value.ts";
import { type Array64, build, filled, offsetOf, reader, walk } from "./array.ts";
import { arrayAt, outputShape, type ReferenceRule } from "./rule.ts";

type Inputs = readonly (Array64 | undefined)[];

/** A non-negative index. Throws `invalid-input` when it is out of range, as onnxruntime does. */
function whole(index: number, size: number | undefined, op: OpName): number {
	const at = index < 0 ? index + (size ?? 0) : index;
	if (!(at >= 0 && at < (size ?? 0))) {
		throw new OnevisionError("invalid-input", `${op}: index ${index} is out of range for an axis of ${size}`);
	}
	return at;
}

function write(target: Array64, index: readonly number[], value: number, adds: boolean): void {
	const at = offsetOf(index, target.shape);
	target.data[at] = adds ? (target.data[at] ?? 0) + value : value;
}

/** The index tuple at `place`. */
function tupleAt(node: Node, indices: Array64, place: readonly number[], data: Array64): number[] {
	const read = reader(indices);
	return Array.from({ length: indices.shape.at(-1) ?? 0 }, (_, k) =>
		whole(indices.shape.at(-1) === 1 ? read([...place, 0]) : read([...place, k]), data.shape[k], node.op),
	);
}

function split(node: Node<"Split">, inputs: Inputs): readonly Array64[] {
	const x = arrayAt(inputs, 0);
	const axis = axisOf(node.attributes.axis ?? 0, x.shape.length, "Split");
	const read = reader(x);
	let start = 0;
	return node.outputs.map((output) => {
		const from = start;
		start += output.shape[axis] ?? 0;
		return build(output.shape, (index) => read(index.map((i, a) => (a === axis ? i + from : i))));
	});
}

function concat(node: Node<"Concat">, inputs: Inputs): Array64 {
	const result = filled(outputShape(node));
	const axis = axisOf(node.attributes.axis ?? 0, result.shape.length, "Concat");
	let start = 0;
	node.inputs.forEach((_, which) => {
		const x = arrayAt(inputs, which);
		const read = reader(x);
		walk(x.shape, (index) => {
			write(
				result,
				index.map((i, a) => (a === axis ? i + start : i)),
				read(index),
				false,
			);
		});
		start += x.shape[axis] ?? 0;
	});
	return result;
}

export const indexingReference = {
	Gather: (node, inputs) => {
		const [data, indices] = [arrayAt(inputs, 0), arrayAt(inputs, 1)];
		const axis = axisOf(node.attributes.axis ?? 0, data.shape.length, "Gather");
		const [read, at] = [reader(data), reader(indices)];
		const rank = indices.shape.length;
		return [
			build(outputShape(node), (index) => {
				const chosen = whole(at(index.slice(axis, axis + rank)), data.shape[axis], "Gather");
				return read([...index.slice(0, axis), chosen, ...index.slice(axis + rank)]);
			}),
		];
	},
	GatherElements: (node, inputs) => {
		const [data, indices] = [arrayAt(inputs, 0), arrayAt(inputs, 1)];
		const axis = axisOf(node.attributes.axis ?? 0, data.shape.length, "GatherElements");
		const [read, at] = [reader(data), reader(indices)];
		return [
			build(outputShape(node), (index) =>
				read(index.map((i, a) => (a === axis ? whole(at(index), data.shape[axis], node.op) : i))),
			),
		];
	},
	GatherND: (node, inputs) => {
		const [data, indices] = [arrayAt(inputs, 0), arrayAt(inputs, 1)];
		const places = indices.shape.length - 1;
		const read = reader(data);
		return [
			build(outputShape(node), (index) =>
				read([...tupleAt(node, indices, index.slice(0, places), data), ...index.slice(places)]),
			),
		];
	},
	ScatterElements: (node, inputs) => {
		const [data, indices, updates] = [arrayAt(inputs, 0), arrayAt(inputs, 1), arrayAt(inputs, 2)];
		const axis = axisOf(node.attributes.axis ?? 0, data.shape.length, "ScatterElements");
		const result = { shape: data.shape, data: data.data.slice() };
		const [at, update] = [reader(indices), reader(updates)];
		walk(indices.shape, (index) => {
			const target = index.map((i, a) => (a === axis ? whole(at(index), data.shape[axis], node.op) : i));
			write(result, target, update(index), node.attributes.reduction === "add");
		});
		return [result];
	},
	ScatterND: (node, inputs) => {
		const [data, indices, updates] = [arrayAt(inputs, 0), arrayAt(inputs, 1), arrayAt(inputs, 2)];
		const result = { shape: data.shape, data: data.data.slice() };
		const places = indices.shape.length - 1;
		const update = reader(updates);
		walk(updates.shape, (index) => {
			const target = [...tupleAt(node, indices, index.slice(0, places), data), ...index.slice(places)];
			write(result, target, update(index), node.attributes.reduction === "add");
		});
		return [result];
	},
	Shape: (node) => [{ shape: outputShape(node), data: Float64Array.from(shapeRange(node), Number) }],
	Reshape: (node, inputs) => [{ shape: outputShape(node), data: arrayAt(inputs, 0).data }],
	Transpose: (node, inputs) => {
		const x = arrayAt(inputs, 0);
		const perm = node.attributes.perm ?? [...x.shape.keys()].reverse();
		const read = reader(x);
		return [build(outputShape(node), (index) => read(perm.map((_, axis) => index[perm.indexOf(axis)] ?? 0)))];
	},
	Expand: (node, inputs) => [build(outputShape(node), reader(arrayAt(inputs, 0)))],
	Concat: (node, inputs) => [concat(node, inputs)],
	Split: split,
	Slice: (node, inputs) => {
		const read = reader(arrayAt(inputs, 0));
		const taken = new Map(slicedAxes(node).map((sliced) => [sliced.axis, sliced]));
		return [
			build(outputShape(node), (index) =>
				read(
					index.map((i, axis) => {
						const { start, step } = taken.get(axis) ?? { start: 0, step: 1 };
						return start + i * step;
					}),
				),
			),
		];
	},
	Pad: (node, inputs) => {
		const x = arrayAt(inputs, 0);
		const pads = constantInts(node, 1, "pads");
		const fill = inputs[2]?.data[0] ?? 0;
		const read = reader(x);
		return [
			build(outputShape(node), (index) => {
				const at = index.map((i, axis) => i - (pads[axis] ?? 0));
				return at.every((i, axis) => i >= 0 && i < (x.shape[axis] ?? 0)) ? read(at) : fill;
			}),
		];
	},
} satisfies { readonly [N in OpName]?: ReferenceRule<N> };
