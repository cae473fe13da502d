/** The tensors that processors make, and their memory. */

import type { DType, Tensor } from "@onevision/base";

/** Types in which pixels may be stored. */
export const FLOAT_TYPES = ["float32", "float16", "bfloat16"] as const satisfies readonly DType[];
export type FloatType = (typeof FLOAT_TYPES)[number];

export type FloatTensor = Tensor<FloatType>;
export type IntegerTensor = Tensor<"int64">;

/** Pixels, or integers such as masks, counts and positions. */
export type ProcessedTensor = FloatTensor | IntegerTensor;
export type ProcessedData = ProcessedTensor["data"];

/** Maximum elements of one tensor in memory: 8 GiB of float32. */
export const MAX_ELEMENTS = 2 ** 31;

/** `Buffer.allocUnsafeSlow` supports at least this much. */
const MAX_UNSAFE_BYTES = 2 ** 31;

/** Memory for a tensor. Not zeroed on Node, since every byte is overwritten. */
export function newMemory(bytes: number): ArrayBuffer {
	const { Buffer: node } = globalThis as { Buffer?: typeof Buffer };
	if (node?.allocUnsafeSlow === undefined || bytes > MAX_UNSAFE_BYTES) return new ArrayBuffer(bytes);
	const { buffer, byteOffset } = node.allocUnsafeSlow(bytes);
	return byteOffset === 0 && buffer.byteLength === bytes ? buffer : new ArrayBuffer(bytes);
}
