/** What the shape rules of all operators share: reading inputs and constants, and the refusals. */

import { type DType, numbersOf, OnevisionError } from "@onevision/base";
import { isFloat, isNumber } from "../dtype.ts";
import type { Value, ValueType } from "../graph.ts";
import type { AttributesOf, OpName } from "../operators.ts";
import { broadcastDims, type Dim, formatDims } from "../shape.ts";

/** A node about to be added. */
export interface Draft<N extends OpName = OpName> {
	readonly op: N;
	readonly inputs: readonly (Value | undefined)[];
	readonly attributes: AttributesOf<N>;
}

/** Dtypes and shapes of the outputs. Throws `shape-mismatch` or `invalid-input`. */
export type InferRule<N extends OpName> = (draft: Draft<N>) => readonly ValueType[];

/** The input at `index`. Throws `invalid-input` when it is left out. */
export function inputAt(draft: Draft, index: number): Value {
	const value = draft.inputs[index];
	if (value === undefined)
		throw new OnevisionError("invalid-input", `${draft.op}: input ${index} is missing`);
	return value;
}

/** Integers of an input that must be known when the graph is built. */
export function constantInts(draft: Draft, index: number, what: string): number[] {
	const value = inputAt(draft, index);
	const data = value.graph.constantOf(value);
	if (data?.dtype !== "int64" || data.shape.length !== 1) {
		throw new OnevisionError("invalid-input", `${draft.op}: ${what} must be a constant list of int64`);
	}
	return Array.from(numbersOf(data));
}

/** A refusal that names the operator, what is wrong, and the shapes of its inputs. */
export function mismatch(draft: Draft, what: string): OnevisionError {
	const shapes = draft.inputs
		.filter((value) => value !== undefined)
		.filter((value) => value.kind !== "constant" || value.dtype !== "int64")
		.map((value) => formatDims(value.dims))
		.join(" × ");
	return new OnevisionError("shape-mismatch", `${draft.op}: ${what}: ${shapes}`);
}

/** Throws unless every input that is there has a float dtype, and all the same one. */
export function sameFloats(draft: Draft): DType {
	const dtype = inputAt(draft, 0).dtype;
	if (!isFloat(dtype)) throw wrongDType(draft, 0, "float32 or float64");
	draft.inputs.forEach((value, index) => {
		if (value !== undefined && value.dtype !== dtype) throw wrongDType(draft, index, dtype);
	});
	return dtype;
}

/** The dtype of input `index`. Throws unless it can be added and compared. */
export function numberAt(draft: Draft, index: number): DType {
	const { dtype } = inputAt(draft, index);
	if (!isNumber(dtype)) throw wrongDType(draft, index, "float32, float64, int32 or int64");
	return dtype;
}

export function wrongDType(draft: Draft, index: number, wanted: string): OnevisionError {
	const value = inputAt(draft, index);
	return new OnevisionError(
		"shape-mismatch",
		`${draft.op}: input ${index} (${value.name}) must be ${wanted}, got ${value.dtype}`,
	);
}

/** Throws unless the input holds int64 indices. */
export function indicesAt(draft: Draft, index: number): Value {
	const value = inputAt(draft, index);
	if (value.dtype !== "int64") throw wrongDType(draft, index, "int64");
	return value;
}

/** The shape that inputs `indices` broadcast to. */
export function broadcastOf(draft: Draft, indices: readonly number[]): Dim[] {
	return indices.reduce<Dim[]>((dims, index) => {
		const next = broadcastDims(dims, inputAt(draft, index).dims);
		if (next === undefined) throw mismatch(draft, "shapes do not broadcast");
		return next;
	}, []);
}
