/** Tensors made from pieces: in new memory, in reused memory, and when there is too little memory. */

import { expect, test } from "vitest";
import { constant, makeTensors, type TensorPlan } from "./pieces.ts";

const plan = (
	dtype: TensorPlan["dtype"],
	shape: readonly number[],
	values: readonly (0 | 1)[],
): TensorPlan => ({
	dtype,
	shape,
	pieces: values.map((value) => constant(shape.reduce((a, b) => a * b, 1) / values.length, value)),
});

test("pieces are contiguous, whatever the memory held before", () => {
	const first = makeTensors({ a: plan("float32", [2, 2], [1, 0]), b: plan("int64", [2], [0, 1]) }, []);
	expect(first.a?.data).toEqual(Float32Array.of(1, 1, 0, 0));
	expect(first.b?.data).toEqual(BigInt64Array.of(0n, 1n));
	const again = makeTensors({ a: plan("float32", [2], [0, 1]), b: plan("int64", [3], [1]) }, [], first);
	expect(again.a?.data).toEqual(Float32Array.of(0, 1));
	expect(again.a?.data.buffer).toBe(first.a?.data.buffer);
	expect(again.b?.data.buffer).not.toBe(first.b?.data.buffer);
});

test("fills integers to the end and not beyond", () => {
	for (let elements = 0; elements <= 9; elements++) {
		const data = new BigInt64Array(12).fill(7n);
		constant(elements, 1).write(data, 2, []);
		const expected = [7, 7, ...Array(elements).fill(1), ...Array(10 - elements).fill(7)];
		expect([...data]).toEqual(expected.map(BigInt));
	}
});

test("refuses an impossible tensor in one line", () => {
	const shape = [2 ** 16, 2 ** 16];
	expect(() => makeTensors({ a: plan("float32", shape, [0]) }, [])).toThrow(
		expect.objectContaining({
			code: "over-limit",
			message:
				"a tensor of [65536, 65536] is larger than 2147483648 numbers: take fewer files at once, or of a video fewer frames",
		}),
	);
});

test("pieces that do not add up to the shape are an internal error", () => {
	const short = { ...plan("float32", [2], [1]), shape: [3] };
	expect(() => makeTensors({ a: short }, [])).toThrow("internal: a of [3] is planned with 2 elements");
	const missing: TensorPlan = {
		dtype: "float32",
		shape: [1],
		pieces: [{ elements: 1, imageIndices: [4], write: () => undefined }],
	};
	expect(() => makeTensors({ a: missing }, [])).toThrow("internal: a needs image 4");
});
