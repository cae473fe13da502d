/** Gradients of operators that rearrange elements: the inverse rearrangement. */

import { type SlicedAxis, slicedAxes } from "../infer/arrange.ts";
import { constantInts } from "../infer/rule.ts";
import type { OpName } from "../operators.ts";
import { Concat, Pad, Reshape, Slice, Split, Transpose } from "../ops.ts";
import { axisOf } from "../shape.ts";
import type { Node, Value } from "../value.ts";
import { gatherGradient } from "./indexing.ts";
import { type GradientRule, notDifferentiable, operand, result, unbroadcast, zerosLike } from "./rule.ts";

/** Pads axes of step 1 in one node; scatters other axes back one by one. */
function sliceGradient(node: Node<"Slice">, dy: Value): Value {
	const x = operand(node, 0);
	const sliced = slicedAxes(node);
	const stepped = sliced.filter(({ step }) => step !== 1);
	let gradient = dy;
	for (const { axis, start, step, size } of stepped) {
		const shape = gradient.shape.map((side, i) => (i === axis ? (x.shape[axis] ?? 0) : side));
		const indices = x.graph.ints(Array.from({ length: size }, (_, i) => start + i * step));
		gradient = gatherGradient({ ...x, shape }, indices, axis, gradient);
	}
	const plain = sliced.filter(({ step }) => step === 1);
	return plain.length === 0 ? gradient : padBack(gradient, x, plain);
}

function padBack(gradient: Value, x: Value, sliced: readonly SlicedAxis[]): Value {
	const before = x.shape.map((_, axis) => sliced.find((each) => each.axis === axis)?.start ?? 0);
	const after = x.shape.map((size, axis) => size - (before[axis] ?? 0) - (gradient.shape[axis] ?? 0));
	return Pad(gradient, before, after);
}

export const arrangeGradients = {
	Shape: notDifferentiable("its result is a shape"),
	Reshape: (node, dy) => [() => Reshape(dy, operand(node, 0).shape), undefined],
	Transpose: (node, dy) => {
		const perm = node.attributes.perm ?? [...dy.shape.keys()].reverse();
		return [
			() =>
				Transpose(
					dy,
					perm.map((_, axis) => perm.indexOf(axis)),
				),
		];
	},
	Expand: (node, dy) => [() => unbroadcast(dy, operand(node, 0)), undefined],
	Concat: (node, dy) => {
		const { axis = 0 } = node.attributes;
		const at = axisOf(axis, dy.shape.length, "Concat");
		const sizes = node.inputs.map((_, index) => operand(node, index).shape[at] ?? 0);
		let parts: readonly Value[] | undefined;
		return node.inputs.map((_, index) => () => {
			parts ??= Split(dy, sizes, at);
			return parts[index] ?? dy;
		});
	},
	Split: (node, _dy, gradients) => {
		const { axis = 0 } = node.attributes;
		const parts = () => node.outputs.map((_, index) => gradients[index] ?? zerosLike(result(node, index)));
		return [() => Concat(parts(), axis), undefined];
	},
	Slice: (node, dy) => [() => sliceGradient(node, dy)],
	Pad: (node, dy) => {
		const { shape } = operand(node, 0);
		const pads = constantInts(node, 1, "pads");
		const ranges = shape.map((size, axis) => ({
			axis,
			start: pads[axis] ?? 0,
			end: (pads[axis] ?? 0) + size,
		}));
		return [() => Slice(dy, ranges), undefined, undefined];
	},
} satisfies { readonly [N in OpName]?: GradientRule<N> | ReturnType<typeof notDifferentiable> };
