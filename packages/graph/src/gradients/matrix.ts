/** Gradients of matrix products: matrix products again, which transpose operands without a copy where possible. */

import { elementCount } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { Gemm, MatMul, Mul, Reshape, Transpose } from "../ops.ts";
import type { Node, Value } from "../value.ts";
import { type GradientRule, operand, unbroadcast, untransposed } from "./rule.ts";

/** xᵀ over the last two axes; A for x = Aᵀ. */
function swapped(x: Value): Value {
	const source = untransposed(x);
	if (source !== undefined) return source;
	const axes = [...x.shape.keys()];
	return Transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** Flattens all axes but the last: [rows, cols]. */
function flat(x: Value): Value {
	const cols = x.shape.at(-1) ?? 1;
	return x.shape.length === 2 ? x : Reshape(x, [elementCount(x.shape.slice(0, -1)), cols]);
}

/** Gradients of a batch times one matrix, as single Gemms; that of the weight sums over the batch. */
function timesMatrix(a: Value, b: Value, dy: Value) {
	return [
		() => Reshape(Gemm(flat(dy), b, undefined, { transB: 1 }), a.shape),
		() => acrossRows(flat(a), flat(dy)),
	];
}

/** Columns from which Gemm transposes an operand more than once: beyond the width of onnxruntime's tiles. */
const MIN_WIDE = 129;

/**
 * alpha·aᵀ·b for a [rows, m] and b [rows, n]. If both are wide, the smaller is transposed first, which is faster than a
 * Gemm with transA: (aᵀ)·b, or ((bᵀ)·a)ᵀ. On a tie aᵀ, which the other weights of a layer share.
 */
function acrossRows(a: Value, b: Value, alpha = 1): Value {
	const [m, n] = [a.shape[1] ?? 0, b.shape[1] ?? 0];
	if (Math.min(m, n) < MIN_WIDE) return Gemm(a, b, undefined, { alpha, transA: 1 });
	return m <= n
		? Gemm(swapped(a), b, undefined, { alpha })
		: swapped(Gemm(swapped(b), a, undefined, { alpha }));
}

/** The gradient of B in alpha·A′·B′: alpha·A′ᵀ·dy, transposed for transB. */
function weightGradient(node: Node<"Gemm">, dy: Value): Value {
	const a = operand(node, 0);
	const { alpha = 1, transA = 0, transB = 0 } = node.attributes;
	if (transA === 0) return transB === 0 ? acrossRows(a, dy, alpha) : swapped(acrossRows(a, dy, alpha));
	return transB === 0
		? Gemm(a, dy, undefined, { alpha })
		: Gemm(dy, a, undefined, { alpha, transA: 1, transB: 1 });
}

function gemmGradients(node: Node<"Gemm">, dy: Value) {
	const [b, c] = [operand(node, 1), node.inputs[2]];
	const { alpha = 1, beta = 1, transA = 0, transB = 0 } = node.attributes;
	return [
		() =>
			transA === 0
				? Gemm(dy, b, undefined, { alpha, transB: 1 - transB })
				: Gemm(b, dy, undefined, { alpha, transA: transB, transB: 1 }),
		() => weightGradient(node, dy),
		c === undefined ? undefined : () => unbroadcast(beta === 1 ? dy : Mul(dy, beta), c),
	];
}

export const matrixGradients = {
	MatMul: (node, dy) => {
		const [a, b] = [operand(node, 0), operand(node, 1)];
		if (b.shape.length === 2) return timesMatrix(a, b, dy);
		return [() => unbroadcast(MatMul(dy, swapped(b)), a), () => unbroadcast(MatMul(swapped(a), dy), b)];
	},
	Gemm: gemmGradients,
} satisfies { readonly [N in OpName]?: GradientRule<N> };
