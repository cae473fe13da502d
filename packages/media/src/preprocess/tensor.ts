/** Tensors as plain data: what processors hand out, ready for safetensors, onnxruntime or a typed array of your own. */

export const FLOAT_TYPES = ["float32", "float16", "bfloat16"] as const;
export type FloatType = (typeof FLOAT_TYPES)[number];

/** Half-precision numbers are kept as their bits. */
export interface FloatTensor {
	readonly dtype: FloatType;
	readonly shape: readonly number[];
	readonly data: Float32Array | Uint16Array;
}

export interface IntegerTensor {
	readonly dtype: "int64";
	readonly shape: readonly number[];
	readonly data: BigInt64Array;
}

export type Tensor = FloatTensor | IntegerTensor;
export type TensorData = Tensor["data"];

/** Most elements of one tensor in memory: 8 GiB of float32. */
export const MAX_ELEMENTS = 2 ** 31;

export function elementsOf(shape: readonly number[]): number {
	return shape.reduce((product, side) => product * side, 1);
}

/** `Buffer.allocUnsafeSlow` gives at least as many. */
const MOST_UNSAFE_BYTES = 2 ** 31;

/** Memory that a tensor fills: on Node with anything in it, since zeros would be written only to be overwritten. */
export function newMemory(bytes: number): ArrayBuffer {
	const { Buffer: node } = globalThis as { Buffer?: typeof Buffer };
	if (node?.allocUnsafeSlow === undefined || bytes > MOST_UNSAFE_BYTES) return new ArrayBuffer(bytes);
	const { buffer, byteOffset } = node.allocUnsafeSlow(bytes);
	return byteOffset === 0 && buffer.byteLength === bytes ? buffer : new ArrayBuffer(bytes);
}

export function integers(shape: readonly number[], values: readonly number[]): IntegerTensor {
	return { dtype: "int64", shape, data: BigInt64Array.from(values, BigInt) };
}

/** Numbers as `dtype` stores them, rounded half to even: values of float32, bits of the half types. */
export function stored(dtype: FloatType, values: Float32Array): Float32Array | Uint16Array {
	if (dtype === "float32") return values;
	return Uint16Array.from(values, dtype === "bfloat16" ? toBfloat16 : toFloat16);
}

const scratch = new DataView(new ArrayBuffer(4));

function bitsOf(value: number): number {
	scratch.setFloat32(0, value);
	return scratch.getUint32(0);
}

/** The upper 16 bits of a float32, rounded half to even. */
export function toBfloat16(value: number): number {
	const bits = bitsOf(value);
	if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
	return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** A number after a round trip through bfloat16. */
export function roundToBfloat16(value: number): number {
	scratch.setUint32(0, (toBfloat16(value) << 16) >>> 0);
	return scratch.getFloat32(0);
}

/** IEEE 754 binary16, rounded half to even; too large becomes infinite, too small subnormal or zero. */
export function toFloat16(value: number): number {
	const bits = bitsOf(value);
	const sign = (bits >>> 16) & 0x8000;
	const exponent = (bits >>> 23) & 0xff;
	const fraction = bits & 0x7fffff;
	if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200 | (fraction >>> 13));
	const scaled = exponent - 127 + 15;
	if (scaled >= 31) return sign | 0x7c00;
	if (scaled < -10) return sign;
	// A subnormal has no leading one of its own and loses as many bits as its exponent is short.
	const significand = scaled <= 0 ? fraction | 0x800000 : fraction;
	const dropped = scaled <= 0 ? 14 - scaled : 13;
	const kept = (scaled <= 0 ? 0 : scaled << 10) + (significand >>> dropped);
	const rest = significand & (2 ** dropped - 1);
	const half = 2 ** (dropped - 1);
	return sign | (kept + (rest > half || (rest === half && kept % 2 === 1) ? 1 : 0));
}
