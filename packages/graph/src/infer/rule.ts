/** Helpers of shape rules: reading inputs and constants, and errors. */

import { type DType, numbersOf, OnevisionError } from "@onevision/base";
import { isFloat, isNumber } from "../dtype.ts";
import type { Extent } from "../extent.ts";
import type { OpName } from "../operators.ts";
import { broadcastDims, type Dim, formatDims } from "../shape.ts";
import type { NodeSpec, Value, ValueType } from "../value.ts";

/** Dtypes and shapes of the outputs. Throws `shape-mismatch` or `invalid-input`. */
export type InferRule<N extends OpName> = (node: NodeSpec<N>) => readonly ValueType[];

/** The input at `index`. Throws `invalid-input` when it is left out. */
export function inputAt(node: NodeSpec, index: number): Value {
	const value = node.inputs[index];
	if (value === undefined) throw new OnevisionError("invalid-input", `${node.op}: input ${index} is missing`);
	return value;
}

/** The integers of an input that must be constant. */
export function constantInts(node: NodeSpec, index: number, what: string): number[] {
	const value = inputAt(node, index);
	const contents = value.dims.length === 1 ? value.graph.contentsOf(value) : undefined;
	const data = contents === undefined ? value.graph.constantOf(value) : undefined;
	const listed =
		contents ?? (data?.dtype === "int64" && data.shape.length === 1 ? [...numbersOf(data)] : ["?"]);
	const numbers = listed.flatMap((size) => (typeof size === "number" ? [size] : []));
	if (value.dtype === "int64" && numbers.length === listed.length) return numbers;
	throw new OnevisionError("invalid-input", `${node.op}: ${what} must be a constant list of int64`);
}

/** Sizes given as an input: known, or `undefined` where only a run will tell. Throws `shape-mismatch` unless they are a list of int64. */
export function sizesAt(node: NodeSpec, index: number): readonly Extent[] | undefined {
	const value = inputAt(node, index);
	if (value.dtype !== "int64" || value.dims.length !== 1) throw wrongDType(node, index, "a list of int64");
	return value.graph.contentsOf(value);
}

/** An error that names the operator, the problem and the input shapes. */
export function mismatch(node: NodeSpec, what: string): OnevisionError {
	const shapes = node.inputs
		.filter((value) => value !== undefined)
		.filter((value) => value.kind !== "constant" || value.dtype !== "int64")
		.map((value) => formatDims(value.dims))
		.join(" × ");
	return new OnevisionError("shape-mismatch", `${node.op}: ${what}: ${shapes}`);
}

/** The float dtype that all inputs share. Throws `shape-mismatch`. */
export function sameFloats(node: NodeSpec): DType {
	const dtype = inputAt(node, 0).dtype;
	if (!isFloat(dtype)) throw wrongDType(node, 0, "float32 or float64");
	node.inputs.forEach((value, index) => {
		if (value !== undefined && value.dtype !== dtype) throw wrongDType(node, index, dtype);
	});
	return dtype;
}

/** The numeric dtype of input `index`. Throws `shape-mismatch`. */
export function numberAt(node: NodeSpec, index: number): DType {
	const { dtype } = inputAt(node, index);
	if (!isNumber(dtype)) throw wrongDType(node, index, "float32, float64, int32 or int64");
	return dtype;
}

export function wrongDType(node: NodeSpec, index: number, wanted: string): OnevisionError {
	const value = inputAt(node, index);
	return new OnevisionError(
		"shape-mismatch",
		`${node.op}: input ${index} (${value.name}) must be ${wanted}, got ${value.dtype}`,
	);
}

/** An input of int64 indices. Throws `shape-mismatch`. */
export function indicesAt(node: NodeSpec, index: number): Value {
	const value = inputAt(node, index);
	if (value.dtype !== "int64") throw wrongDType(node, index, "int64");
	return value;
}

/** The shape that these inputs broadcast to. Throws `shape-mismatch`. */
export function broadcastOf(node: NodeSpec, indices: readonly number[]): Dim[] {
	return indices.reduce<Dim[]>((dims, index) => {
		const next = broadcastDims(dims, inputAt(node, index).dims);
		if (next === undefined) throw mismatch(node, "shapes do not broadcast");
		return next;
	}, []);
}
