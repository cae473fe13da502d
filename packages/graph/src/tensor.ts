/** Tensors as plain data: what goes into a graph as constants and feeds, and what comes out of a run. */

import { OnevisionError } from "@onevision/base";
import { DTYPES, type DType, type TensorData } from "./dtype.ts";
import { elementCount } from "./shape.ts";

/** Row-major elements with their shape. `data` has as many elements as the product of `shape`. */
export interface Tensor {
	readonly dtype: DType;
	readonly shape: readonly number[];
	readonly data: TensorData;
}

/** Numbers as a tensor; `int64` values must be safe integers. Throws `invalid-input` when the count differs. */
export function tensor(
	dtype: DType,
	shape: readonly number[],
	values: ArrayLike<number | bigint> | TensorData,
): Tensor {
	const count = elementCount(shape);
	if (values.length !== count) {
		throw new OnevisionError(
			"invalid-input",
			`tensor: shape [${shape.join(", ")}] has ${count} elements, got ${values.length}`,
		);
	}
	return { dtype, shape: [...shape], data: arrayOf(dtype, values) };
}

/** Float32 values, the common case. */
export function float32(shape: readonly number[], values: ArrayLike<number>): Tensor {
	return tensor("float32", shape, values);
}

/** Integer values, for token ids and other indices. */
export function int64(shape: readonly number[], values: ArrayLike<number | bigint>): Tensor {
	return tensor("int64", shape, values);
}

/** A tensor of zeros. */
export function zeros(dtype: DType, shape: readonly number[]): Tensor {
	return { dtype, shape: [...shape], data: new DTYPES[dtype].array(elementCount(shape)) };
}

/** The tensor in memory of its own, whatever kind of memory it was in. */
export function copyOf({ dtype, shape, data }: Tensor): Tensor {
	const bytes = new Uint8Array(data.byteLength);
	bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
	return { dtype, shape, data: new DTYPES[dtype].array(bytes.buffer) };
}

/** The elements as numbers, 64-bit integers included. */
export function numbersOf(data: TensorData): Float64Array {
	return data instanceof BigInt64Array ? Float64Array.from(data, Number) : Float64Array.from(data);
}

function arrayOf(dtype: DType, values: ArrayLike<number | bigint>): TensorData {
	const { array } = DTYPES[dtype];
	if (values instanceof array) return values;
	if (array === BigInt64Array) return BigInt64Array.from(Array.from(values, toBigInt));
	const data = new array(values.length) as Exclude<TensorData, BigInt64Array>;
	for (let i = 0; i < values.length; i++) data[i] = Number(values[i]);
	return data;
}

function toBigInt(value: number | bigint): bigint {
	if (typeof value === "number" && !Number.isSafeInteger(value)) {
		throw new OnevisionError("invalid-input", `tensor: int64 takes whole numbers, got ${value}`);
	}
	return BigInt(value);
}
