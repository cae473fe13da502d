/** Helpers of gradient rules. */

import { assertDefined, elementCount } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { Expand, Gemm, ReduceSum, Reshape } from "../ops.ts";
import { exchangesLastTwo, sameSizes } from "../shape.ts";
import type { Node, Value } from "../value.ts";

/**
 * The vector-Jacobian product of a node. Given the gradient of the first output (and those of the others, where there are
 * any), a rule returns one thunk per input, which builds that input's gradient; `undefined` for inputs without one, such
 * as indices. Only the thunks of needed gradients are called.
 */
export type GradientRule<N extends OpName> = (
	node: Node<N>,
	gradient: Value,
	gradients: readonly (Value | undefined)[],
) => readonly ((() => Value) | undefined)[];

/** An operator without a gradient, and why. */
export interface NotDifferentiable {
	readonly notDifferentiable: string;
}

export function notDifferentiable(reason: string): NotDifferentiable {
	return { notDifferentiable: reason };
}

/** A gradient summed over the axes along which `target` was broadcast. */
export function unbroadcast(gradient: Value, target: Value): Value {
	if (sameSizes(gradient.shape, target.shape)) return gradient;
	const more = gradient.shape.length - target.shape.length;
	const axes = [...gradient.shape.keys()].filter(
		(axis) => axis < more || (target.shape[axis - more] === 1 && gradient.shape[axis] !== 1),
	);
	const rows = target.shape.length === 1 && axes.length === more ? rowSums(gradient) : undefined;
	const summed = rows ?? (axes.length === 0 ? gradient : ReduceSum(gradient, { axes }));
	return sameSizes(summed.shape, target.shape) ? summed : Reshape(summed, target.shape);
}

/** Most rows summed by a Gemm, whose ones are stored in the model. */
const MAX_ROWS = 2 ** 16;

/**
 * The sum over all axes but the last as a Gemm with a row of ones, [1, cols]: onnxruntime's reduction takes about twice
 * as long. `undefined` for empty tensors, more than `MAX_ROWS` rows, or another dtype than float32.
 */
function rowSums(x: Value): Value | undefined {
	const cols = x.shape.at(-1) ?? 1;
	const rows = elementCount(x.shape.slice(0, -1));
	if (x.dtype !== "float32" || rows === 0 || cols === 0 || rows > MAX_ROWS) return undefined;
	return Gemm(x.graph.filled([1, rows], 1), Reshape(x, [rows, cols]));
}

/** Zeros in the shape and dtype of `value`, expanded from a scalar. */
export function zerosLike(value: Value): Value {
	return Expand(value.graph.scalar(0, value.dtype), value.shape);
}

/** A, where `value` is the transpose of a matrix A. */
export function untransposed(value: Value): Value | undefined {
	const producer = value.graph.producerOf(value);
	if (producer?.op !== "Transpose" || value.shape.length !== 2) return undefined;
	const { perm = [1, 0] } = (producer as Node<"Transpose">).attributes;
	return exchangesLastTwo(perm) ? producer.inputs[0] : undefined;
}

/** A required input. */
export function operand(node: Node, index: number): Value {
	return assertDefined(node.inputs[index], `input ${index} of ${node.op}`);
}

/** The output at `index`. */
export function result(node: Node, index: number): Value {
	return assertDefined(node.outputs[index], `output ${index} of ${node.op}`);
}
