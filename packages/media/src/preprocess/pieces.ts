/**
 * Tensors before they are made: what they will be called and how large they are, and the pieces they are made of, one
 * after another. In memory all pieces go into one array; to a file, one at a time, however large the whole is.
 */

import { DTYPES, elementCount, OnevisionError } from "@onevision/base";
import type { ResizeOptions } from "../resample/resize.ts";
import type { RgbImage } from "../rgb-image.ts";
import type { NormalizationTables } from "./normalization.ts";
import {
	type FloatType,
	MAX_ELEMENTS,
	newMemory,
	type ProcessedData,
	type ProcessedTensor,
} from "./tensor.ts";

export type Tensors = Readonly<Record<string, ProcessedTensor>>;

/** How the pixels of a batch are rendered. */
export interface Rendering {
	readonly tables: NormalizationTables;
	readonly dtype: FloatType;
	readonly resize: ResizeOptions;
}

/** A run of a tensor's elements. */
export interface Piece {
	readonly elements: number;
	/** Numbers of the pictures it is made from, ascending within a tensor; a picture belongs to one piece. */
	readonly pictures: readonly number[];
	/** Writes every element of it from `data[offset]` on, whatever was there. */
	write(data: ProcessedData, offset: number, pictures: readonly RgbImage[]): void;
}

/** A tensor to be made: its pieces follow one another without gaps. */
export interface TensorPlan {
	readonly dtype: ProcessedTensor["dtype"];
	readonly shape: readonly number[];
	readonly pieces: readonly Piece[];
}

/** By name, in the order of the reference; small ones are there already. */
export type TensorPlans = Readonly<Record<string, ProcessedTensor | TensorPlan>>;

/**
 * `data.fill`; int64 by doubling copies, since V8 converts the BigInt once per element and a view has a quarter of a
 * million of them.
 */
export function fill(data: ProcessedData, value: number, from: number, to: number): void {
	if (from >= to) return;
	if (!(data instanceof BigInt64Array)) {
		data.fill(value, from, to);
		return;
	}
	data[from] = BigInt(value);
	for (let filled = 1; from + filled < to; filled *= 2) {
		data.copyWithin(from + filled, from, Math.min(from + filled, to - filled));
	}
}

/** A piece of one value: padding, or part of a mask. */
export function constant(elements: number, value: 0 | 1): Piece {
	return {
		elements,
		pictures: [],
		write: (data, offset) => fill(data, value, offset, offset + elements),
	};
}

/** Asserts that the pieces of a plan add up to its shape. */
export function assertCovered(name: string, { shape, pieces }: TensorPlan): void {
	const elements = pieces.reduce((sum, piece) => sum + piece.elements, 0);
	if (elements === elementCount(shape)) return;
	throw new Error(`internal: ${name} of [${shape.join(", ")}] is planned with ${elements} elements`);
}

/** Makes every tensor in memory; `pictures` by their numbers, `reuse` are tensors whose memory is no longer needed. */
export function makeTensors(plans: TensorPlans, pictures: readonly RgbImage[], reuse: Tensors = {}): Tensors {
	return Object.fromEntries(
		Object.entries(plans).map(([name, plan]) => [
			name,
			"pieces" in plan ? madeTensor(name, plan, pictures, reuse[name]) : plan,
		]),
	);
}

function madeTensor(
	name: string,
	plan: TensorPlan,
	pictures: readonly RgbImage[],
	old: ProcessedTensor | undefined,
): ProcessedTensor {
	assertCovered(name, plan);
	const { dtype, shape } = plan;
	const data = allocate(plan, old);
	let offset = 0;
	for (const piece of plan.pieces) {
		const own = piece.pictures.map((number) => {
			const picture = pictures[number];
			if (picture === undefined) throw new Error(`internal: ${name} needs picture ${number}`);
			return picture;
		});
		piece.write(data, offset, own);
		offset += piece.elements;
	}
	return { dtype, shape, data } as ProcessedTensor;
}

/** Memory for a tensor, that of `old` where it fits; it holds anything until the pieces are written. Throws `over-limit` where there is none so large. */
function allocate(
	{ dtype, shape }: Pick<TensorPlan, "dtype" | "shape">,
	old: ProcessedTensor | undefined,
): ProcessedData {
	const elements = elementCount(shape);
	if (elements > MAX_ELEMENTS) {
		throw tooLarge(shape, `is larger than ${MAX_ELEMENTS} numbers`);
	}
	const ArrayType = DTYPES[dtype].array;
	if (old !== undefined && old.data.byteOffset === 0) {
		const buffer = old.data.buffer as ArrayBuffer;
		if (buffer.byteLength >= elements * ArrayType.BYTES_PER_ELEMENT)
			return new ArrayType(buffer, 0, elements);
	}
	try {
		return new ArrayType(newMemory(elements * ArrayType.BYTES_PER_ELEMENT), 0, elements);
	} catch (error) {
		if (error instanceof RangeError) throw tooLarge(shape, "does not fit in the memory there is");
		throw error;
	}
}

function tooLarge(shape: readonly number[], why: string): OnevisionError {
	return new OnevisionError(
		"over-limit",
		`a tensor of [${shape.join(", ")}] ${why}: take fewer files at once, or of a video fewer frames`,
	);
}
