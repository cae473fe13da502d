/** Dynamic sizes: arithmetic on them, inference, what is refused, and one graph run at several sizes. */

import { float32, int64, numbersOf, type Tensor } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bindSizes } from "./bind.ts";
import {
	addExtents,
	divideExtents,
	evaluateExtent,
	extentOf,
	floorDivideExtent,
	multiplyExtents,
	subtractExtents,
} from "./extent.ts";
import { gradientsOf } from "./gradients/gradients.ts";
import { Graph } from "./graph.ts";
import { attention, mergeHeads, splitHeads } from "./layers/attention.ts";
import { linear } from "./layers/linear.ts";
import { nodeRuntime } from "./node/runtime.ts";
import { decodeModel, encodeModel } from "./onnx/model.ts";
import * as ops from "./ops.ts";
import { evaluate } from "./reference/evaluate.ts";
import { formatDims } from "./shape.ts";
import { relative } from "./testing/check.ts";
import { textOf } from "./text.ts";
import type { Value } from "./value.ts";

test.each([
	["seq+past", "past + seq"],
	["2*b*a - a*b + 3 - 3", "a*b"],
	["a - a", 0],
	["-x + 4", "-x + 4"],
	["floor(2*x + 1, 4) * 2", "2*floor(2*x + 1, 4)"],
])("%s is %s", (text, expected) => {
	expect(extentOf(text)).toBe(expected);
});

test.each(["", "a b", "a +", "(a)", "3x", "a/2", "-", "a**b", "x".repeat(600)])("%j is no size", (text) => {
	expect(() => extentOf(text)).toThrow(/is no size|must be/);
});

test("sizes compute as the numbers they stand for", () => {
	const extent = fc.oneof(
		fc.integer({ min: -9, max: 9 }),
		fc
			.array(
				fc.tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom("a", "b", "a*b", "a*a", "floor(a + 1, 2)")),
				{ minLength: 1, maxLength: 3 },
			)
			.map((terms) => addExtents(...terms.map(([by, name]) => multiplyExtents(by, name)))),
	);
	const sizes = new Map([
		["a", 7],
		["b", 10],
	]);
	const at = (value: string | number | undefined) =>
		value === undefined ? Number.NaN : evaluateExtent(value, sizes);
	fc.assert(
		fc.property(extent, extent, fc.integer({ min: 1, max: 5 }), (x, y, n) => {
			const [left = 0, right = 0] = [at(x), at(y)];
			expect(at(addExtents(x, y))).toBe(left + right);
			expect(at(subtractExtents(x, y))).toBe(left - right);
			expect(at(multiplyExtents(x, y))).toBe(left * right || 0);
			expect(at(floorDivideExtent(x, n))).toBe(Math.floor(left / n));
			expect(extentOf(addExtents(x, y))).toBe(addExtents(y, x));
			const quotient = divideExtents(multiplyExtents(x, y), y);
			if (quotient !== undefined || typeof y === "number")
				expect(y === 0 ? 0 : quotient).toBe(y === 0 ? 0 : x);
		}),
	);
});

const dims = (value: Value | undefined) => formatDims(value?.dims ?? []);

test("shapes follow dynamic sizes", () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", ["batch", "seq", 8]);
	const past = graph.input("past", "float32", ["batch", "past", 8]);
	const all = ops.Concat([past, x], 1);
	expect(dims(all)).toBe("[batch, past + seq, 8]");
	expect(dims(linear(x, graph.parameter("w", [8, 3])))).toBe("[batch, seq, 3]");
	expect(dims(splitHeads(x, 4))).toBe("[batch, 4, seq, 2]");
	expect(dims(mergeHeads(splitHeads(x, 4)))).toBe("[batch, seq, 8]");
	expect(dims(ops.MatMul(x, ops.Transpose(all, [0, 2, 1])))).toBe("[batch, seq, past + seq]");
	expect(dims(ops.Reshape(x, [-1, 8]))).toBe("[batch*seq, 8]");
	expect(dims(ops.Reshape(x, ["batch", "seq", 2, 4]))).toBe("[batch, seq, 2, 4]");
	expect(dims(ops.Slice(all, [{ axis: 1, start: -1, end: 2 ** 31 }]))).toBe("[batch, 1, 8]");
	expect(dims(ops.Slice(all, [{ axis: 1, start: 1, end: -1 }]))).toBe("[batch, past + seq - 2, 8]");
	expect(dims(ops.Pad(x, [0, 1, 0], [0, 2, 0]))).toBe("[batch, seq + 3, 8]");
	const sizes = ops.Concat([ops.Shape(past, { start: 1, end: 2 }), ops.Shape(x, { start: 1, end: 2 })], 0);
	expect(ops.Split(all, sizes, 1).map(dims)).toEqual(["[batch, past, 8]", "[batch, seq, 8]"]);
	expect(ops.Split(all, graph.input("parts", "int64", [2]), 1).map(dims)).toEqual([
		"[batch, parts.0, 8]",
		"[batch, parts.1, 8]",
	]);
	const flat = ops.Concat(
		[ops.Mul(ops.Shape(x, { end: 1 }), ops.Shape(x, { start: 1, end: 2 })), graph.ints([8])],
		0,
	);
	expect(dims(ops.Reshape(x, flat))).toBe("[batch*seq, 8]");
	const image = graph.input("image", "float32", [1, 3, "rows", 28]);
	expect(dims(ops.Conv(image, graph.parameter("k", [5, 3, 14, 14]), undefined, { strides: [14, 14] }))).toBe(
		"[1, 5, floor(rows, 14), 2]",
	);
});

test("what does not fit is refused by name", () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", ["batch", "seq", 8]);
	const past = graph.input("past", "float32", ["batch", "past", 8]);
	const refusals = [
		() => ops.Add(x, past),
		() => ops.MatMul(x, ops.Transpose(past, [1, 2, 0])),
		() => ops.Concat([x, past], 2),
		() => ops.Reshape(x, ["batch", "past", 8]),
		() => ops.Reshape(x, ["a", "b", 8]),
		() => ops.Split(x, ops.Shape(past, { start: 1, end: 2 }), 1),
		() => ops.Slice(x, [{ axis: 1, start: 0, end: 4, step: 2 }]),
		() => ops.Expand(past, ["batch", "seq", 8]),
		() => attention(x, x, x),
		() => gradientsOf(ops.ReduceSum(x, { keepdims: false }), [x]),
		() => bindSizes({ x: ops.Neg(x) }, { batch: 1 }),
		() => evaluate([ops.Add(x, x)], { x: [1, 2] }),
		() => graph.input("z", "float32", ["a b"]),
	];
	const messages = refusals.map((refuse) => {
		try {
			refuse();
			return "nothing refused";
		} catch (error) {
			return `${(error as { code?: string }).code}: ${(error as Error).message}`;
		}
	});
	expect(messages).toMatchInlineSnapshot(`
		[
		  "shape-mismatch: Add: shapes do not broadcast: [batch, seq, 8] × [batch, past, 8]",
		  "shape-mismatch: MatMul: batch dimensions do not broadcast: [batch, seq, 8] × [past, 8, batch]",
		  "shape-mismatch: Concat: shapes must agree except along axis 2: [batch, seq, 8] × [batch, past, 8]",
		  "invalid-input: Reshape: [batch, seq, 8] to [batch, past, 8] needs sizes that a list cannot give; compute the shape with Shape and Concat",
		  "invalid-input: Reshape: [batch, seq, 8] to [a, b, 8] needs sizes that a list cannot give; compute the shape with Shape and Concat",
		  "shape-mismatch: Split: sizes [past] do not sum to axis 1: [batch, seq, 8] × [1]",
		  "shape-mismatch: Slice: axis 1 is dynamic, which takes step 1 only: [batch, seq, 8]",
		  "invalid-input: Expand: [batch, past, 8] to [batch, seq, 8] needs sizes that a list cannot give; compute the shape with Shape and Concat",
		  "invalid-input: x: [batch, seq, 8] has sizes known only when it runs, static ones are needed here; give them with bindSizes",
		  "not-differentiable: x: [batch, seq, 8] has sizes known only when it runs; gradients need static ones, give them with bindSizes",
		  "unknown-name: bindSizes: x [batch, seq, 8] needs a number for seq; given are batch",
		  "unknown-name: bindSizes: x [batch, seq, 8] needs a number for batch; given are none",
		  "invalid-input: shape: "a b" is no size; write a number, a name, or sums and products of them, "past + seq"",
		]
	`);
});

/** softmax(q·[past; new]ᵀ)·[values; new values] in two parts, as a cache that is only read needs it. */
function twoParts() {
	const graph = new Graph("two parts");
	const query = graph.input("query", "float32", ["seq", 4]);
	const [pastKey, pastValue] = ["past_key", "past_value"].map((name) =>
		graph.input(name, "float32", ["past", 4]),
	);
	const [key, value] = ["key", "value"].map((name) => graph.input(name, "float32", ["seq", 4]));
	const [oldKey, oldValue, newKey, newValue] = [pastKey, pastValue, key, value] as [
		Value,
		Value,
		Value,
		Value,
	];
	const scores = ops.Concat(
		[oldKey, newKey].map((each) => ops.Gemm(query, each, undefined, { transB: 1 })),
		1,
	);
	const sizes = ops.Concat([ops.Shape(oldKey, { end: 1 }), ops.Shape(newKey, { end: 1 })], 0);
	const [before, after] = ops.Split(ops.Softmax(scores), sizes, 1) as [Value, Value];
	return { y: ops.Add(ops.MatMul(before, oldValue), ops.MatMul(after, newValue)), scores };
}

function ramp(rows: number, scale: number): Tensor {
	return float32(
		[rows, 4],
		Float32Array.from({ length: rows * 4 }, (_, i) => Math.sin(i * scale + scale)),
	);
}

test("one model runs at every size as the reference does", async () => {
	const { y } = twoParts();
	const again = decodeModel(encodeModel({ y })).outputs;
	expect(textOf(again)).toBe(textOf({ y: Object.values(again)[0] as Value }));
	expect(dims(again.y)).toBe("[seq, 4]");
	const program = await nodeRuntime({ threads: 1 }).load(encodeModel({ y }));
	for (const [past, seq] of [
		[0, 3],
		[5, 1],
		[2, 2],
	] as const) {
		const feeds = {
			query: ramp(seq, 0.3),
			past_key: ramp(past, 0.7),
			past_value: ramp(past, 1.1),
			key: ramp(seq, 1.3),
			value: ramp(seq, 1.7),
		};
		const [expected = new Float64Array()] = evaluate([y], feeds);
		const { y: actual } = await program.run(feeds);
		expect(actual?.shape).toEqual([seq, 4]);
		expect(relative(numbersOf(actual as Tensor), expected)).toBeLessThan(1e-6);
	}
	const wrong = {
		query: ramp(1, 1),
		past_key: ramp(2, 1),
		past_value: ramp(3, 1),
		key: ramp(1, 1),
		value: ramp(1, 1),
	};
	await expect(program.run(wrong)).rejects.toMatchObject({
		code: "shape-mismatch",
		message: "run: past_value has 3 at axis 0, where past is 2 by the other inputs",
	});
	await program.close();
});

test("bound sizes make a graph that can be differentiated", () => {
	const { y } = twoParts();
	const bound = bindSizes({ y }, { past: 2, seq: 3 }).y as Value;
	expect(bound.shape).toEqual([3, 4]);
	const loss = ops.ReduceSum(ops.Mul(bound, bound), { keepdims: false });
	const [gradient] = gradientsOf(loss, [bound.graph.value("query")]);
	expect(gradient?.shape).toEqual([3, 4]);
});

test("parts whose sizes are fed", async () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", ["rows", 2]);
	const [head, tail] = ops.Split(x, graph.input("parts", "int64", [2]), 0) as [Value, Value];
	const outputs = { head: ops.Neg(head), tail };
	const feeds = { x: float32([3, 2], [1, 2, 3, 4, 5, 6]), parts: int64([2], [1, 2]) };
	expect(evaluate([outputs.head, outputs.tail], feeds).map((each) => [...each])).toEqual([
		[-1, -2],
		[3, 4, 5, 6],
	]);
	const program = await nodeRuntime({ threads: 1 }).load(encodeModel(outputs));
	const { tail: last } = await program.run(feeds);
	expect(last?.shape).toEqual([2, 2]);
	await program.close();
	expect(bindSizes(outputs, { rows: 3, "parts.0": 1, "parts.1": 2 }).head?.shape).toEqual([1, 2]);
});

test("a dump shows dynamic sizes, and files keep them", () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", { batch: 2, tokens: "seq", features: 3 });
	const y = ops.Reshape(ops.Softmax(x), [2, "seq", 3, 1]);
	expect(textOf({ y })).toMatchInlineSnapshot(`
		"input x: float32[batch 2, tokens seq, features 3]
		Softmax_1: float32[batch 2, tokens seq, features 3] = Softmax(x) {axis: -1}
		Reshape_3: float32[batch 2, tokens seq, features 3, 1] = Reshape(Softmax_1, [2, 0, 3, 1]) {allowzero: 0}
		output y = Reshape_3
		"
	`);
	const { outputs } = decodeModel(encodeModel({ y }));
	expect(outputs.y?.graph.inputs[0]?.dims).toEqual(x.dims);
});
