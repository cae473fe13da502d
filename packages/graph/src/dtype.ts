/** Element types of tensors: their ONNX codes (onnx.proto3, TensorProto.DataType) and JavaScript arrays. */

export const DTYPES = {
	float32: { onnx: 1, bytes: 4, float: true, array: Float32Array },
	float64: { onnx: 11, bytes: 8, float: true, array: Float64Array },
	int32: { onnx: 6, bytes: 4, float: false, array: Int32Array },
	int64: { onnx: 7, bytes: 8, float: false, array: BigInt64Array },
	bool: { onnx: 9, bytes: 1, float: false, array: Uint8Array },
} as const satisfies Record<string, DTypeFacts>;

interface DTypeFacts {
	/** TensorProto.DataType. */
	readonly onnx: number;
	/** Bytes of one element. */
	readonly bytes: number;
	readonly float: boolean;
	readonly array:
		| Float32ArrayConstructor
		| Float64ArrayConstructor
		| Int32ArrayConstructor
		| BigInt64ArrayConstructor
		| Uint8ArrayConstructor;
}

export type DType = keyof typeof DTYPES;

export const DTYPE_NAMES = Object.keys(DTYPES) as readonly DType[];

/** Elements of a tensor: 64-bit integers as BigInt, booleans as 0 and 1. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** The dtype with this ONNX code, if it is one of ours. */
export function dtypeOfOnnx(code: number): DType | undefined {
	return DTYPE_NAMES.find((name) => DTYPES[name].onnx === code);
}

export function isFloat(dtype: DType): boolean {
	return DTYPES[dtype].float;
}
