/** Gradients of reductions, softmax and normalizations. */

import { elementCount } from "@onevision/base";
import { reducedAxes } from "../infer/reduction.ts";
import type { OpName } from "../operators.ts";
import * as ops from "../ops.ts";
import { axisOf, exchangesLastTwo, sameSizes } from "../shape.ts";
import type { Node, Value } from "../value.ts";
import { type GradientRule, notDifferentiable, operand, result, unbroadcast, zerosLike } from "./rule.ts";

const {
	Add,
	Cast,
	Div,
	Equal,
	Exp,
	Expand,
	MatMul,
	Mul,
	Neg,
	Reciprocal,
	ReduceMean,
	ReduceSum,
	Reshape,
	ScatterElements,
	Sqrt,
	Sub,
} = ops;

type Reduction = "ReduceSum" | "ReduceMean" | "ReduceMax";

/** A reduction's output or gradient, reshaped as with keepdims. */
function kept(node: Node<Reduction>, value: Value): Value {
	const axes = reducedAxes(node);
	return Reshape(
		value,
		operand(node, 0).shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
	);
}

function reducedCount(node: Node<Reduction>): number {
	const { shape } = operand(node, 0);
	return elementCount(reducedAxes(node).map((axis) => shape[axis] ?? 1));
}

/** Axes from `axis` to the last. */
function axesFrom(axis: number, rank: number): number[] {
	return Array.from({ length: rank - axis }, (_, i) => axis + i);
}

/** mean(scale·h) over the normalized axes: [.., 1]. A matrix-vector product where the scale is a vector. */
function scaledMean(scale: Value, h: Value, axes: readonly number[]): Value {
	const size = h.shape.at(-1) ?? 1;
	if (axes.length !== 1 || scale.shape.length !== 1 || scale.shape[0] !== size) {
		return ReduceMean(Mul(h, scale), { axes });
	}
	return MatMul(h, Reshape(Mul(scale, 1 / size), [size, 1]));
}

/**
 * For y = x̂·scale with x̂ = (x − mean(x))·r, and g = dy·scale: dx = r·(g − mean(g) − x̂·mean(g·x̂)). RMS normalization
 * subtracts no mean: dx = r·(g − x̂·mean(g·x̂)).
 */
function layerNormalization(node: Node<"LayerNormalization">, dy: Value) {
	const [x, scale, bias] = [operand(node, 0), operand(node, 1), node.inputs[2]];
	const axes = axesFrom(axisOf(node.attributes.axis ?? -1, x.shape.length, node.op), x.shape.length);
	const inverseDeviation = result(node, 2);
	const normalized = Mul(Sub(x, result(node, 1)), inverseDeviation);
	const weighted = Mul(dy, normalized);
	return [
		() => {
			const along = Mul(normalized, scaledMean(scale, weighted, axes));
			const centered = Sub(Sub(Mul(dy, scale), scaledMean(scale, dy, axes)), along);
			return Mul(centered, inverseDeviation);
		},
		() => unbroadcast(weighted, scale),
		bias === undefined ? undefined : () => unbroadcast(dy, bias),
	];
}

function rmsNormalization(node: Node<"RMSNormalization">, dy: Value) {
	const [x, scale] = [operand(node, 0), operand(node, 1)];
	const axes = axesFrom(axisOf(node.attributes.axis ?? -1, x.shape.length, node.op), x.shape.length);
	const square = Add(ReduceMean(Mul(x, x), { axes }), node.attributes.epsilon ?? 1e-5);
	const inverseDeviation = Reciprocal(Sqrt(square));
	const normalized = Mul(x, inverseDeviation);
	const weighted = Mul(dy, normalized);
	return [
		() => Mul(Sub(Mul(dy, scale), Mul(normalized, scaledMean(scale, weighted, axes))), inverseDeviation),
		() => unbroadcast(weighted, scale),
	];
}

/**
 * For attention weights y with z = y·v and dy = dz·vᵀ: rowsum(dy∘y) = rowsum(dz∘z), which has dim(v) columns and not one
 * per key (Dao et al. 2022, FlashAttention, appendix B.4). Returns dz∘z.
 */
function attended(y: Value, dy: Value, axes: readonly number[]): Value | undefined {
	const product = y.graph.producerOf(dy);
	const [dz, vT] = product?.op === "MatMul" ? product.inputs : [];
	const transpose = vT === undefined ? undefined : y.graph.producerOf(vT);
	if (dz === undefined || transpose?.op !== "Transpose" || axes[0] !== y.shape.length - 1) return undefined;
	const { perm } = (transpose as Node<"Transpose">).attributes;
	const forward = y.graph.nodes.find(
		({ op, inputs }) => op === "MatMul" && inputs[0] === y && inputs[1] === transpose.inputs[0],
	);
	const z = forward?.outputs[0];
	if (!exchangesLastTwo(perm ?? []) || z === undefined || !sameSizes(z.shape, dz.shape)) return undefined;
	return Mul(dz, z);
}

/**
 * For log-probabilities y of which few are chosen along an axis, as in cross-entropy: where dy = scatter(g) is zero
 * elsewhere, dx = scatter-add(g) into −exp(y)·Σg.
 */
function chosenGradient(y: Value, dy: Value, axis: number): Value | undefined {
	const scatter = y.graph.producerOf(dy) as Node<"ScatterElements"> | undefined;
	if (scatter?.op !== "ScatterElements" || operand(scatter, 0) !== zerosLike(y)) return undefined;
	const { axis: along = 0, reduction } = scatter.attributes;
	const [indices, values] = [operand(scatter, 1), operand(scatter, 2)];
	const whole = values.shape.every((size, i) => i === axis || size === y.shape[i]);
	if (reduction !== "add" || axisOf(along, y.shape.length, scatter.op) !== axis || !whole) return undefined;
	const sums = values.shape[axis] === 1 ? values : ReduceSum(values, { axes: [axis] });
	return ScatterElements(Mul(Exp(y), Neg(sums)), indices, values, { axis, reduction });
}

export const reductionGradients = {
	ReduceSum: (node, dy) => [() => Expand(kept(node, dy), operand(node, 0).shape), undefined],
	ReduceMean: (node, dy) => [
		() => Expand(Mul(kept(node, dy), 1 / reducedCount(node)), operand(node, 0).shape),
		undefined,
	],
	// Tied maxima share the gradient evenly, as in torch.amax.
	ReduceMax: (node, dy) => {
		const x = operand(node, 0);
		const axes = reducedAxes(node);
		return [
			() => {
				const largest = Cast(Equal(x, kept(node, result(node, 0))), x.dtype);
				return Mul(largest, Div(kept(node, dy), ReduceSum(largest, { axes })));
			},
			undefined,
		];
	},
	ArgMax: notDifferentiable("its result is an index"),
	Softmax: (node, dy) => {
		const y = result(node, 0);
		const axes = [axisOf(node.attributes.axis ?? -1, y.shape.length, node.op)];
		const along = () => attended(y, dy, axes) ?? Mul(dy, y);
		return [() => Mul(Sub(dy, ReduceSum(along(), { axes })), y)];
	},
	LogSoftmax: (node, dy) => {
		const y = result(node, 0);
		const axis = axisOf(node.attributes.axis ?? -1, y.shape.length, node.op);
		return [() => chosenGradient(y, dy, axis) ?? Sub(dy, Mul(Exp(y), ReduceSum(dy, { axes: [axis] })))];
	},
	LayerNormalization: layerNormalization,
	RMSNormalization: rmsNormalization,
} satisfies { readonly [N in OpName]?: GradientRule<N> | ReturnType<typeof notDifferentiable> };
