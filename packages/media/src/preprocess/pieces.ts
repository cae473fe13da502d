/**
 * Tensors as plans: their names, their shapes, and the pieces that fill them in order. In memory, all pieces go into
 * one array. To a file, they are written one at a time, so the whole can be of any size.
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

/** A contiguous run of a tensor's elements. */
export interface Piece {
	readonly elements: number;
	/** Numbers of the images it is made from, ascending within a tensor. Each image belongs to one piece. */
	readonly imageIndices: readonly number[];
	/** Writes all its elements starting at `data[offset]`, overwriting whatever was there. */
	write(data: ProcessedData, offset: number, images: readonly RgbImage[]): void;
}

/** A tensor to be made; its pieces follow one another without gaps. */
export interface TensorPlan {
	readonly dtype: ProcessedTensor["dtype"];
	readonly shape: readonly number[];
	readonly pieces: readonly Piece[];
}

/** By name, in the reference's order. Small tensors are already computed. */
export type TensorPlans = Readonly<Record<string, ProcessedTensor | TensorPlan>>;

/**
 * Like `data.fill`, but fills int64 by doubling copies: V8 converts the BigInt for every element, and a view has a
 * quarter of a million of them.
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

/** A piece with one value: padding, or part of a mask. */
export function constant(elements: number, value: 0 | 1): Piece {
	return {
		elements,
		imageIndices: [],
		write: (data, offset) => fill(data, value, offset, offset + elements),
	};
}

/** Asserts that the pieces of a plan add up to its shape. */
export function assertCovered(name: string, { shape, pieces }: TensorPlan): void {
	const elements = pieces.reduce((sum, piece) => sum + piece.elements, 0);
	if (elements === elementCount(shape)) return;
	throw new Error(`internal: ${name} of [${shape.join(", ")}] is planned with ${elements} elements`);
}

/**
 * Makes every tensor in memory. Images come from `images` by number; `reuse` holds tensors whose memory is no
 * longer needed.
 */
export function makeTensors(plans: TensorPlans, images: readonly RgbImage[], reuse: Tensors = {}): Tensors {
	return Object.fromEntries(
		Object.entries(plans).map(([name, plan]) => [
			name,
			"pieces" in plan ? madeTensor(name, plan, images, reuse[name]) : plan,
		]),
	);
}

function madeTensor(
	name: string,
	plan: TensorPlan,
	images: readonly RgbImage[],
	old: ProcessedTensor | undefined,
): ProcessedTensor {
	assertCovered(name, plan);
	const { dtype, shape } = plan;
	const data = allocate(plan, old);
	let offset = 0;
	for (const piece of plan.pieces) {
		const own = piece.imageIndices.map((number) => {
			const image = images[number];
			if (image === undefined) throw new Error(`internal: ${name} needs image ${number}`);
			return image;
		});
		piece.write(data, offset, own);
		offset += piece.elements;
	}
	return { dtype, shape, data } as ProcessedTensor;
}

/**
 * Memory for a tensor, reusing that of `old` if it fits. Its content is arbitrary until the pieces are written.
 * Throws `over-limit` if a tensor cannot be that large.
 */
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
