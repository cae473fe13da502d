/** The tensors that processors make, and the memory they fill. */

import type { DType, Tensor } from "@onevision/base";

/** What pixels may be stored as. */
export const FLOAT_TYPES = ["float32", "float16", "bfloat16"] as const satisfies readonly DType[];
export type FloatType = (typeof FLOAT_TYPES)[number];

export type FloatTensor = Tensor<FloatType>;
export type IntegerTensor = Tensor<"int64">;

/** Pixels, or integers such as masks, counts and positions. */
export type ProcessedTensor = FloatTensor | IntegerTensor;
export type ProcessedData = ProcessedTensor["data"];

/** Most elements of one tensor in memory: 8 GiB of float32. */
export const MAX_ELEMENTS = 2 ** 31;

/** `Buffer.allocUnsafeSlow` gives at least as many. */
const MAX_UNSAFE_BYTES = 2 ** 31;

/** Memory for a tensor; on Node it is not zeroed, since every byte is overwritten. */
export function newMemory(bytes: number): ArrayBuffer {
	const { Buffer: node } = globalThis as { Buffer?: typeof Buffer };
	if (node?.allocUnsafeSlow === undefined || bytes > MAX_UNSAFE_BYTES) return new ArrayBuffer(bytes);
	const { buffer, byteOffset } = node.allocUnsafeSlow(bytes);
	return byteOffset === 0 && buffer.byteLength === bytes ? buffer : new ArrayBuffer(bytes);
}
