/** Building: shapes with names, and refusals that show them. */

import { float32, int64, OnevisionError, tensor } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Graph } from "./graph.ts";
import { attention } from "./layers/attention.ts";
import { patchEmbedding } from "./layers/linear.ts";
import * as ops from "./ops.ts";
import { broadcastDims, type Dim, dimsOf, sizesOf } from "./shape.ts";

function values() {
	const graph = new Graph();
	return {
		graph,
		x: graph.input("x", "float32", { batch: 16, seq: 128, dim: 192 }),
		ids: graph.input("ids", "int64", { batch: 16, seq: 128 }),
		weight: graph.parameter("weight", { dim: 190, hidden: 768 }),
		matrix: graph.parameter("matrix", [192, 8]),
	};
}

test("names of dimensions follow the values", () => {
	const { x, ids, matrix } = values();
	const dimsText = (value: { dims: readonly Dim[] }) =>
		value.dims.map(({ size, name = "" }) => `${name}${size}`).join(" ");
	expect(dimsText(ops.MatMul(x, matrix))).toBe("batch16 seq128 8");
	expect(dimsText(ops.Add(x, 1))).toBe("batch16 seq128 dim192");
	expect(dimsText(ops.Transpose(x, [2, 0, 1]))).toBe("dim192 batch16 seq128");
	expect(dimsText(ops.Reshape(x, [16, 128, 6, 32]))).toBe("batch16 seq128 6 32");
	expect(dimsText(ops.Gather(matrix, ids))).toBe("batch16 seq128 8");
	expect(dimsText(ops.ReduceSum(x, { axes: [1] }))).toBe("batch16 1 dim192");
});

test("refusals show what does not fit", () => {
	const { graph, x, ids, weight, matrix } = values();
	const refusals = [
		() => ops.MatMul(x, weight),
		() => ops.Add(x, weight),
		() => ops.Add(x, ids),
		() => ops.Gemm(x, matrix),
		() => ops.Reshape(x, [5, -1]),
		() => ops.Concat([x, ops.Reshape(x, [16, 192, 128])], 0),
		() => ops.Split(x, [100, 90], 2),
		() => ops.Transpose(x, [0, 1]),
		() => ops.LayerNormalization(x, graph.scalar(1), weight),
		() => ops.Gather(x, matrix),
		() => ops.Softmax(x, 3),
		() => ops.Where(x, x, x),
		() => ops.ReduceMax(ops.Slice(x, [{ axis: 0, start: 0, end: 0 }])),
		() => ops.Gelu(x, { approximate: "sometimes" }),
		() => ops.Expand(x, [2 ** 20, 16, 128, 192]),
		() => ops.Add(1, 2),
		() => graph.input("x", "float32", [1]),
		() => graph.input("y", "float32", { batch: -1 }),
		() => ops.Add(x, new Graph().input("z", "float32", [1])),
		() => graph.value("nothing"),
		() =>
			patchEmbedding(graph.input("image", "float32", [1, 3, 30, 32]), graph.parameter("k", [8, 3, 16, 16])),
		() =>
			attention(
				...([5, 2, 2].map((heads, i) => graph.input(`h${i}`, "float32", [1, heads, 4, 8])) as [
					typeof x,
					typeof x,
					typeof x,
				]),
			),
		() => attention(x, x, x, { prefix: 2 }),
		() => tensor("int64", [1], [0.5]),
		() => float32([2, 2], [1, 2, 3]),
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
		  "shape-mismatch: MatMul: inner dimensions differ: [batch 16, seq 128, dim 192] × [dim 190, hidden 768]",
		  "shape-mismatch: Add: shapes do not broadcast: [batch 16, seq 128, dim 192] × [dim 190, hidden 768]",
		  "shape-mismatch: Add: input 1 (ids) must be float32, got int64",
		  "shape-mismatch: Gemm: operands have two dimensions: [batch 16, seq 128, dim 192] × [192, 8]",
		  "shape-mismatch: Reshape: cannot reshape to [5, -1], which has another number of elements: [batch 16, seq 128, dim 192]",
		  "shape-mismatch: Concat: shapes must agree except along axis 0: [batch 16, seq 128, dim 192] × [batch 16, 192, 128]",
		  "shape-mismatch: Split: sizes [100, 90] do not sum to axis 2: [batch 16, seq 128, dim 192]",
		  "shape-mismatch: Transpose: perm [0, 1] must name every axis once: [batch 16, seq 128, dim 192]",
		  "shape-mismatch: LayerNormalization: scale and bias must broadcast to the normalized axes: [batch 16, seq 128, dim 192] × [] × [dim 190, hidden 768]",
		  "shape-mismatch: Gather: input 1 (matrix) must be int64, got float32",
		  "invalid-input: Softmax: axis 3 is out of range for 3 dimensions",
		  "shape-mismatch: Where: input 0 (x) must be bool, got float32",
		  "shape-mismatch: ReduceMax: cannot reduce an empty axis: [0, seq 128, dim 192]",
		  "invalid-input: Gelu: approximate is "none" or "tanh", got sometimes",
		  "over-limit: Expand: shape: [1048576, batch 16, seq 128, dim 192] has 412316860416 elements; the limit is 2147483647",
		  "invalid-input: Add: one operand must be a value",
		  "invalid-input: graph: two values named x; names are unique",
		  "invalid-input: shape: batch must be an integer of at least 0, got -1",
		  "invalid-input: Add: z belongs to another graph",
		  "unknown-name: graph has no value named nothing",
		  "shape-mismatch: patchEmbedding: [1, 3, 30, 32] is not a multiple of the patches of [8, 3, 16, 16]",
		  "shape-mismatch: attention: 5 query heads are not a multiple of the heads of [1, 2, 4, 8]",
		  "invalid-input: attention: prefix 2 needs kind "causal", got full",
		  "invalid-input: tensor: int64 takes safe integers and BigInts, got 0.5",
		  "invalid-input: tensor: shape [2, 2] has 4 elements, got 3",
		]
	`);
});

test("constants of one value are shared", () => {
	const graph = new Graph();
	expect(graph.scalar(2)).toBe(graph.scalar(2));
	expect(graph.scalar(0)).not.toBe(graph.scalar(-0));
	expect(graph.ints([1, 2])).toBe(graph.ints([1, 2]));
	expect(graph.scalar(2, "int64")).not.toBe(graph.scalar(2));
	expect(int64([2], [1n, 2]).data).toEqual(BigInt64Array.of(1n, 2n));
});

test("equal nodes are one node, weights of one name are one parameter", () => {
	const { graph, x, matrix } = values();
	expect(ops.Mul(x, 2)).toBe(ops.Mul(x, 2));
	expect(ops.Mul(x, 2)).not.toBe(ops.Mul(x, 3));
	expect(ops.Gelu(x)).not.toBe(ops.Gelu(x, { approximate: "tanh" }));
	expect(ops.Identity(x)).not.toBe(ops.Identity(x));
	expect(graph.shared("matrix", [192, 8])).toBe(matrix);
	expect(() => graph.shared("matrix", [8, 192])).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: graph: matrix is a parameter [192, 8], not [8, 192]]`,
	);
	expect(() => graph.shared("x", [16, 128, 192])).toThrow(OnevisionError);
});

test("broadcasting is symmetric and keeps what it covers", () => {
	const shape = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 4 });
	fc.assert(
		fc.property(shape, shape, (a, b) => {
			const both = broadcastDims(dimsOf(a), dimsOf(b));
			const other = broadcastDims(dimsOf(b), dimsOf(a));
			expect(both && sizesOf(both)).toEqual(other && sizesOf(other));
			if (both === undefined) return;
			expect(sizesOf(broadcastDims(both, dimsOf(a)) ?? [])).toEqual(sizesOf(both));
		}),
	);
});
