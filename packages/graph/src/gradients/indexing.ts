/** Gradients of gathers and scatters, which are each other's. Elements gathered repeatedly sum their gradients. */

import type { OpName } from "../operators.ts";
import { GatherElements, GatherND, Reshape, ScatterElements, ScatterND, Transpose } from "../ops.ts";
import { axisOf } from "../shape.ts";
import type { Value } from "../value.ts";
import { type GradientRule, operand, zerosLike } from "./rule.ts";

/** Gradient of `data` gathered along `axis` by `indices`: dy scatter-added into zeros. */
export function gatherGradient(data: Value, indices: Value, axis: number, dy: Value): Value {
	const rank = data.shape.length;
	const tuples = Reshape(indices, [...indices.shape, 1]);
	if (axis === 0) return ScatterND(zerosLike(data), tuples, dy, { reduction: "add" });
	// Move the gathered axis first, scatter, and move it back.
	const front = [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)];
	const gathered = Array.from({ length: indices.shape.length }, (_, i) => axis + i);
	const others = [...dy.shape.keys()].filter((i) => !gathered.includes(i));
	const sums = ScatterND(Transpose(zerosLike(data), front), tuples, Transpose(dy, [...gathered, ...others]), {
		reduction: "add",
	});
	return Transpose(
		sums,
		Array.from({ length: rank }, (_, i) => front.indexOf(i)),
	);
}

export const indexingGradients = {
	Gather: (node, dy) => {
		const data = operand(node, 0);
		const axis = axisOf(node.attributes.axis ?? 0, data.shape.length, "Gather");
		return [() => gatherGradient(data, operand(node, 1), axis, dy), undefined];
	},
	GatherElements: (node, dy) => {
		const { axis = 0 } = node.attributes;
		return [
			() => ScatterElements(zerosLike(operand(node, 0)), operand(node, 1), dy, { axis, reduction: "add" }),
			undefined,
		];
	},
	GatherND: (node, dy) => [
		() => ScatterND(zerosLike(operand(node, 0)), operand(node, 1), dy, { reduction: "add" }),
		undefined,
	],
	ScatterElements: (node, dy) => {
		const { axis = 0, reduction } = node.attributes;
		const [indices, updates] = [operand(node, 1), operand(node, 2)];
		return [
			() => (reduction === "add" ? dy : ScatterElements(dy, indices, zerosLike(updates), { axis })),
			undefined,
			() => GatherElements(dy, indices, axis),
		];
	},
	ScatterND: (node, dy) => {
		const [indices, updates] = [operand(node, 1), operand(node, 2)];
		return [
			() => (node.attributes.reduction === "add" ? dy : ScatterND(dy, indices, zerosLike(updates))),
			undefined,
			() => GatherND(dy, indices),
		];
	},
} satisfies { readonly [N in OpName]?: GradientRule<N> };
