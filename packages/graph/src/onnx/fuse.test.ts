/** Fused models: the results of unfused ones, from fewer nodes, in an order that needs less memory. */

import { elementCount, float32, int64, numbersOf, type Tensor } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gradientsOf, seedOf } from "../gradients/gradients.ts";
import { Graph } from "../graph.ts";
import { nodeRuntime } from "../node/runtime.ts";
import * as ops from "../ops.ts";
import { nodesFor } from "../prune.ts";
import { createRandom, initialValues, type Random } from "../random.ts";
import { evaluate } from "../reference/evaluate.ts";
import type { Tensors } from "../runtime.ts";
import { relative } from "../testing/check.ts";
import { type Model, transformer, vit } from "../testing/models.ts";
import type { Value } from "../value.ts";
import { fuseForOnnxRuntime } from "./fuse.ts";
import { encodeModel } from "./model.ts";
import { type OnnxNode, toOnnxNode } from "./onnx-node.ts";
import { inExecutionOrder } from "./order.ts";

const TRANSFORMER = { batch: 4, seq: 8, dim: 132, heads: 2, layers: 2, vocabulary: 11 };
const VIT = { batch: 4, image: 8, patch: 4, dim: 132, heads: 2, layers: 1, classes: 5 };

function outputsOf({ graph, sum }: Model): Record<string, Value> {
	const gradients = gradientsOf(sum, graph.parameters);
	const named = graph.parameters.map(({ name }, i) => [`gradient:${name}`, gradients[i] as Value] as const);
	return { loss: sum, ...Object.fromEntries(named) };
}

test.each([
	{ name: "transformer", model: () => transformer(TRANSFORMER, 2), images: false },
	{ name: "vit", model: () => vit(VIT, 2), images: true },
])("a $name fused has the loss and gradients of the plain one", async ({ model, images }) => {
	const built = model();
	const outputs = outputsOf(built);
	const random = createRandom(5);
	const integers = (shape: readonly number[], below: number) =>
		int64(
			shape,
			Array.from({ length: elementCount(shape) }, () => random.integer(below)),
		);
	const feeds: Record<string, Tensor> = {
		...initialValues(built.graph.parameters, createRandom(6)),
		...(images
			? { x: drawn(random, [4, 3, 8, 8]), y: integers([4], 5) }
			: { x: integers([4, 8], 11), y: integers([4, 8], 11) }),
	};
	const [expected, fused] = [await results(outputs, feeds), await results(outputs, feeds, built.sum)];
	for (const name of Object.keys(outputs)) {
		expect(relative(fused[name] ?? [], expected[name] ?? []), name).toBeLessThan(2e-5);
	}
});

/** Results of onnxruntime, fused where the loss is given. */
async function results(
	outputs: Readonly<Record<string, Value>>,
	feeds: Tensors,
	loss?: Value,
): Promise<Record<string, Float64Array>> {
	const options = loss === undefined ? {} : { fused: true, loss };
	const program = await nodeRuntime({ threads: 1 }).load(encodeModel(outputs, options), {
		optimize: loss === undefined,
	});
	const read = program.inputs.map((name) => [name, feeds[name] as Tensor] as const);
	const tensors = await program.run(Object.fromEntries(read));
	await program.close();
	return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, numbersOf(tensor)]));
}

function drawn(random: Random, shape: readonly number[]): Tensor {
	return float32(
		shape,
		Float32Array.from({ length: elementCount(shape) }, () => random.normal()),
	);
}

/** A fused file against the reference. */
async function expectReference(
	outputs: Readonly<Record<string, Value>>,
	feeds: Tensors,
	loss: Value,
): Promise<void> {
	const fused = await results(outputs, feeds, loss);
	const expected = evaluate(Object.values(outputs), feeds);
	for (const [i, name] of Object.keys(outputs).entries()) {
		expect(relative(fused[name] ?? [], expected[i] ?? []), name).toBeLessThan(1e-5);
	}
}

/** Operators of a fused model, with the settings of products. */
function written(...values: Value[]): string[] {
	return fuseForOnnxRuntime(nodesFor(values), values, undefined).map(({ op, attributes }) => {
		const settings = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
		const turns = `${settings.transA ? "aᵀ" : "a"}·${settings.transB ? "bᵀ" : "b"}`;
		return op === "FusedMatMul" ? `${Number(settings.alpha).toFixed(2)} ${turns}` : op;
	});
}

test("scales and transposes fold into MatMul, except where it has other consumers", () => {
	const graph = new Graph();
	const [a, b] = ["a", "b"].map((name) => graph.input(name, "float32", [2, 3, 3])) as [Value, Value];
	const transposed = (x: Value) => ops.Transpose(x, [0, 2, 1]);
	const product = ops.MatMul(ops.Mul(a, 0.5), transposed(b));
	expect(written(product)).toEqual(["0.50 a·bᵀ"]);
	expect(written(ops.Mul(4, product))).toEqual(["2.00 a·bᵀ"]);
	expect(written(transposed(product))).toEqual(["0.50 a·bᵀ"]);
	expect(written(transposed(ops.MatMul(a, b)))).toEqual(["1.00 aᵀ·bᵀ"]);
	expect(written(ops.MatMul(transposed(ops.Mul(transposed(a), 3)), b))).toEqual(["3.00 a·b"]);
	// With another consumer or as an output, the product is computed anyway.
	expect(written(product, ops.Mul(4, product))).toEqual(["0.50 a·bᵀ", "Mul"]);
	expect(written(transposed(product), ops.Exp(product))).toEqual(["0.50 a·bᵀ", "Transpose", "Exp"]);
	// Not the last two axes, not one number.
	expect(written(ops.MatMul(ops.Transpose(a, [2, 1, 0]), ops.Transpose(a, [2, 0, 1])))).toEqual([
		"Transpose",
		"Transpose",
		"MatMul",
	]);
	expect(written(ops.Mul(ops.MatMul(a, b), graph.filled([3], 2)))).toEqual(["MatMul", "Mul"]);
});

test("float64 products are not fused: FusedMatMul is float32", async () => {
	const graph = new Graph();
	const [a, b] = ["a", "b"].map((name) => graph.input(name, "float32", [2, 3])) as [Value, Value];
	const [x, y] = [ops.Cast(a, "float64"), ops.Cast(b, "float64")];
	const half = graph.scalar(0.5, "float64");
	const square = ops.Cast(graph.input("square", "float32", [3, 3]), "float64");
	const turned = ops.MatMul(x, ops.Transpose(y, [1, 0]));
	expect(written(ops.Cast(turned, "float32"))).toEqual(["Cast", "Cast", "Transpose", "MatMul", "Cast"]);
	expect(written(ops.Transpose(turned, [1, 0])).slice(-2)).toEqual(["MatMul", "Transpose"]);
	expect(written(ops.Mul(turned, half)).slice(-2)).toEqual(["MatMul", "Mul"]);
	const random = createRandom(8);
	const feeds = { a: drawn(random, [2, 3]), b: drawn(random, [2, 3]), square: drawn(random, [3, 3]) };
	const narrow = {
		turned: ops.Cast(turned, "float32"),
		// Nothing but the product before the transpose: left out, the rows would be columns.
		plain: ops.Cast(ops.Transpose(ops.MatMul(x, square), [1, 0]), "float32"),
		scaled: ops.Cast(ops.Mul(ops.MatMul(x, ops.Transpose(y, [1, 0])), half), "float32"),
		turnedAfter: ops.Cast(ops.Transpose(ops.MatMul(x, ops.Transpose(y, [1, 0])), [1, 0]), "float32"),
	};
	await expectReference(narrow, feeds, ops.ReduceSum(narrow.scaled, { keepdims: false }));
});

test("a float64 Gelu keeps its own Φ: √½ in float32 is another number", () => {
	const asked = (dtype: "float32" | "float64") => {
		const x = ops.Cast(new Graph().input("x", "float32", [4]), dtype);
		const t = ops.Mul(x, Math.fround(Math.SQRT1_2));
		return written(ops.Gelu(x), distribution(t));
	};
	expect(asked("float32")).not.toContain("Gelu");
	expect(asked("float64")).toContain("Gelu");
});

test("a Gelu between Gemms folds its factors into them, unless its input or output has other consumers", async () => {
	const graph = new Graph();
	const [a, v, w] = [
		graph.input("a", "float32", [6, 4]),
		graph.parameter("v", [4, 5]),
		graph.parameter("w", [5, 3]),
	];
	const bias = graph.parameter("b", [5]);
	const x = ops.Gemm(a, v, bias, { alpha: 0.5, beta: 2 });
	const y = ops.Gelu(x);
	const loss = ops.ReduceSum(ops.Gemm(y, w), { keepdims: false });
	const gradients = gradientsOf(loss, [v, w, bias]);
	const outputs = { loss, dv: gradients[0] as Value, dw: gradients[1] as Value, db: gradients[2] as Value };
	/** Products of x by one number. */
	const scalings = (more: readonly Value[]) => {
		const asked = [...Object.values(outputs), ...more];
		const nodes = fuseForOnnxRuntime(nodesFor(asked), asked, loss);
		const byNumber = nodes.filter(
			({ op, inputs }) => op === "Mul" && inputs.some((each) => each?.shape.length === 0),
		);
		return byNumber.filter(({ inputs }) => inputs.includes(x)).length;
	};
	expect(scalings([])).toBe(0);
	for (const more of [[x], [y], [ops.Exp(x)], [ops.Exp(y)], [ops.Exp(ops.Transpose(y, [1, 0]))]]) {
		expect(scalings(more)).toBe(1);
	}
	const random = createRandom(3);
	const names = { a: [6, 4], v: [4, 5], w: [5, 3], b: [5] };
	const feeds = Object.entries(names).map(([name, shape]) => [name, drawn(random, shape)] as const);
	await expectReference(outputs, Object.fromEntries(feeds), loss);
});

test.each([
	[
		"x/√2 in a product of its own",
		(x: Value) => [x.graph.op("MatMul", [ops.Mul(x, Math.SQRT1_2), x.graph.value("u")])],
	],
	["a multiple of x/√2", (x: Value) => [ops.Mul(ops.Mul(x, Math.SQRT1_2), 3)]],
	["x/√2 with the number first", (x: Value) => [distribution(ops.Mul(Math.SQRT1_2, x))]],
	["Φ and its reader before Gelu", (x: Value) => [ops.Exp(distribution(ops.Mul(x, Math.SQRT1_2)))]],
	["Gelu twice in a product", (x: Value) => [ops.Gemm(ops.Gelu(x), ops.Transpose(ops.Gelu(x), [1, 0]))]],
	["Gelu added to a product", (x: Value) => [ops.Gemm(x.graph.value("a"), x.graph.value("v"), ops.Gelu(x))]],
] as const)("%s keeps what it reads of a Gelu between products", async (_name, more) => {
	const graph = new Graph();
	const a = graph.input("a", "float32", [6, 4]);
	const [v, w] = [graph.parameter("v", [4, 5]), graph.parameter("w", [5, 3])];
	graph.input("u", "float32", [5, 2]);
	const x = ops.Gemm(a, v);
	const early = more(x);
	const loss = ops.ReduceSum(ops.Gemm(ops.Gelu(x), w), { keepdims: false });
	const [dv, dw] = gradientsOf(loss, [v, w]) as [Value, Value];
	const outputs = { loss, ...Object.fromEntries(early.map((value, i) => [`more${i}`, value])) };
	const random = createRandom(4);
	const names = { a: [6, 4], v: [4, 5], w: [5, 3], u: [5, 2] };
	const feeds = Object.entries(names).map(([name, shape]) => [name, drawn(random, shape)] as const);
	await expectReference(outputs, Object.fromEntries(feeds), loss);
	await expectReference({ ...outputs, dv, dw }, Object.fromEntries(feeds), loss);
});

/** Φ by x/√2, as the gradient of Gelu computes it. */
function distribution(scaled: Value): Value {
	return ops.HardSigmoid(ops.Erf(scaled), { alpha: 0.5, beta: 0.5 });
}

test("reshapes merge; a Gelu reuses Φ of its gradient", () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", [4, 6]);
	const twice = ops.Reshape(ops.Reshape(x, [2, 12]), [24]);
	expect(written(twice)).toEqual(["Reshape"]);
	expect(written(twice, ops.Reshape(x, [2, 12]))).toEqual(["Reshape", "Reshape"]);
	const y = ops.Gelu(x);
	const loss = ops.ReduceSum(y, { keepdims: false });
	expect(written(loss)).toEqual(["Gelu", "ReduceSum"]);
	const [dx] = gradientsOf(loss, [x]);
	expect(written(loss, dx as Value)).not.toContain("Gelu");
	expect(written(loss, dx as Value).filter((op) => op === "Erf")).toHaveLength(1);
});

/** Steps of random expressions over [2, 3, 3] that a fused file writes in another way. */
const STEPS: readonly ((x: Value, y: Value) => Value)[] = [
	(x, y) => ops.MatMul(x, y),
	(x, y) => ops.MatMul(ops.Transpose(x, [0, 2, 1]), y),
	(x) => ops.Transpose(x, [0, 2, 1]),
	(x) => ops.Transpose(x, [0, 1, 2]),
	(x) => ops.Mul(x, 0.5),
	(x) => ops.Mul(-0.7, x),
	(x) => ops.Gelu(x),
	(x) => ops.Tanh(x),
	(x) => ops.Reshape(ops.Reshape(x, [18]), [2, 3, 3]),
	(x) => ops.Reshape(ops.Tanh(ops.Reshape(x, [6, 3])), [2, 3, 3]),
	(x, y) => ops.Add(x, y),
];

test("random expressions and their gradients are the reference's, fused and in running order", async () => {
	const steps = fc.array(fc.tuple(fc.nat(STEPS.length - 1), fc.nat(20), fc.nat(20)), {
		minLength: 1,
		maxLength: 9,
	});
	await fc.assert(
		fc.asyncProperty(steps, fc.nat(1000), async (chosen, seed) => {
			const graph = new Graph();
			const made = [graph.input("x", "float32", [2, 3, 3])];
			for (const [step, a, b] of chosen) {
				const pick = (at: number) => made[at % made.length] as Value;
				made.push((STEPS[step] as (typeof STEPS)[number])(pick(a + made.length - 1), pick(b)));
			}
			const last = ops.Tanh(made.at(-1) as Value);
			const loss = ops.ReduceSum(ops.Add(last, ops.Mul(made[0] as Value, 0.1)), { keepdims: false });
			const outputs = { loss, dx: gradientsOf(loss, [made[0] as Value])[0] as Value };
			const random = createRandom(seed);
			const x = float32(
				[2, 3, 3],
				Float32Array.from({ length: 18 }, () => random.normal()),
			);
			const program = await nodeRuntime({ threads: 1 }).load(encodeModel(outputs, { fused: true, loss }), {
				optimize: false,
			});
			const results = await program.run({ x });
			await program.close();
			const expected = evaluate(Object.values(outputs), { x });
			for (const [i, name] of Object.keys(outputs).entries()) {
				expect(relative(numbersOf(results[name] as Tensor), expected[i] ?? [])).toBeLessThan(1e-4);
			}
		}),
		{ numRuns: 60 },
	);
});

/** Nodes in the order in which onnxruntime runs a file: back from the sinks, the last first. */
function run(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
	const makers = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
	const positions = new Map(nodes.map((node, i) => [node, i]));
	const read = new Set(nodes.flatMap(({ inputs }) => inputs));
	const seen = new Set<OnnxNode>();
	const order: OnnxNode[] = [];
	const open = nodes
		.filter(({ outputs }) => !outputs.some((value) => read.has(value)))
		.map((node) => ({ node, left: false }));
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const { node, left } = next;
		if (left) order.push(node);
		if (left || seen.has(node)) continue;
		seen.add(node);
		open.push({ node, left: true });
		const sources = node.inputs.flatMap((value) => (value && makers.get(value)) ?? []);
		const place = (source: OnnxNode) => positions.get(source) ?? 0;
		open.push(
			...sources.sort((a, b) => place(a) - place(b)).map((source) => ({ node: source, left: false })),
		);
	}
	return order;
}

/** Peak elements held by a run, without weights. */
function mostHeld(order: readonly OnnxNode[], outputs: readonly Value[]): number {
	const last = new Map<Value | undefined, number>();
	for (const [i, { inputs }] of order.entries()) for (const value of inputs) last.set(value, i);
	for (const value of outputs) last.set(value, order.length);
	let [held, most] = [0, 0];
	for (const [i, node] of order.entries()) {
		for (const { shape } of node.outputs) held += elementCount(shape);
		most = Math.max(most, held);
		const ended = new Set([...node.inputs, ...node.outputs].filter((value) => (last.get(value) ?? i) === i));
		for (const value of ended) if (value?.kind === "computed") held -= elementCount(value.shape);
	}
	return most;
}

test("a step in parts holds the activations of one part", () => {
	const sizes = { batch: 8, seq: 64, dim: 32, heads: 2, layers: 3, vocabulary: 16 };
	const held = [1, 4].map((parts) => {
		const model = transformer(sizes, parts);
		const outputs = Object.values(outputsOf(model));
		const nodes = fuseForOnnxRuntime(nodesFor(outputs), outputs, seedOf(model.sum));
		const ran = run(nodes);
		expect(new Set(ran)).toEqual(new Set(nodes));
		const asAdded = run(nodesFor(outputs).map(toOnnxNode));
		return { ordered: mostHeld(ran, outputs), asAdded: mostHeld(asAdded, outputs) };
	});
	const [whole, parts] = held as [(typeof held)[number], (typeof held)[number]];
	expect(parts.ordered).toBeLessThan(whole.ordered * 0.4);
	expect(parts.ordered).toBeLessThan(parts.asAdded * 0.4);
});

test.each([
	[31, []],
	[32, ["early"]],
])("a value whose first consumer is %i nodes on is pulled in by a sink beyond 32", (between, expected) => {
	const graph = new Graph();
	const x = graph.input("x", "float32", [2]);
	const [early] = graph.node("Exp", [x], {}, ["early"]);
	let chain: Value = x;
	for (let i = 0; i < between; i++) chain = ops.Tanh(chain);
	const seed = seedOf(ops.Add(chain, early as Value));
	const sinks = inExecutionOrder(graph.nodes.map(toOnnxNode), seed).filter(({ op }) => op === "Shape");
	expect(sinks.map(({ inputs }) => inputs[0]?.name)).toEqual(expected);
});

test("producers come before their consumers", () => {
	const model = transformer(TRANSFORMER, 2);
	const outputs = Object.values(outputsOf(model));
	const done = new Set<Value | undefined>();
	for (const { inputs, outputs: made } of fuseForOnnxRuntime(nodesFor(outputs), outputs, seedOf(model.sum))) {
		for (const value of inputs) expect(value?.kind === "computed" && !done.has(value)).toBe(false);
		for (const value of made) done.add(value);
	}
	for (const value of outputs) expect(done.has(value)).toBe(true);
});
