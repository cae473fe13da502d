/** Quantized weights: rounding within half a step, files made once that models map, and what is refused. */

import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32 } from "@onevision/base";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accuracyOf } from "../accuracy.ts";
import { Graph } from "../graph.ts";
import { declareProjection, project } from "../layers/projection.ts";
import { encodeModel } from "../onnx/model.ts";
import { BLOCK, dequantize, type QuantizedFormat, quantize, quantizedNames } from "../quantize.ts";
import { createRandom } from "../random.ts";
import { encodeSafetensors, entryOf } from "../safetensors.ts";
import { quantizedWeights } from "./quantized.ts";
import { nodeRuntime } from "./runtime.ts";
import { externalWeights, openWeights, storedTensor } from "./weights.ts";

const FORMATS: readonly QuantizedFormat[] = ["int4", "int8", "int8-columns"];

let root = "";
beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), "onevision-quantized-"));
});
afterAll(() => rm(root, { recursive: true }));

test.each(FORMATS)("%s rounds each element within a step of its block", (format) => {
	const matrix = fc.tuple(
		fc.integer({ min: 1, max: 4 }),
		fc.integer({ min: 1, max: 70 }),
		fc.integer({ min: 0, max: 2 ** 30 }),
	);
	fc.assert(
		fc.property(matrix, ([rows, cols, seed]) => {
			const random = createRandom(seed);
			const values = Float32Array.from({ length: rows * cols }, () => random.normal());
			const rounded = dequantize(quantize(values, rows, cols, format), rows, cols, format);
			const [width, codes] = format === "int8-columns" ? [cols, 127] : [BLOCK, format === "int4" ? 8 : 128];
			for (const [i, value] of values.entries()) {
				const row = Math.floor(i / cols) * cols;
				const start = row + Math.floor((i - row) / width) * width;
				const block = values.subarray(start, Math.min(start + width, row + cols));
				const most = block.reduce((largest, each) => Math.max(largest, Math.abs(each)), 0);
				// The code opposite to the largest magnitude is cut: a whole step at most.
				expect(Math.abs(value - (rounded[i] ?? 0))).toBeLessThanOrEqual((most / codes) * 1.0001);
			}
		}),
		{ numRuns: 30 },
	);
	expect(dequantize(quantize(new Float32Array(40), 1, 40, format), 1, 40, format)).toEqual(
		new Float32Array(40),
	);
});

test.each(FORMATS)("%s: a model maps the file, which is made once", async (format) => {
	const random = createRandom(3);
	const [inputs, outputs] = [48, 6];
	const drawn = (...shape: number[]) =>
		float32(
			shape,
			Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
		);
	const [weight, bias, x] = [drawn(outputs, inputs), drawn(outputs), drawn(5, inputs)];
	const tensors = new Map([
		["layer.weight", entryOf(weight)],
		["layer.bias", entryOf(bias)],
		["table", entryOf(drawn(3, 3))],
	]);
	const path = join(root, `${format}.safetensors`);
	await writeFile(path, encodeSafetensors({ tensors, metadata: {} }));
	const options = {
		recipe: format,
		folder: join(root, format),
		formatOf: (name: string) => (name === "layer.weight" ? format : undefined),
		leavesOut: (name: string) => name === "table",
	};
	const made = await quantizedWeights(await openWeights(path), options);
	const names = quantizedNames("layer.weight", format);
	expect([...made.tensors.keys()].sort()).toEqual(["layer.bias", names.weight, names.scales].sort());
	const { ino } = await stat(made.files[0] as string);
	const again = await quantizedWeights(await openWeights(path), options);
	expect((await stat(again.files[0] as string)).ino).toBe(ino);

	const graph = new Graph();
	const layer = declareProjection(graph, "layer", { inputs, outputs, hasBias: true, precision: format });
	const y = project(graph.input("x", "float32", ["rows", inputs]), layer);
	const stored = ["layer.bias", names.weight, names.scales].map(
		(name) => [name, storedTensor(made, name)] as const,
	);
	const { external, folder } = externalWeights(Object.fromEntries(stored));
	const program = await nodeRuntime({ threads: 1 }).load(encodeModel({ y }, { external }), { folder });
	const { y: actual } = await program.run({ x });
	await program.close();
	const exact = Array.from({ length: 5 * outputs }, (_, i) => {
		const [row, col] = [Math.floor(i / outputs), i % outputs];
		const products = Array.from(
			{ length: inputs },
			(_, k) => (x.data[row * inputs + k] ?? 0) * (weight.data[col * inputs + k] ?? 0),
		);
		return products.reduce((sum, each) => sum + each, bias.data[col] ?? 0);
	});
	const { relativeRms, topOneEqual, rows } = accuracyOf(actual?.data as Float32Array, exact, outputs);
	expect(rows).toBe(5);
	expect(topOneEqual).toBeGreaterThan(0.5);
	expect(relativeRms).toBeLessThan(format === "int4" ? 0.12 : 0.02);
});

test("what cannot be quantized or compared", async () => {
	const path = join(root, "vector.safetensors");
	await writeFile(
		path,
		encodeSafetensors({ tensors: new Map([["a", entryOf(float32([2], [1, 2]))]]), metadata: {} }),
	);
	const weights = await openWeights(path);
	await expect(quantizedWeights(weights, { recipe: "a", formatOf: () => "int8" })).rejects.toThrow(
		"quantize: a is F32 [2]; weights [out, in] of floats can be quantized",
	);
	expect(() => accuracyOf([1], [1, 2], 1)).toThrow("accuracy: 1 and 2 elements in rows of 1");
	expect(accuracyOf([1, 2, 4, 3], [1, 2, 3, 4], 2)).toEqual({
		largest: 1,
		relativeRms: Math.sqrt(2 / 30),
		topOneEqual: 0.5,
		rows: 2,
	});
});
