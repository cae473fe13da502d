/** Shapes with optionally named and optionally dynamic dimensions, and the arithmetic on them. */

import { elementCount, OnevisionError } from "@onevision/base";
import { type Extent, extentOf } from "./extent.ts";

/** One dimension. A `size` that is a string is known only when the graph runs: `seq`, or `past + seq`. */
export interface Dim {
	readonly size: Extent;
	/** What the dimension is for, in messages; does not make it dynamic. */
	readonly name?: string;
}

/**
 * A shape as written by users: sizes, `{ batch: 16, seq: 128 }`, or dimensions of another value. A size that is a text is
 * dynamic: `["seq", 896]`; equal texts are equal sizes.
 */
export type ShapeSpec = readonly (Extent | Dim)[] | Readonly<Record<string, Extent>>;

/** Most elements of one tensor; the limit of ONNX files and WebAssembly memory. */
const MAX_ELEMENTS = 2 ** 31 - 1;

/** The dimensions of a shape. Throws `invalid-input` unless sizes are integers ≥ 0, `over-limit` above `MAX_ELEMENTS`. */
export function dimsOf(spec: ShapeSpec): Dim[] {
	const dims = Array.isArray(spec)
		? (spec as readonly (Extent | Dim)[]).map((dim) =>
				typeof dim === "object" ? normal(dim) : { size: extentOf(dim) },
			)
		: Object.entries(spec as Readonly<Record<string, Extent>>).map(([name, size]) => ({
				name,
				size: extentOf(size),
			}));
	for (const { size, name } of dims) {
		if (typeof size === "number" && (!Number.isSafeInteger(size) || size < 0)) {
			throw new OnevisionError(
				"invalid-input",
				`shape: ${name === undefined ? "a dimension" : name} must be an integer of at least 0, got ${size}`,
			);
		}
	}
	// Dynamic sizes count as one here; what they come to is checked when memory is asked for.
	const count = elementCount(dims.map(({ size }) => (typeof size === "number" ? size : 1)));
	if (count > MAX_ELEMENTS) {
		throw new OnevisionError(
			"over-limit",
			`shape: ${formatDims(dims)} has ${count} elements; the limit is ${MAX_ELEMENTS}`,
		);
	}
	return dims;
}

function normal(dim: Dim): Dim {
	return typeof dim.size === "number" ? dim : { ...dim, size: extentOf(dim.size) };
}

export function sizesOf(dims: readonly Dim[]): Extent[] {
	return dims.map(({ size }) => size);
}

/** Sizes that are all numbers; `undefined` where one is dynamic. */
export function staticSizes(dims: readonly Dim[]): readonly number[] | undefined {
	const sizes = dims.flatMap(({ size }) => (typeof size === "number" ? [size] : []));
	return sizes.length === dims.length ? sizes : undefined;
}

/** `[batch 16, seq 128, 192]`, `[past + seq, 64]`. */
export function formatDims(dims: readonly Dim[]): string {
	return `[${dims.map(({ size, name }) => (name === undefined ? `${size}` : `${name} ${size}`)).join(", ")}]`;
}

/** The shape two operands broadcast to (ONNX multidirectional broadcasting), or `undefined` when they do not. */
export function broadcastDims(a: readonly Dim[], b: readonly Dim[]): Dim[] | undefined {
	const rank = Math.max(a.length, b.length);
	const result: Dim[] = [];
	for (let i = 0; i < rank; i++) {
		const left = a[a.length - rank + i] ?? { size: 1 };
		const right = b[b.length - rank + i] ?? { size: 1 };
		if (left.size !== right.size && left.size !== 1 && right.size !== 1) return undefined;
		if (left.size !== right.size) result.push(left.size === 1 ? right : left);
		else result.push(left.name === undefined ? right : left);
	}
	return result;
}

/** A non-negative axis. Throws `invalid-input` when it is out of range for the rank. */
export function axisOf(axis: number, rank: number, op: string): number {
	if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
		throw new OnevisionError("invalid-input", `${op}: axis ${axis} is out of range for ${rank} dimensions`);
	}
	return axis < 0 ? axis + rank : axis;
}

/** Strides of a row-major tensor, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
	const strides = new Array<number>(shape.length).fill(1);
	for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
	return strides;
}

export function sameSizes(a: readonly Extent[], b: readonly Extent[]): boolean {
	return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Whether a permutation exchanges the last two axes and leaves the others. */
export function exchangesLastTwo(perm: readonly number[]): boolean {
	const last = perm.length - 1;
	return last > 0 && perm.every((axis, i) => axis === (i < last - 1 ? i : 2 * last - 1 - i));
}
