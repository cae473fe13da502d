/** Reductions, softmax and normalizations from their definitions. */

import { elementCount } from "@onevision/base";
import { reducedAxes } from "../infer/reduction.ts";
import type { OpName } from "../operators.ts";
import { axisOf } from "../shape.ts";
import type { Node } from "../value.ts";
import { type Array64, build, filled, offsetOf, reader, walk } from "./array.ts";
import { arrayAt, outputShape, type ReferenceRule } from "./rule.ts";

/** Folds `x` over `axes`, keeping them as size 1. */
function fold(
	x: Array64,
	axes: readonly number[],
	start: number,
	combine: (total: number, value: number) => number,
): Array64 {
	const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
	const result = filled(shape, start);
	const read = reader(x);
	walk(x.shape, (index) => {
		const at = offsetOf(
			index.map((i, axis) => (axes.includes(axis) ? 0 : i)),
			shape,
		);
		result.data[at] = combine(result.data[at] ?? 0, read(index));
	});
	return result;
}

const add = (total: number, value: number) => total + value;

function mean(x: Array64, axes: readonly number[]): Array64 {
	const count = elementCount(axes.map((axis) => x.shape[axis] ?? 1));
	const sums = fold(x, axes, 0, add);
	return { shape: sums.shape, data: sums.data.map((total) => total / count) };
}

/** `compute` of `x` and `other`, which broadcasts to `x`. */
function combined(x: Array64, other: Array64, compute: (value: number, by: number) => number): Array64 {
	const [read, by] = [reader(x), reader(other)];
	return build(x.shape, (index) => compute(read(index), by(index)));
}

function shaped(node: Node, array: Array64): Array64 {
	return { shape: outputShape(node), data: array.data };
}

function reduceWith(compute: (x: Array64, axes: readonly number[]) => Array64) {
	return (node: Node<"ReduceSum" | "ReduceMean" | "ReduceMax">, inputs: readonly (Array64 | undefined)[]) => [
		shaped(node, compute(arrayAt(inputs, 0), reducedAxes(node))),
	];
}

/** x − max(x), and the sum of its exponentials, along one axis. */
function exponentials(node: Node<"Softmax" | "LogSoftmax">, inputs: readonly (Array64 | undefined)[]) {
	const x = arrayAt(inputs, 0);
	const axes = [axisOf(node.attributes.axis ?? -1, x.shape.length, node.op)];
	const shifted = combined(
		x,
		fold(x, axes, Number.NEGATIVE_INFINITY, Math.max),
		(value, most) => value - most,
	);
	return { shifted, sums: fold(shifted, axes, 0, (total, value) => total + Math.exp(value)) };
}

function normalizedAxes(node: Node<"LayerNormalization" | "RMSNormalization">, x: Array64): number[] {
	const axis = axisOf(node.attributes.axis ?? -1, x.shape.length, node.op);
	return [...x.shape.keys()].slice(axis);
}

/** 1 / √(mean(x²) + epsilon). */
function inverseDeviation(x: Array64, axes: readonly number[], epsilon: number): Array64 {
	const squares = mean({ shape: x.shape, data: x.data.map((value) => value * value) }, axes);
	return { shape: squares.shape, data: squares.data.map((square) => 1 / Math.sqrt(square + epsilon)) };
}

const times = (value: number, by: number) => value * by;

export const reductionReference = {
	ReduceSum: reduceWith((x, axes) => fold(x, axes, 0, add)),
	ReduceMean: reduceWith(mean),
	ReduceMax: reduceWith((x, axes) => fold(x, axes, Number.NEGATIVE_INFINITY, Math.max)),
	ArgMax: (node, inputs) => {
		const x = arrayAt(inputs, 0);
		const axis = axisOf(node.attributes.axis ?? 0, x.shape.length, "ArgMax");
		const best = fold(x, [axis], Number.NEGATIVE_INFINITY, Math.max);
		const [read, most] = [reader(x), reader(best)];
		const result = filled(best.shape, -1);
		walk(x.shape, (index) => {
			const at = offsetOf(
				index.map((i, a) => (a === axis ? 0 : i)),
				best.shape,
			);
			if ((result.data[at] ?? 0) < 0 && read(index) === most(index)) result.data[at] = index[axis] ?? 0;
		});
		return [shaped(node, result)];
	},
	Softmax: (node, inputs) => {
		const { shifted, sums } = exponentials(node, inputs);
		return [combined(shifted, sums, (value, total) => Math.exp(value) / total)];
	},
	LogSoftmax: (node, inputs) => {
		const { shifted, sums } = exponentials(node, inputs);
		return [combined(shifted, sums, (value, total) => value - Math.log(total))];
	},
	LayerNormalization: (node, inputs) => {
		const x = arrayAt(inputs, 0);
		const axes = normalizedAxes(node, x);
		const means = mean(x, axes);
		const centered = combined(x, means, (value, middle) => value - middle);
		const inverse = inverseDeviation(centered, axes, node.attributes.epsilon ?? 1e-5);
		const scaled = combined(combined(centered, inverse, times), arrayAt(inputs, 1), times);
		const bias = inputs[2];
		return [bias === undefined ? scaled : combined(scaled, bias, add), means, inverse];
	},
	RMSNormalization: (node, inputs) => {
		const x = arrayAt(inputs, 0);
		const inverse = inverseDeviation(x, normalizedAxes(node, x), node.attributes.epsilon ?? 1e-5);
		return [combined(combined(x, inverse, times), arrayAt(inputs, 1), times)];
	},
} satisfies { readonly [N in OpName]?: ReferenceRule<N> };
