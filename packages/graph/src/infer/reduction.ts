/** Shapes of reductions, normalizations and softmax. */

import { OnevisionError } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { axisOf, broadcastDims, type Dim } from "../shape.ts";
import type { NodeSpec } from "../value.ts";
import { constantInts, type InferRule, inputAt, mismatch, numberAt, sameFloats } from "./rule.ts";

/** Non-negative axes of a reduction in ascending order; all when none are given. */
export function reducedAxes(node: NodeSpec): number[] {
	const rank = inputAt(node, 0).dims.length;
	if (node.inputs[1] === undefined) return Array.from({ length: rank }, (_, axis) => axis);
	const axes = constantInts(node, 1, "axes").map((axis) => axisOf(axis, rank, node.op));
	if (new Set(axes).size !== axes.length) {
		throw new OnevisionError("invalid-input", `${node.op}: axes [${axes.join(", ")}] repeat one`);
	}
	// ONNX: an empty list reduces all axes, like a missing one.
	return axes.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : axes.sort((a, b) => a - b);
}

function reducedDims(dims: readonly Dim[], axes: readonly number[], keep: boolean): Dim[] {
	return dims.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [{ size: 1 }] : []) : [dim]));
}

/** An empty sum is 0; a reduction without an identity refuses empty axes. */
function reduction({ identity }: { readonly identity: boolean }) {
	return (node: NodeSpec<"ReduceSum" | "ReduceMean" | "ReduceMax">) => {
		const { dims } = inputAt(node, 0);
		const dtype = numberAt(node, 0);
		const axes = reducedAxes(node);
		if (!identity && axes.some((axis) => dims[axis]?.size === 0)) {
			throw mismatch(node, "cannot reduce an empty axis");
		}
		return [{ dtype, dims: reducedDims(dims, axes, (node.attributes.keepdims ?? 1) !== 0) }];
	};
}

function alongAxis(node: NodeSpec<"Softmax" | "LogSoftmax">) {
	const { dims } = inputAt(node, 0);
	axisOf(node.attributes.axis ?? -1, dims.length, node.op);
	return [{ dtype: sameFloats(node), dims }];
}

/** The first normalized axis. Throws `shape-mismatch` unless scale and bias broadcast to the axes from there on. */
function normalizedFrom(node: NodeSpec<"LayerNormalization" | "RMSNormalization">): number {
	const { dims } = inputAt(node, 0);
	const axis = axisOf(node.attributes.axis ?? -1, dims.length, node.op);
	const inner = dims.slice(axis);
	for (const operand of node.inputs.slice(1)) {
		const sum = operand === undefined ? inner : broadcastDims(inner, operand.dims);
		if (sum?.length !== inner.length || sum.some(({ size }, i) => size !== inner[i]?.size)) {
			throw mismatch(node, "scale and bias must broadcast to the normalized axes");
		}
	}
	return axis;
}

export const reductionRules = {
	ReduceSum: reduction({ identity: true }),
	ReduceMean: reduction({ identity: false }),
	ReduceMax: reduction({ identity: false }),
	ArgMax: (node) => {
		const { dims } = inputAt(node, 0);
		numberAt(node, 0);
		const axis = axisOf(node.attributes.axis ?? 0, dims.length, "ArgMax");
		if (dims[axis]?.size === 0) throw mismatch(node, "cannot reduce an empty axis");
		const keep = (node.attributes.keepdims ?? 1) !== 0;
		return [{ dtype: "int64" as const, dims: reducedDims(dims, [axis], keep) }];
	},
	Softmax: alongAxis,
	LogSoftmax: alongAxis,
	LayerNormalization: (node) => {
		const dtype = sameFloats(node);
		const { dims } = inputAt(node, 0);
		const axis = normalizedFrom(node);
		const statistics = dims.map((dim, i) => (i < axis ? dim : { size: 1 }));
		return [
			{ dtype, dims },
			{ dtype: "float32" as const, dims: statistics },
			{ dtype: "float32" as const, dims: statistics },
		];
	},
	RMSNormalization: (node) => {
		const dtype = sameFloats(node);
		normalizedFrom(node);
		return [{ dtype, dims: inputAt(node, 0).dims }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
