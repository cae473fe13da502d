/** Files: what is written is read again, damaged ones are refused in one line. */

import { float32, int64, OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gradientsOf } from "../gradients/gradients.ts";
import { Graph } from "../graph.ts";
import { nodeRuntime } from "../node/runtime.ts";
import * as ops from "../ops.ts";
import { createRandom } from "../random.ts";
import { CASES } from "../testing/cases.ts";
import { prepare } from "../testing/check.ts";
import { xorGraph } from "../testing/xor.ts";
import { mermaidOf, textOf } from "../text.ts";
import { decodeModel, encodeModel } from "./model.ts";

test("every operator case survives writing and reading", () => {
	for (const { build, ...options } of CASES) {
		const { values } = prepare(build, options);
		const bytes = encodeModel(Object.fromEntries(values.map((value, i) => [`out${i}`, value])));
		const { graph, outputs } = decodeModel(bytes);
		expect(Object.values(outputs).map(({ dims, dtype }) => ({ dims, dtype }))).toEqual(
			values.map(({ dims, dtype }) => ({ dims, dtype })),
		);
		const again = encodeModel(outputs);
		expect(Buffer.from(encodeModel(decodeModel(again).outputs)).equals(Buffer.from(again))).toBe(true);
		expect(graph.name).toBe("check");
	}
});

test("weights stored in a file are no longer inputs", async () => {
	const { logits } = xorGraph(1);
	const weights = { "hidden.bias": float32([16], new Float32Array(16).fill(0.5)) };
	const program = await nodeRuntime({ threads: 1 }).load(encodeModel({ logits }, { weights }));
	expect(program.inputs).toEqual(["x", "hidden.weight", "out.weight"]);
	await program.close();
	expect(() =>
		encodeModel({ logits }, { weights: { "hidden.bias": float32([1], [0]) } }),
	).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: model: hidden.bias is float32 [16], the weight float32 [1]]`,
	);
});

test("outputs take the names they are given, twice or of an input too", async () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", [2]);
	const double = ops.Mul(x, 2);
	const model = encodeModel({ first: double, second: double, same: x, x });
	const program = await nodeRuntime({ threads: 1 }).load(model);
	const { first, second, same } = await program.run({ x: float32([2], [1, 2]) });
	await program.close();
	for (const output of [first, second]) expect(output?.data).toEqual(Float32Array.of(2, 4));
	expect(same?.data).toEqual(Float32Array.of(1, 2));
	expect(() => encodeModel({ x: double })).toThrow(OnevisionError);
});

test("a runtime refuses feeds it does not know, and models that are none", async () => {
	const graph = new Graph();
	const program = await nodeRuntime({ threads: 1 }).load(
		encodeModel({ y: ops.Neg(graph.input("x", "float32", [2])) }),
	);
	const x = float32([2], [1, 2]);
	await expect(program.run({})).rejects.toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: run: x is not fed]`,
	);
	await expect(program.run({ x, z: x })).rejects.toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: run: the model has no input z; it has x]`,
	);
	await expect(program.run({ x: int64([2], [1, 2]) })).rejects.toMatchObject({
		code: "shape-mismatch",
		message: "run: x is float32 [2], got int64 [2]",
	});
	await program.close();
	await expect(nodeRuntime().load(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: "runtime" });
	expect(() => nodeRuntime({ threads: 0 })).toThrow(OnevisionError);
});

function sampleModel(): Uint8Array {
	const { graph, sum } = xorGraph(4);
	const gradients = gradientsOf(sum, graph.parameters);
	return encodeModel(Object.fromEntries(gradients.map((value, i) => [`g${i}`, value])));
}

function expectModelOrRefusal(bytes: Uint8Array): void {
	try {
		decodeModel(bytes);
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		expect(error.message).not.toContain("\n");
	}
}

test("damaged files give a graph or a refusal, never anything else", () => {
	const model = sampleModel();
	const random = createRandom(5);
	for (let run = 0; run < 1500; run++) {
		const bytes = model.slice();
		for (let change = 0; change <= random.integer(4); change++) {
			bytes[random.integer(bytes.length)] = random.integer(2)
				? random.integer(256)
				: ([0, 1, 0x7f, 0x80, 0xff][random.integer(5)] ?? 0);
		}
		expectModelOrRefusal(random.integer(6) === 0 ? bytes.subarray(0, random.integer(bytes.length)) : bytes);
	}
	fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectModelOrRefusal));
});

test("what is refused, and how", () => {
	const refuse = (bytes: Uint8Array) => {
		try {
			decodeModel(bytes);
			return undefined;
		} catch (error) {
			return `${(error as OnevisionError).code}: ${(error as Error).message}`;
		}
	};
	const model = encodeModel({ y: ops.Neg(new Graph().input("x", "float32", [2, 3])) });
	expect([
		refuse(new Uint8Array()),
		refuse(new TextEncoder().encode("not a model")),
		refuse(model.subarray(0, 40)),
	]).toMatchInlineSnapshot(`
		[
		  "unreadable-file: onnx: it has no graph; the file is damaged or not an ONNX model",
		  "unreadable-file: onnx: illegal tag: field no 13 wire type 6; the file is damaged or not an ONNX model",
		  "unreadable-file: onnx: a message of 65 bytes runs past the end; the file is damaged or not an ONNX model",
		]
	`);
});

test("a dump and an image", () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", { batch: 2, features: 3 });
	const y = ops.Gelu(ops.Add(ops.Gemm(x, graph.parameter("w", [3, 4]), undefined, { alpha: 0.5 }), 1));
	expect(textOf({ y })).toMatchInlineSnapshot(`
		"input x: float32[batch 2, features 3]
		parameter w: float32[3, 4]
		Gemm_2: float32[batch 2, 4] = Gemm(x, w) {alpha: 0.5}
		Add_4: float32[batch 2, 4] = Add(Gemm_2, 1)
		Gelu_5: float32[batch 2, 4] = Gelu(Add_4)
		output y = Gelu_5
		"
	`);
	expect(mermaidOf({ y })).toMatchInlineSnapshot(`
		"flowchart TD
			v0(["x<br>float32[batch 2, features 3]"])
			v1(["w<br>float32[3, 4]"])
			n0["Gemm"]
			v0 -->|"[batch 2, features 3]"| n0
			v1 -->|"[3, 4]"| n0
			n1["Add"]
			n0 -->|"[batch 2, 4]"| n1
			n2["Gelu"]
			n1 -->|"[batch 2, 4]"| n2
			n2 --> o0(["y"])
		"
	`);
});
