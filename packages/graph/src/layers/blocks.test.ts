/** Blocks in every form: fused as standard, step by step as at once, quantized as their rounded weights. */

import { elementCount, float32, int64, type Tensor } from "@onevision/base";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gradientsOf } from "../gradients/gradients.ts";
import { Graph } from "../graph.ts";
import { type Inference, startInference } from "../node/inference.ts";
import { nodeRuntime } from "../node/runtime.ts";
import { encodeModel } from "../onnx/model.ts";
import * as ops from "../ops.ts";
import { dequantize, type QuantizedFormat, quantize, quantizedNames } from "../quantize.ts";
import { createRandom } from "../random.ts";
import { evaluate } from "../reference/evaluate.ts";
import { relative } from "../testing/check.ts";
import { buildDecoder, type DecoderSizes, rotaryRows } from "../testing/decoder.ts";
import { textOf } from "../text.ts";
import type { Value } from "../value.ts";
import { MASKED } from "./attention.ts";
import { fullAttention, type LayerForm, type Norm, sumOf, visionBlock } from "./blocks.ts";
import { cacheEntries } from "./cached-attention.ts";
import { declareProjection } from "./projection.ts";
import { windowedAttention } from "./windowed-attention.ts";

let session: Inference;
beforeAll(async () => {
	session = await startInference({ threads: 1, spin: false });
});
afterAll(() => session.close());

/** The same numbers for a name in every graph. */
function drawn(name: string, shape: readonly number[], deviation = 0.2): Tensor {
	const random = createRandom(
		[...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 2 ** 31,
	);
	return float32(
		shape,
		Float32Array.from({ length: elementCount(shape) }, () => random.normal() * deviation),
	);
}

const weightsOf = ({ parameters }: Graph) =>
	Object.fromEntries(parameters.map(({ name, shape }) => [name, drawn(name, shape)]));

function vision(
	form: LayerForm,
	kind: Norm["kind"],
	activation: "gelu_pytorch_tanh" | "quick_gelu" | "gelu",
) {
	const graph = new Graph("vision");
	const width = 24;
	const norm = (name: string): Norm => ({
		kind,
		scale: graph.shared(`${name}.weight`, [width]),
		...(kind === "layer" ? { bias: graph.shared(`${name}.bias`, [width]) } : {}),
		epsilon: 1e-6,
	});
	const layer = (name: string, inputs: number, outputs: number) =>
		declareProjection(graph, name, { inputs, outputs, hasBias: true });
	const weights = {
		norm1: norm("norm1"),
		query: layer("query", width, width),
		key: layer("key", width, width),
		value: layer("value", width, width),
		out: layer("out", width, width),
		norm2: norm("norm2"),
		up: layer("up", width, 40),
		down: layer("down", 40, width),
	};
	const x = graph.input("x", "float32", form === "fused" ? ["batch", "patches", width] : [2, 5, width]);
	const options = { heads: 3, activation, form };
	return { graph, x, y: sumOf(visionBlock(visionBlock({ x }, weights, options), weights, options)) };
}

test.each([
	["layer", "gelu_pytorch_tanh"],
	["rms", "quick_gelu"],
	["layer", "gelu"],
] as const)("a vision block with %s norms and %s is the same fused", async (kind, activation) => {
	const [standard, fused] = [vision("standard", kind, activation), vision("fused", kind, activation)];
	const feeds = { x: drawn("x", [2, 5, 24], 1) };
	const [expected = new Float64Array()] = evaluate([standard.y], { ...feeds, ...weightsOf(standard.graph) });
	const program = await nodeRuntime({ threads: 1 }).load(
		encodeModel({ y: fused.y }, { weights: weightsOf(fused.graph) }),
	);
	const { y } = await program.run(feeds);
	await program.close();
	expect(relative(y?.data as Float32Array, expected)).toBeLessThan(1e-5);
	expect(
		relative(evaluate([fused.y], { ...feeds, ...weightsOf(fused.graph) })[0] ?? [], expected),
	).toBeLessThan(1e-9);
	const gradients = gradientsOf(ops.ReduceSum(standard.y, { keepdims: false }), standard.graph.parameters);
	expect(gradients.map(({ shape }) => shape)).toEqual(standard.graph.parameters.map(({ shape }) => shape));
	expect(() => gradientsOf(ops.ReduceSum(fused.y, { keepdims: false }), fused.graph.parameters)).toThrow(
		/has sizes known only when it runs/,
	);
});

const SIZES: DecoderSizes = { layers: 2, width: 32, heads: 4, kvHeads: 2, dim: 8, mlp: 48, vocabulary: 11 };

/** Logits of the last row after a prefill in parts and then row by row, through the cache. */
async function stepwise(
	sizes: DecoderSizes,
	weights: Readonly<Record<string, Tensor>>,
	x: Tensor,
	parts: readonly number[],
) {
	const ways = { prefill: buildDecoder(sizes, "prefill", "seq"), decode: buildDecoder(sizes, "decode", 1) };
	const load = ({ outputs, binding }: (typeof ways)["prefill"]) =>
		session.load(encodeModel(outputs, { weights }), binding === undefined ? {} : { binding });
	const [prefill, decode] = [await load(ways.prefill), await load(ways.decode)];
	const cache = await session.allocate({
		entries: cacheEntries(sizes.layers),
		heads: sizes.kvHeads,
		dim: sizes.dim,
		capacity: 16,
	});
	const logits: number[][] = [];
	for (const count of parts) {
		const from = cache.length * sizes.width;
		const rows = (x.data as Float32Array).slice(from, from + count * sizes.width);
		const feeds = {
			x: float32([1, count, sizes.width], rows),
			...rotaryRows(cache.length, count, sizes.dim),
		};
		const { logits: last } = await (count === 1 ? decode : prefill).run(feeds, { cache, rows: count });
		logits.push([...(last?.data as Float32Array)]);
	}
	await Promise.all([prefill.close(), decode.close(), cache.close()]);
	return logits;
}

test("prefill in parts and decoding give the logits of the whole sequence", async () => {
	const whole = buildDecoder(SIZES, "training", 9);
	const weights = weightsOf(whole.graph);
	const x = drawn("x", [1, 9, SIZES.width], 1);
	const [all = new Float64Array()] = evaluate([whole.outputs.logits as Value], {
		...weights,
		x,
		...rotaryRows(0, 9, SIZES.dim),
	});
	const parts = [4, 2, 1, 1, 1];
	const logits = await stepwise(SIZES, weights, x, parts);
	let end = 0;
	for (const [i, count] of parts.entries()) {
		end += count;
		expect(relative(logits[i] ?? [], all.subarray((end - 1) * 11, end * 11))).toBeLessThan(1e-5);
	}
	const sum = ops.ReduceSum(whole.outputs.logits as Value, { keepdims: false });
	expect(gradientsOf(sum, whole.graph.parameters)).toHaveLength(whole.graph.parameters.length);
});

test("a decoder of one step, as text", () => {
	const { outputs, binding } = buildDecoder({ ...SIZES, layers: 1, kvHeads: 1 }, "decode", 1);
	expect(binding).toEqual({
		reads: {
			"past_key.0.0": { entry: "key.0", head: 0 },
			"past_value.0.0": { entry: "value.0", head: 0 },
		},
		writes: { "new_key.0": "key.0", "new_value.0": "value.0" },
	});
	const attended = textOf(outputs)
		.split("\n")
		.filter((line) => /Softmax|Split|Rotary|Skip/.test(line));
	expect(attended).toMatchInlineSnapshot(`
		[
		  "RotaryEmbedding_26: float32[1, 1, 8] = RotaryEmbedding(Reshape_23, cos, sin) {num_heads: 1}",
		  "Reshape_27: float32[1, 1, 8] = Reshape(RotaryEmbedding_26, [1, 1, 8]) {allowzero: 1}",
		  "RotaryEmbedding_31: float32[1, 1, 32] = RotaryEmbedding(Reshape_20, cos, sin) {num_heads: 4}",
		  "Reshape_33: float32[4, 8] = Reshape(RotaryEmbedding_31, [4, 8]) {allowzero: 1}",
		  "Reshape_35: float32[1, 8] = Reshape(RotaryEmbedding_26, [1, 8]) {allowzero: 1}",
		  "Softmax_45: float32[4, past + 1] = Softmax(Concat_44) {axis: -1}",
		  "Split_46: float32[4, past], Split_46.1: float32[4, 1] = Split(Softmax_45, Concat_43) {axis: 1}",
		  "Gemm_48: float32[4, 8] = Gemm(Split_46.1, Reshape_36)",
		  "Gemm_49: float32[4, 8] = Gemm(Split_46, past_value.0.0, Gemm_48)",
		  "SkipSimplifiedLayerNormalization_54: float32[1, 1, 32], SkipSimplifiedLayerNormalization_54.1: float32[1, 1, 1], SkipSimplifiedLayerNormalization_54.2: float32[1, 1, 1], SkipSimplifiedLayerNormalization_54.3: float32[1, 1, 32] = SkipSimplifiedLayerNormalization(x, Reshape_53, layers.0.norm2.weight) {epsilon: 0.000001}",
		  "Reshape_58: float32[1, 32] = Reshape(SkipSimplifiedLayerNormalization_54, [1, 32]) {allowzero: 1}",
		  "SkipSimplifiedLayerNormalization_71: float32[1, 1, 32], SkipSimplifiedLayerNormalization_71.1: float32[1, 1, 1], SkipSimplifiedLayerNormalization_71.2: float32[1, 1, 1], SkipSimplifiedLayerNormalization_71.3: float32[1, 1, 32] = SkipSimplifiedLayerNormalization(SkipSimplifiedLayerNormalization_54.3, Reshape_69, norm.weight) {epsilon: 0.000001}",
		  "Slice_77: float32[1, 1, 32] = Slice(SkipSimplifiedLayerNormalization_71, [-1], [2147484000], [1], [1])",
		]
	`);
});

test.each([
	"int4",
	"int8",
	"int8-columns",
] as const)("%s weights compute what their codes stand for", async (format) => {
	const float = buildDecoder(SIZES, "prefill", "seq");
	const weights: Record<string, Tensor> = {};
	const rounded: Record<string, Tensor> = {};
	for (const [name, tensor] of Object.entries(weightsOf(float.graph))) {
		const [outputs = 0, inputs = 0] = tensor.shape;
		if (tensor.shape.length !== 2) weights[name] = rounded[name] = tensor;
		else {
			const codes = quantize(tensor.data as Float32Array, outputs, inputs, format);
			rounded[name] = float32(tensor.shape, dequantize(codes, outputs, inputs, format));
			Object.assign(weights, stored(name, codes, outputs, inputs, format));
		}
	}
	const x = drawn("x", [1, 6, SIZES.width], 1);
	const [actual, expected] = [
		await stepwise({ ...SIZES, precision: format }, weights, x, [5, 1]),
		await stepwise(SIZES, rounded, x, [5, 1]),
	];
	// Activations are rounded to 8 bits.
	for (const [i, row] of expected.entries()) expect(relative(actual[i] ?? [], row)).toBeLessThan(0.03);
});

function stored(
	name: string,
	{ weight, scales }: ReturnType<typeof quantize>,
	outputs: number,
	inputs: number,
	format: QuantizedFormat,
): Readonly<Record<string, Tensor>> {
	const names = quantizedNames(name, format);
	const blocks = Math.ceil(inputs / 32);
	const byColumn = format === "int8-columns";
	const shape = byColumn ? [inputs, outputs] : [outputs, blocks, weight.length / outputs / blocks];
	return {
		[names.weight]: { dtype: byColumn ? "int8" : "uint8", shape, data: weight } as Tensor,
		[names.scales]: float32(byColumn ? [outputs] : [outputs, blocks], scales),
	};
}

test("rows in windows attend as if each window were alone, in both forms", async () => {
	const windows = [
		[0, 1, 2],
		[3, 4],
	];
	const drawnRows = Object.fromEntries(["q", "k", "v"].map((name) => [name, drawn(name, [1, 5, 8], 1)]));
	const build = (form: LayerForm) => {
		const graph = new Graph();
		const [q, k, v] = ["q", "k", "v"].map((name) => graph.input(name, "float32", [1, 5, 8])) as [
			Value,
			Value,
			Value,
		];
		// The second window is filled up with its first row, which is masked.
		const rows = graph.constant(int64([2, 3], [0, 1, 2, 3, 4, 3]));
		const masks = Float32Array.from({ length: 18 }, (_, i) => (i >= 9 && i % 3 === 2 ? MASKED : 0));
		const bias = graph.constant(float32([2, 1, 3, 3], masks));
		const places = graph.ints([0, 1, 2, 3, 4]);
		return windowedAttention(q, k, v, { rows, bias, places, heads: 2, form });
	};
	const [standard = new Float64Array()] = evaluate([build("standard")], drawnRows);
	const program = await nodeRuntime({ threads: 1 }).load(encodeModel({ y: build("fused") }));
	const { y } = await program.run(drawnRows);
	await program.close();
	expect(relative(y?.data as Float32Array, standard)).toBeLessThan(1e-5);
	for (const rows of windows) {
		const alone = new Graph();
		const part = (name: string) => {
			const { data } = drawnRows[name] as Tensor;
			const own = (data as Float32Array).subarray((rows[0] ?? 0) * 8, ((rows.at(-1) ?? 0) + 1) * 8);
			return alone.constant(float32([1, rows.length, 8], own));
		};
		const attended = fullAttention(part("q"), part("k"), part("v"), { heads: 2, form: "standard" });
		const [expected = new Float64Array()] = evaluate([attended], {});
		const own = standard.subarray((rows[0] ?? 0) * 8, ((rows.at(-1) ?? 0) + 1) * 8);
		expect(relative(own, expected)).toBeLessThan(1e-6);
	}
});
