/** Tensors of every dtype: numbers in, stored elements, numbers out. */

import { expect, test } from "vitest";
import { DTYPE_NAMES, DTYPES, type DType, dtypeOfOnnx } from "./dtype.ts";
import { OnevisionError } from "./errors.ts";
import { copyOf, float32, int64, numbersOf, tensor, zeros } from "./tensor.ts";

test.each(DTYPE_NAMES)("%s: numbers come back from its own array", (dtype) => {
	const made = tensor(dtype, [2, 2], [0, 1, 1, 0]);
	expect(made.data).toBeInstanceOf(DTYPES[dtype].array);
	expect(made.data.BYTES_PER_ELEMENT).toBe(DTYPES[dtype].bytes);
	expect([...numbersOf(made)]).toEqual([0, 1, 1, 0]);
	expect([...numbersOf(zeros(dtype, [3]))]).toEqual([0, 0, 0]);
	expect(dtypeOfOnnx(DTYPES[dtype].onnx)).toBe(dtype);
});

test("half types round numbers and keep bits", () => {
	expect([...numbersOf(tensor("float16", [3], [1, -0.1, 70_000]))]).toEqual([1, -0.0999755859375, Infinity]);
	expect([...numbersOf(tensor("bfloat16", [2], [1.00390625, -3]))]).toEqual([1, -3]);
	const bits = Uint16Array.of(0x3c00);
	expect(tensor("float16", [1], bits).data).toBe(bits);
	expect([...numbersOf(tensor("float16", [1], Float32Array.of(0.5)))]).toEqual([0.5]);
});

test("an array of its own kind is kept, a copy has memory of its own", () => {
	const data = Float32Array.of(1, 2);
	const made = float32([2], data);
	expect(made.data).toBe(data);
	const copy = copyOf(float32([1], new Float32Array(new SharedArrayBuffer(4))));
	expect(copy.data.buffer).toBeInstanceOf(ArrayBuffer);
	expect(copyOf(made)).toEqual(made);
	expect(copyOf(made).data.buffer).not.toBe(data.buffer);
});

test("codes of ONNX and names of safetensors are unique", () => {
	for (const key of ["onnx", "safetensors"] as const) {
		expect(new Set(DTYPE_NAMES.map((name: DType) => DTYPES[name][key])).size).toBe(DTYPE_NAMES.length);
	}
	expect(dtypeOfOnnx(99)).toBeUndefined();
});

test.each([
	[() => float32([2], [1]), "tensor: shape [2] has 2 elements, got 1"],
	[() => int64([1], [0.5]), "tensor: int64 takes safe integers and BigInts, got 0.5"],
	[() => int64([1], [2 ** 60]), "tensor: int64 takes safe integers and BigInts, got 1152921504606847000"],
])("refused: %#", (make, message) => {
	expect(make).toThrow(new OnevisionError("invalid-input", message));
});
