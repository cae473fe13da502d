/**
 * The ONNX operators as functions under their ONNX names (opset 23). A number is a scalar constant of the other operand's
 * dtype. Lists that ONNX takes as inputs (shapes, axes, sizes) are plain lists here; shapes and the sizes of Split may
 * also be values that the graph computes. All throw `shape-mismatch` or `invalid-input` when the inputs do not fit.
 */

import { DTYPES, type DType, OnevisionError } from "@onevision/base";
import { type Extent, extentOf } from "./extent.ts";
import type { AttributesOf, OpName } from "./operators.ts";
import { axisOf, type Dim, formatDims } from "./shape.ts";
import type { Value } from "./value.ts";

export * from "./fused-ops.ts";

/** A value, or a number that becomes a scalar constant. */
export type Operand = Value | number;

type Binary = (a: Operand, b: Operand) => Value;
type Unary = (x: Value) => Value;

function scalars(op: OpName, operands: readonly Operand[]): Value[] {
	const model = operands.find((operand) => typeof operand !== "number");
	if (model === undefined) throw new OnevisionError("invalid-input", `${op}: one operand must be a value`);
	return operands.map((operand) =>
		typeof operand === "number" ? model.graph.scalar(operand, model.dtype) : operand,
	);
}

function unary(op: OpName): Unary {
	return (x) => x.graph.op(op, [x]);
}

function binary(op: OpName): Binary {
	return (a, b) => {
		const [left, right] = scalars(op, [a, b]);
		return (left as Value).graph.op(op, [left, right]);
	};
}

export const Abs: Unary = unary("Abs");
export const Neg: Unary = unary("Neg");
export const Exp: Unary = unary("Exp");
export const Log: Unary = unary("Log");
export const Sqrt: Unary = unary("Sqrt");
export const Reciprocal: Unary = unary("Reciprocal");
export const Sin: Unary = unary("Sin");
export const Cos: Unary = unary("Cos");
export const Tanh: Unary = unary("Tanh");
export const Sigmoid: Unary = unary("Sigmoid");
export const Erf: Unary = unary("Erf");
export const Relu: Unary = unary("Relu");
export const Sign: Unary = unary("Sign");
export const Not: Unary = unary("Not");
export const Identity: Unary = unary("Identity");

export const Add: Binary = binary("Add");
export const Sub: Binary = binary("Sub");
export const Mul: Binary = binary("Mul");
export const Div: Binary = binary("Div");
export const Pow: Binary = binary("Pow");
export const Max: Binary = binary("Max");
export const Min: Binary = binary("Min");
export const Equal: Binary = binary("Equal");
export const Less: Binary = binary("Less");
export const LessOrEqual: Binary = binary("LessOrEqual");
export const Greater: Binary = binary("Greater");
export const GreaterOrEqual: Binary = binary("GreaterOrEqual");
export const And: Binary = binary("And");
export const Or: Binary = binary("Or");

/**
 * Matrix product over the last two axes. Over an empty inner axis it is zero, which is made explicit because
 * onnxruntime's fused kernel leaves the output unset.
 */
export function MatMul(a: Value, b: Value): Value {
	const product = a.graph.op("MatMul", [a, b]);
	return a.dims.at(-1)?.size === 0 ? Where(Equal(a.graph.scalar(0), 1), product, 0) : product;
}

/** x·Φ(x), or its tanh approximation. */
export function Gelu(x: Value, attributes: AttributesOf<"Gelu"> = {}): Value {
	return x.graph.op("Gelu", [x], attributes);
}

/** max(0, min(1, alpha·x + beta)); ONNX's defaults are 0.2 and 0.5. */
export function HardSigmoid(x: Value, attributes: AttributesOf<"HardSigmoid"> = {}): Value {
	return x.graph.op("HardSigmoid", [x], attributes);
}

export function Cast(x: Value, dtype: DType): Value {
	return x.dtype === dtype ? x : x.graph.op("Cast", [x], { to: DTYPES[dtype].onnx });
}

/** `a` where `condition` is true, else `b`. */
export function Where(condition: Value, a: Operand, b: Operand): Value {
	const [left, right] =
		typeof a === "number" && typeof b === "number"
			? [condition.graph.scalar(a), condition.graph.scalar(b)]
			: scalars("Where", [a, b]);
	return condition.graph.op("Where", [condition, left, right]);
}

/** alpha·A′·B′ + beta·C for matrices; A′ is Aᵀ with transA, B′ is Bᵀ with transB. */
export function Gemm(a: Value, b: Value, c?: Value, attributes: AttributesOf<"Gemm"> = {}): Value {
	return a.graph.op("Gemm", c === undefined ? [a, b] : [a, b, c], attributes);
}

/** 2-D convolution: [batch, in, rows, cols] by [out, in, rows, cols]. */
export function Conv(x: Value, weight: Value, bias?: Value, attributes: AttributesOf<"Conv"> = {}): Value {
	return x.graph.op("Conv", bias === undefined ? [x, weight] : [x, weight, bias], attributes);
}

/** 2-D transposed convolution: [batch, in, rows, cols] by [in, out, rows, cols]. */
export function ConvTranspose(
	x: Value,
	weight: Value,
	bias?: Value,
	attributes: AttributesOf<"ConvTranspose"> = {},
): Value {
	return x.graph.op("ConvTranspose", bias === undefined ? [x, weight] : [x, weight, bias], attributes);
}

export function Softmax(x: Value, axis = -1): Value {
	return x.graph.op("Softmax", [x], { axis });
}

export function LogSoftmax(x: Value, axis = -1): Value {
	return x.graph.op("LogSoftmax", [x], { axis });
}

/** (x − mean) / √(variance + epsilon) · scale + bias over the axes from `axis` on. */
export function LayerNormalization(
	x: Value,
	scale: Value,
	bias?: Value,
	attributes: AttributesOf<"LayerNormalization"> = {},
): Value {
	return x.graph.op("LayerNormalization", bias === undefined ? [x, scale] : [x, scale, bias], attributes);
}

/** x / √(mean(x²) + epsilon) · scale over the axes from `axis` on. */
export function RMSNormalization(
	x: Value,
	scale: Value,
	attributes: AttributesOf<"RMSNormalization"> = {},
): Value {
	return x.graph.op("RMSNormalization", [x, scale], attributes);
}

/** `axes` to reduce (default all); `keepdims` keeps them as size 1 (default true). */
export interface ReduceOptions {
	readonly axes?: readonly number[];
	readonly keepdims?: boolean;
}

function reduce(op: "ReduceSum" | "ReduceMean" | "ReduceMax") {
	return (x: Value, { axes, keepdims = true }: ReduceOptions = {}): Value =>
		x.graph.op(op, axes === undefined ? [x] : [x, x.graph.ints(axes)], { keepdims: keepdims ? 1 : 0 });
}

type Reduce = (x: Value, options?: ReduceOptions) => Value;
export const ReduceSum: Reduce = reduce("ReduceSum");
export const ReduceMean: Reduce = reduce("ReduceMean");
export const ReduceMax: Reduce = reduce("ReduceMax");

/** Index of the largest element along `axis` as int64, the first one on a tie. */
export function ArgMax(x: Value, axis = -1, keepdims = true): Value {
	return x.graph.op("ArgMax", [x], { axis, keepdims: keepdims ? 1 : 0 });
}

/** Slices of `data` along `axis` at int64 indices of any shape. */
export function Gather(data: Value, indices: Value, axis = 0): Value {
	return data.graph.op("Gather", [data, indices], { axis });
}

/** One element of `data` per index, along `axis`; indices have the rank of the data. */
export function GatherElements(data: Value, indices: Value, axis = 0): Value {
	return data.graph.op("GatherElements", [data, indices], { axis });
}

/** Slices of `data` at index tuples in the last axis of `indices`. */
export function GatherND(data: Value, indices: Value): Value {
	return data.graph.op("GatherND", [data, indices]);
}

/** `data` with elements along `axis` replaced by updates, or added to. */
export function ScatterElements(
	data: Value,
	indices: Value,
	updates: Value,
	attributes: AttributesOf<"ScatterElements"> = {},
): Value {
	return data.graph.op("ScatterElements", [data, indices, updates], attributes);
}

/** `data` with slices at index tuples replaced by updates, or added to. */
export function ScatterND(
	data: Value,
	indices: Value,
	updates: Value,
	attributes: AttributesOf<"ScatterND"> = {},
): Value {
	return data.graph.op("ScatterND", [data, indices, updates], attributes);
}

/** The sizes of `x` from axis `start` to `end`, exclusive (default all): a list of int64. */
export function Shape(x: Value, attributes: AttributesOf<"Shape"> = {}): Value {
	return x.graph.op("Shape", [x], attributes);
}

/** Sizes given to Reshape or Expand: a list, whose entries may be dynamic, or a value. */
export type Sizes = readonly (Extent | Dim)[] | Value;

function isValue(sizes: Sizes | readonly number[]): sizes is Value {
	return !Array.isArray(sizes);
}

/**
 * The same elements in another shape; one size may be −1, which is inferred. A dynamic size is one that `x` has at the
 * same axis, or the only other one; where there are more of them, give the shape as a value made with `Shape`.
 */
export function Reshape(x: Value, shape: Sizes): Value {
	if (isValue(shape)) return x.graph.op("Reshape", [x, shape], { allowzero: 1 });
	const sizes = extentsOf(shape);
	if (sizes.every((size) => typeof size === "number")) {
		return x.graph.op("Reshape", [x, x.graph.ints(sizes)], { allowzero: 1 });
	}
	// 0 copies a size of x, −1 is inferred.
	const listed = sizes.map((size, axis) => {
		if (typeof size === "number") return size;
		return size === x.dims[axis]?.size ? 0 : -1;
	});
	if (sizes.includes(0) || listed.filter((size) => size === -1).length > 1)
		throw needsValue("Reshape", x, sizes);
	const result = x.graph.op("Reshape", [x, x.graph.ints(listed)], { allowzero: 0 });
	if (sizes.every((size, axis) => size === -1 || size === result.dims[axis]?.size)) return result;
	throw needsValue("Reshape", x, sizes);
}

/** Sizes in normal form, unchecked: what they come to is checked with the node. */
function extentsOf(shape: readonly (Extent | Dim)[]): Extent[] {
	return shape.map((size) => extentOf(typeof size === "object" ? size.size : size));
}

function needsValue(op: OpName, x: Value, sizes: readonly Extent[]): OnevisionError {
	return new OnevisionError(
		"invalid-input",
		`${op}: ${formatDims(x.dims)} to [${sizes.join(", ")}] needs sizes that a list cannot give; compute the shape with Shape and Concat`,
	);
}

/** Axes permuted by `perm`; reversed by default. */
export function Transpose(x: Value, perm?: readonly number[]): Value {
	return x.graph.op("Transpose", [x], { perm: perm ?? [...x.dims.keys()].reverse() });
}

/** `x` broadcast with `shape`. A dynamic size in a list is one that `x` has; give others in a value made with `Shape`. */
export function Expand(x: Value, shape: Sizes): Value {
	if (isValue(shape)) return x.graph.op("Expand", [x, shape]);
	const sizes = extentsOf(shape);
	const listed = sizes.map((size, axis) => {
		if (typeof size === "number") return size;
		if (size === x.dims[axis + x.dims.length - sizes.length]?.size) return 1;
		throw needsValue("Expand", x, sizes);
	});
	return x.graph.op("Expand", [x, x.graph.ints(listed)]);
}

export function Concat(values: readonly Value[], axis: number): Value {
	const [first] = values;
	if (first === undefined) throw new OnevisionError("invalid-input", "Concat: needs at least one value");
	return first.graph.op("Concat", values, { axis });
}

/**
 * Consecutive parts of `x` along `axis`, of these sizes: a list, or a value, such as `Concat([Shape(a, …), Shape(b, …)], 0)`.
 * Sizes that are fed give parts whose sizes are named after that input.
 */
export function Split(x: Value, sizes: readonly number[] | Value, axis: number): readonly Value[] {
	return x.graph.node("Split", [x, isValue(sizes) ? sizes : x.graph.ints(sizes)], { axis });
}

/** From `start` to `end`, exclusive, by `step` (default 1). */
export interface SliceRange {
	readonly axis: number;
	readonly start: number;
	readonly end: number;
	readonly step?: number;
}

/**
 * The ranges of their axes. Negative starts and ends count from the end, as in ONNX; an `end` of 2^31 − 1 or more is the
 * axis's own. A dynamic axis must turn out long enough for its range.
 */
export function Slice(x: Value, ranges: readonly SliceRange[]): Value {
	const { graph } = x;
	return graph.op("Slice", [
		x,
		graph.ints(ranges.map(({ start }) => start)),
		graph.ints(ranges.map(({ end }) => end)),
		graph.ints(ranges.map(({ axis }) => axisOf(axis, x.dims.length, "Slice"))),
		graph.ints(ranges.map(({ step = 1 }) => step)),
	]);
}

/** `x` padded with `value`: elements before and after each axis. */
export function Pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
	return x.graph.op("Pad", [x, x.graph.ints([...before, ...after]), x.graph.scalar(value, x.dtype)]);
}
