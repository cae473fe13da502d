/** Shapes of reductions, normalizations and softmax. */

import { OnevisionError } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { axisOf, broadcastDims, type Dim } from "../shape.ts";
import { constantInts, type Draft, type InferRule, inputAt, mismatch, numberAt, sameFloats } from "./rule.ts";

/** Axes a reduction runs over, counted from the front and in order; all when none are given. */
export function reducedAxes(draft: Draft): number[] {
	const rank = inputAt(draft, 0).dims.length;
	if (draft.inputs[1] === undefined) return Array.from({ length: rank }, (_, axis) => axis);
	const axes = constantInts(draft, 1, "axes").map((axis) => axisOf(axis, rank, draft.op));
	if (new Set(axes).size !== axes.length) {
		throw new OnevisionError("invalid-input", `${draft.op}: axes [${axes.join(", ")}] name one twice`);
	}
	// ONNX: an empty list reduces everything, as a missing one does.
	return axes.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : axes.sort((a, b) => a - b);
}

function reducedDims(dims: readonly Dim[], axes: readonly number[], keep: boolean): Dim[] {
	return dims.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [{ size: 1 }] : []) : [dim]));
}

function reduction(draft: Draft<"ReduceSum" | "ReduceMean" | "ReduceMax">) {
	const input = inputAt(draft, 0);
	numberAt(draft, 0);
	const axes = reducedAxes(draft);
	if (draft.op !== "ReduceSum" && axes.some((axis) => input.shape[axis] === 0)) {
		throw mismatch(draft, "nothing to reduce along an empty axis");
	}
	return [
		{ dtype: input.dtype, dims: reducedDims(input.dims, axes, (draft.attributes.keepdims ?? 1) !== 0) },
	];
}

function alongAxis(draft: Draft<"Softmax" | "LogSoftmax">) {
	const { dims } = inputAt(draft, 0);
	axisOf(draft.attributes.axis ?? -1, dims.length, draft.op);
	return [{ dtype: sameFloats(draft), dims }];
}

/** The axis a normalization starts at, its operands checked against the axes from there on. */
function normalizedFrom(draft: Draft<"LayerNormalization" | "RMSNormalization">): number {
	const { dims } = inputAt(draft, 0);
	const axis = axisOf(draft.attributes.axis ?? -1, dims.length, draft.op);
	const inner = dims.slice(axis);
	for (const operand of draft.inputs.slice(1)) {
		const sum = operand === undefined ? inner : broadcastDims(inner, operand.dims);
		if (sum?.length !== inner.length || sum.some(({ size }, i) => size !== inner[i]?.size)) {
			throw mismatch(draft, "scale and bias must broadcast to the normalized axes");
		}
	}
	return axis;
}

export const reductionRules = {
	ReduceSum: reduction,
	ReduceMean: reduction,
	ReduceMax: reduction,
	ArgMax: (draft) => {
		const { dims } = inputAt(draft, 0);
		numberAt(draft, 0);
		const axis = axisOf(draft.attributes.axis ?? 0, dims.length, "ArgMax");
		if (dims[axis]?.size === 0) throw mismatch(draft, "nothing to choose from along an empty axis");
		const keep = (draft.attributes.keepdims ?? 1) !== 0;
		return [{ dtype: "int64" as const, dims: reducedDims(dims, [axis], keep) }];
	},
	Softmax: alongAxis,
	LogSoftmax: alongAxis,
	LayerNormalization: (draft) => {
		const dtype = sameFloats(draft);
		const { dims } = inputAt(draft, 0);
		const axis = normalizedFrom(draft);
		const statistics = dims.map((dim, i) => (i < axis ? dim : { size: 1 }));
		return [
			{ dtype, dims },
			{ dtype: "float32" as const, dims: statistics },
			{ dtype: "float32" as const, dims: statistics },
		];
	},
	RMSNormalization: (draft) => {
		const dtype = sameFloats(draft);
		normalizedFrom(draft);
		return [{ dtype, dims: inputAt(draft, 0).dims }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
