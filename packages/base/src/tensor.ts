/** Tensors as plain data: what processors hand out, graphs take and give, and safetensors files hold. */

import { type DataOf, DTYPES, type DType, type TensorData } from "./dtype.ts";
import { OnevisionError } from "./errors.ts";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "./half.ts";

/** Row-major elements with their shape. `data` has as many elements as the product of `shape`. */
export interface Tensor<D extends DType = DType> {
	readonly dtype: D;
	readonly shape: readonly number[];
	readonly data: DataOf<D>;
}

export function elementCount(shape: readonly number[]): number {
	return shape.reduce((product, size) => product * size, 1);
}

/**
 * A tensor of numbers. An array of the dtype's own kind is kept, not copied; for half types that is their bits, other
 * numbers are rounded. `int64` values must be safe integers. Throws `invalid-input` when the count does not fit the shape.
 */
export function tensor<D extends DType>(
	dtype: D,
	shape: readonly number[],
	values: ArrayLike<number | bigint> | TensorData,
): Tensor<D> {
	const count = elementCount(shape);
	if (values.length !== count) {
		throw new OnevisionError(
			"invalid-input",
			`tensor: shape [${shape.join(", ")}] has ${count} elements, got ${values.length}`,
		);
	}
	return { dtype, shape: [...shape], data: dataOf(dtype, values) as DataOf<D> };
}

/** Float32 values. */
export function float32(shape: readonly number[], values: ArrayLike<number>): Tensor<"float32"> {
	return tensor("float32", shape, values);
}

/** Integers, for token ids and other indices. */
export function int64(shape: readonly number[], values: ArrayLike<number | bigint>): Tensor<"int64"> {
	return tensor("int64", shape, values);
}

/** A tensor of zeros. */
export function zeros<D extends DType>(dtype: D, shape: readonly number[]): Tensor<D> {
	return { dtype, shape: [...shape], data: new DTYPES[dtype].array(elementCount(shape)) as DataOf<D> };
}

/** The tensor in memory of its own, whatever kind of memory it was in. */
export function copyOf<D extends DType>({ dtype, shape, data }: Tensor<D>): Tensor<D> {
	const bytes = new Uint8Array(data.byteLength);
	bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
	return { dtype, shape, data: new DTYPES[dtype].array(bytes.buffer) as DataOf<D> };
}

/** The elements as numbers: half types decoded, 64-bit integers rounded to float64. */
export function numbersOf({ dtype, data }: Tensor): Float64Array {
	if (data instanceof BigInt64Array) return Float64Array.from(data, Number);
	if (dtype === "float16") return Float64Array.from(data, fromFloat16);
	if (dtype === "bfloat16") return Float64Array.from(data, fromBfloat16);
	return Float64Array.from(data);
}

function dataOf(dtype: DType, values: ArrayLike<number | bigint>): TensorData {
	const { array } = DTYPES[dtype];
	if (values instanceof array) return values;
	if (array === BigInt64Array) return BigInt64Array.from(Array.from(values, toBigInt));
	const data = new array(values.length) as Exclude<TensorData, BigInt64Array>;
	const encode = ENCODE[dtype];
	for (let i = 0; i < values.length; i++) data[i] = encode(Number(values[i]));
	return data;
}

const same = (value: number): number => value;

/** A number as an element of the dtype's array. */
const ENCODE = {
	float32: same,
	float64: same,
	float16: toFloat16,
	bfloat16: toBfloat16,
	int8: same,
	uint8: same,
	int32: same,
	int64: same,
	bool: same,
} as const satisfies Record<DType, (value: number) => number>;

function toBigInt(value: number | bigint): bigint {
	if (typeof value === "number" && !Number.isSafeInteger(value)) {
		throw new OnevisionError("invalid-input", `tensor: int64 takes safe integers and BigInts, got ${value}`);
	}
	return BigInt(value);
}
