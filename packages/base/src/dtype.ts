/**
 * Element types of tensors. Sources: onnx.proto3 (TensorProto.DataType) for the codes, the format description of
 * huggingface/safetensors for the names.
 */

/** Half-precision floats are kept as their bits, 64-bit integers as BigInt, booleans as 0 and 1. */
export const DTYPES = {
	float32: { onnx: 1, safetensors: "F32", bytes: 4, array: Float32Array },
	float64: { onnx: 11, safetensors: "F64", bytes: 8, array: Float64Array },
	float16: { onnx: 10, safetensors: "F16", bytes: 2, array: Uint16Array },
	bfloat16: { onnx: 16, safetensors: "BF16", bytes: 2, array: Uint16Array },
	int8: { onnx: 3, safetensors: "I8", bytes: 1, array: Int8Array },
	uint8: { onnx: 2, safetensors: "U8", bytes: 1, array: Uint8Array },
	int32: { onnx: 6, safetensors: "I32", bytes: 4, array: Int32Array },
	int64: { onnx: 7, safetensors: "I64", bytes: 8, array: BigInt64Array },
	bool: { onnx: 9, safetensors: "BOOL", bytes: 1, array: Uint8Array },
} as const satisfies Record<keyof DataByDType, DTypeFacts>;

interface DTypeFacts {
	/** TensorProto.DataType. */
	readonly onnx: number;
	/** The format's name of it. */
	readonly safetensors: string;
	/** Bytes of one element. */
	readonly bytes: number;
	/** What its elements are kept in. */
	readonly array:
		| Float32ArrayConstructor
		| Float64ArrayConstructor
		| Uint16ArrayConstructor
		| Int8ArrayConstructor
		| Uint8ArrayConstructor
		| Int32ArrayConstructor
		| BigInt64ArrayConstructor;
}

/** The same arrays as types, over any kind of memory. */
interface DataByDType {
	float32: Float32Array;
	float64: Float64Array;
	float16: Uint16Array;
	bfloat16: Uint16Array;
	int8: Int8Array;
	uint8: Uint8Array;
	int32: Int32Array;
	int64: BigInt64Array;
	bool: Uint8Array;
}

export type DType = keyof typeof DTYPES;

export const DTYPE_NAMES = Object.keys(DTYPES) as readonly DType[];

/** The array that elements of a dtype are kept in. */
export type DataOf<D extends DType> = DataByDType[D];

export type TensorData = DataOf<DType>;

export function isDType(name: string): name is DType {
	return Object.hasOwn(DTYPES, name);
}

/** The dtype with this ONNX code, or `undefined` when the table has none. */
export function dtypeOfOnnx(code: number): DType | undefined {
	return DTYPE_NAMES.find((name) => DTYPES[name].onnx === code);
}
