/** Differentiation as a whole: paths that join, stops, refusals; the rules themselves are in operators.test.ts. */

import { type DType, float32, int64 } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Graph } from "../graph.ts";
import { attention, causalMask, rotaryEmbedding, rotaryTables } from "../layers/attention.ts";
import { feedForward } from "../layers/feed-forward.ts";
import { linear, patchEmbedding, silu } from "../layers/linear.ts";
import { maskedCrossEntropy } from "../layers/loss.ts";
import { bilinearPooling } from "../layers/pooling.ts";
import { OPERATORS } from "../operators.ts";
import * as ops from "../ops.ts";
import { nodesFor } from "../prune.ts";
import { createRandom } from "../random.ts";
import { evaluate } from "../reference/evaluate.ts";
import { type CheckOptions, checkOperator, relative } from "../testing/check.ts";
import type { Value } from "../value.ts";
import { GRADIENTS, gradientsOf } from "./gradients.ts";

type Build = Parameters<typeof checkOperator>[0];

const LAYERS: readonly (readonly [string, Build, CheckOptions?])[] = [
	[
		"linear",
		(g) => linear(g.input("x", "float32", [2, 3, 4]), g.parameter("w", [4, 5]), g.parameter("b", [5])),
	],
	[
		"linear, transposed",
		(g) => linear(g.input("x", "float32", [3, 4]), g.parameter("w", [5, 4]), undefined, { transposed: true }),
	],
	[
		"feed-forward in blocks",
		(g) => feedForward(g.input("x", "float32", [2, 2, 3]), mlp(g, [3, 6]), mlp(g, [6, 2]), { blocks: 3 }),
	],
	[
		"feed-forward with weights as PyTorch stores them, without biases",
		(g) =>
			feedForward(
				g.input("x", "float32", [4, 3]),
				{ weight: g.parameter("u", [6, 3]) },
				{ weight: g.parameter("d", [2, 6]) },
				{ blocks: 2, transposed: true, activation: silu },
			),
	],
	["silu", (g) => silu(g.input("x", "float32", [3, 4])), { range: [-4, 4] }],
	[
		"patches",
		(g) =>
			patchEmbedding(
				g.input("x", "float32", [2, 3, 4, 6]),
				g.parameter("w", [5, 3, 2, 3]),
				g.parameter("b", [5]),
			),
	],
	["full attention", (g) => attention(...heads(g, 2, 2))],
	["causal attention", (g) => attention(...heads(g, 2, 2), { kind: "causal" })],
	["prefix attention", (g) => attention(...heads(g, 2, 2), { kind: "causal", prefix: 2 })],
	[
		"grouped heads, fewer queries than keys",
		(g) => attention(...heads(g, 4, 2, 2), { kind: "causal", scale: 0.7 }),
	],
	[
		"a mask that is fed",
		(g) => attention(...heads(g, 2, 2), { mask: g.input("mask", "float32", [1, 1, 4, 4]) }),
	],
	[
		"rotary embedding",
		(g) => {
			const { cos, sin } = rotaryTables(3, 4);
			return rotaryEmbedding(g.input("x", "float32", [2, 3, 4]), g.constant(cos), g.constant(sin));
		},
	],
	[
		"masked cross-entropy",
		(g) => {
			const { sum, count } = maskedCrossEntropy(
				g.input("x", "float32", [2, 3, 5]),
				g.input("y", "int64", [2, 3]),
			);
			return ops.Div(sum, count);
		},
		{ feeds: { y: int64([2, 3], [0, 4, -100, 2, -100, 1]) } },
	],
	[
		"bilinear pooling",
		(g) => bilinearPooling(g.input("x", "float32", [2, 15, 3]), { rows: 3, cols: 5 }, { rows: 2, cols: 3 }),
	],
	[
		"a value used three times",
		(g) => {
			const x = g.input("x", "float32", [3]);
			return ops.Mul(ops.Add(ops.Mul(x, x), ops.Exp(x)), x);
		},
	],
];

function mlp(graph: Graph, [inputs, outputs]: readonly [number, number]) {
	const name = `${inputs} to ${outputs}`;
	const weight = graph.parameter(`w ${name}`, [inputs, outputs]);
	return { weight, bias: graph.parameter(`b ${name}`, [outputs]) };
}

function heads(graph: Graph, queryHeads: number, keyHeads: number, queries = 4) {
	const [q, k, v] = [
		graph.input("q", "float32", [2, queryHeads, queries, 3]),
		graph.input("k", "float32", [2, keyHeads, 4, 3]),
		graph.input("v", "float32", [2, keyHeads, 4, 5]),
	];
	return [q, k, v] as const;
}

const CASES = LAYERS.map(([name, build, options = {}]) => ({ name, build, options }));

test.each(CASES)("$name", async ({ build, options }) => {
	const { float32Error, gradientError, gradients } = await checkOperator(build, options);
	expect(gradients).toBeGreaterThan(0);
	expect(float32Error).toBeLessThan(2e-5);
	expect(gradientError).toBeLessThan(1e-4);
});

test("a bias in float64 is summed in float64: the product with ones is float32", () => {
	const graph = new Graph();
	const [x, bias] = [graph.input("x", "float32", [2, 3]), graph.input("bias", "float32", [3])];
	const wide = ops.Add(ops.Cast(x, "float64"), ops.Cast(bias, "float64"));
	const loss = ops.Cast(ops.ReduceSum(ops.Mul(wide, wide), { keepdims: false }), "float32");
	const [gradient] = gradientsOf(loss, [bias]);
	const feeds = { x: float32([2, 3], [1, 2, 3, 4, 5, 6]), bias: float32([3], [0, 1, -1]) };
	// 2 · Σ (x + bias) over the rows.
	expect([...(evaluate([gradient as Value], feeds)[0] ?? [])]).toEqual([10, 18, 14]);
});

test("a causal query sees the keys up to its place, a prefix is seen by all", () => {
	const graph = new Graph();
	const [q, k] = heads(graph, 1, 1);
	const identity = graph.constant({
		dtype: "float32",
		shape: [1, 1, 4, 4],
		data: Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
	});
	const seen = (prefix: number) => {
		const weights = attention(q, k, ops.Expand(identity, [2, 1, 4, 4]), { kind: "causal", prefix });
		const feeds = { q: new Array(24).fill(0), k: new Array(24).fill(0) };
		return Array.from((evaluate([weights], feeds)[0] ?? []).slice(0, 16), (weight) =>
			weight > 0 ? "1" : "0",
		).join("");
	};
	expect(seen(0)).toBe("1000110011101111");
	expect(seen(3)).toBe("1110111011101111");
});

test("a wide feed-forward layer is cut so that its blocks stay in the cache", () => {
	const hiddenOf = (rows: number, width: number, blocks?: number) => {
		const graph = new Graph();
		const [up, down] = [graph.parameter("up", [4, width]), graph.parameter("down", [width, 4])];
		feedForward(
			graph.input("x", "float32", [rows, 4]),
			{ weight: up },
			{ weight: down },
			blocks === undefined ? {} : { blocks },
		);
		return graph.nodes.filter(({ op }) => op === "Gelu").map(({ outputs }) => outputs[0]?.shape[1]);
	};
	expect(hiddenOf(16, 768)).toEqual([768]);
	expect(hiddenOf(512, 768)).toEqual([384, 384]);
	expect(hiddenOf(4096, 768)).toEqual([128, 128, 128, 128, 128, 128]);
	expect(hiddenOf(4096, 127)).toEqual([127]);
	expect(hiddenOf(16, 6, 3)).toEqual([2, 2, 2]);
	expect(() => hiddenOf(16, 8, 3)).toThrow(
		"feedForward: the width 8 of [4, 8] is not divisible into 3 blocks",
	);
	expect(() => hiddenOf(16, 8, 0)).toThrow("0 blocks");
});

test("long causal attention, computed in halves, is that with the whole mask", () => {
	const graph = new Graph();
	const [q, k, v] = ["q", "k", "v"].map((name) => graph.input(name, "float32", [1, 1, 512, 2])) as [
		Value,
		Value,
		Value,
	];
	const mask = graph.constant(causalMask(512, 512));
	const outputs = [attention(q, k, v, { kind: "causal" }), attention(q, k, v, { mask })];
	const random = createRandom(4);
	const feeds = Object.fromEntries(
		["q", "k", "v"].map((name) => [name, Float64Array.from({ length: 1024 }, random.normal)]),
	);
	const weights = graph.input("weights", "float32", [1, 1, 512, 2]);
	const [halves, whole] = outputs.map((output) => {
		const loss = ops.ReduceSum(ops.Mul(output, weights), { keepdims: false });
		return evaluate([output, ...gradientsOf(loss, [q, k, v])], { ...feeds, weights: feeds.k ?? [] });
	}) as [readonly Float64Array[], readonly Float64Array[]];
	for (const [i, values] of halves.entries()) expect(relative(values, whole[i] ?? [])).toBeLessThan(1e-12);
});

test.each([
	{ name: "more outputs than inputs", wide: [130, 150] as const, transposed: false },
	{ name: "fewer outputs than inputs", wide: [150, 130] as const, transposed: false },
	{ name: "more outputs, weights as PyTorch stores them", wide: [130, 150] as const, transposed: true },
	{ name: "fewer outputs, weights as PyTorch stores them", wide: [150, 130] as const, transposed: true },
])("weights of a wide layer used twice: $name", ({ wide: [inputs, outputs], transposed }) => {
	const graph = new Graph();
	const weight = graph.parameter("w", transposed ? [outputs, inputs] : [inputs, outputs]);
	const random = createRandom(3);
	const feeds = { w: Float64Array.from({ length: inputs * outputs }, random.normal) };
	const terms = [2, 3].map((rows, i) => {
		const x = Float64Array.from({ length: rows * inputs }, random.normal);
		const r = Float64Array.from({ length: rows * outputs }, random.normal);
		Object.assign(feeds, { [`x${i}`]: x, [`r${i}`]: r });
		const y = linear(graph.input(`x${i}`, "float32", [rows, inputs]), weight, undefined, { transposed });
		const loss = ops.ReduceSum(ops.Mul(y, graph.input(`r${i}`, "float32", [rows, outputs])), {
			keepdims: false,
		});
		return { loss, x, r, rows };
	});
	const [first, second] = terms.map(({ loss }) => loss) as [Value, Value];
	const gradient = evaluate(gradientsOf(ops.Add(first, second), [weight]), feeds)[0] ?? [];
	const expected = Float64Array.from({ length: inputs * outputs }, (_, at) => {
		const [i, j] = transposed
			? [at % inputs, Math.floor(at / inputs)]
			: [Math.floor(at / outputs), at % outputs];
		const sums = terms.map(({ x, r, rows }) =>
			Array.from(
				{ length: rows },
				(_, row) => (x[row * inputs + i] ?? 0) * (r[row * outputs + j] ?? 0),
			).reduce((a, b) => a + b),
		);
		return sums.reduce((a, b) => a + b);
	});
	expect(relative(gradient, expected)).toBeLessThan(1e-12);
});

test.each([0, 1, -1])("several log-probabilities chosen along axis %i", (axis) => {
	const graph = new Graph();
	const x = graph.input("x", "float32", [3, 4]);
	const shape = axis === 0 ? [2, 4] : [3, 2];
	const indices = graph.constant(int64(shape, [0, 2, 1, 1, 2, 0, 0, 1].slice(0, shape[0] === 2 ? 8 : 6)));
	const weights = graph.constant(
		float32(shape, [1, -2, 3, 0.5, -1, 2, 4, 0.3].slice(0, shape[0] === 2 ? 8 : 6)),
	);
	const lossOf = (logs: Value) =>
		ops.ReduceSum(ops.Mul(ops.GatherElements(logs, indices, axis), weights), { keepdims: false });
	const direct = lossOf(ops.LogSoftmax(x, axis));
	const spelled = lossOf(ops.Log(ops.Softmax(x, axis)));
	const random = createRandom(9);
	const feeds = { x: Float64Array.from({ length: 12 }, random.normal) };
	const [a, b] = evaluate(
		[direct, spelled].flatMap((loss) => gradientsOf(loss, [x])),
		feeds,
	);
	expect(relative(a ?? [], b ?? [])).toBeLessThan(1e-12);
	expect(graph.nodes.filter(({ op }) => op === "ScatterElements").length).toBeGreaterThan(1);
});

test("every operator has a rule, or says why it has none", () => {
	const without = Object.entries(GRADIENTS).filter(([, rule]) => typeof rule !== "function");
	expect(Object.keys(GRADIENTS).sort()).toEqual(Object.keys(OPERATORS).sort());
	expect(without.map(([op]) => op)).toEqual([
		"Sign",
		"Not",
		"And",
		"Or",
		"Equal",
		"Less",
		"LessOrEqual",
		"Greater",
		"GreaterOrEqual",
		"ArgMax",
		"Shape",
		"FastGelu",
		"SkipLayerNormalization",
		"SkipSimplifiedLayerNormalization",
		"MultiHeadAttention",
		"GroupQueryAttention",
		"MatMulNBits",
		"DynamicQuantizeMatMul",
	]);
});

test("no gradient passes through a stopped value", () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", []);
	const square = ops.Mul(x, x);
	const loss = ops.Mul(square, x);
	const [whole, stopped] = [gradientsOf(loss, [x]), gradientsOf(loss, [x], { stopAt: [square] })];
	expect(evaluate([...whole, ...stopped], { x: [3] }).map(([value]) => value)).toEqual([27, 9]);
});

test("a matrix read as it is and turned has the gradients of both ways", () => {
	const graph = new Graph();
	const [x, r] = ["x", "r"].map((name) => graph.input(name, "float32", [2, 2])) as [Value, Value];
	const [same, turned] = [ops.Transpose(x, [0, 1]), ops.Transpose(x, [1, 0])];
	const loss = ops.ReduceSum(ops.Mul(ops.Add(same, ops.Mul(turned, 10)), r), { keepdims: false });
	expect(evaluate(gradientsOf(loss, [x]), { x: [0, 0, 0, 0], r: [1, 2, 3, 4] })[0]).toEqual(
		Float64Array.of(11, 32, 23, 44),
	);
});

test("second derivatives are gradients of gradients", () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", []);
	const [first] = gradientsOf(ops.Exp(ops.Mul(x, 2)), [x]);
	const [second] = gradientsOf(first as NonNullable<typeof first>, [x]);
	expect(evaluate([second as NonNullable<typeof second>], { x: [0.5] })[0]?.[0]).toBeCloseTo(4 * Math.E, 10);
});

/** Steps an expression may take, each smooth everywhere. */
const STEPS: readonly ((x: Value, y: Value) => Value)[] = [
	(x, y) => ops.Mul(x, y),
	(x, y) => ops.Add(x, ops.Neg(y)),
	(x) => ops.Tanh(x),
	(x) => ops.Softmax(x),
	(x, y) => ops.Mul(ops.Sigmoid(y), x),
	(x) => ops.Gelu(x),
	(x) => ops.Transpose(x, [1, 0]),
	(x, y) => ops.MatMul(x, y),
	(x) => ops.Concat(ops.Split(x, [1, 2], 1).toReversed(), 1),
	(x) => ops.Sub(x, ops.ReduceMean(x, { axes: [0] })),
];

test("random expressions differentiate as their finite differences say", () => {
	const steps = fc.array(fc.tuple(fc.nat(STEPS.length - 1), fc.nat(20), fc.nat(20)), {
		minLength: 1,
		maxLength: 8,
	});
	fc.assert(
		fc.property(steps, fc.nat(1000), (chosen, seed) => {
			const graph = new Graph();
			const made = [graph.input("x", "float32", [3, 3])];
			for (const [step, a, b] of chosen) {
				const pick = (at: number) => made[at % made.length] as Value;
				made.push((STEPS[step] as (typeof STEPS)[number])(pick(a + made.length - 1), pick(b)));
			}
			const loss = ops.ReduceSum(ops.Mul(made.at(-1) as Value, ops.Add(made[0] as Value, 0.5)), {
				keepdims: false,
			});
			const random = createRandom(seed);
			const x = Float64Array.from({ length: 9 }, () => random.normal());
			const [gradient = []] = evaluate(gradientsOf(loss, [made[0] as Value]), { x });
			const numeric = x.map((value, i) => {
				const at = (moved: number) => evaluate([loss], { x: x.with(i, moved) })[0]?.[0] ?? Number.NaN;
				return (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
			});
			expect(relative(gradient, numeric)).toBeLessThan(1e-4);
		}),
		{ seed: 7, numRuns: 60 },
	);
});

test("a bias summed over rows keeps its dtype, and its ones are bounded", () => {
	const opsFor = (rows: number, dtype: DType) => {
		const graph = new Graph();
		const x = ops.Cast(graph.input("x", "float32", [rows, 2]), dtype);
		const bias = graph.input("bias", dtype, [2]);
		const [gradient] = gradientsOf(ops.ReduceSum(ops.Add(x, bias), { keepdims: false }), [bias]);
		expect([gradient?.dtype, gradient?.shape]).toEqual([dtype, [2]]);
		return nodesFor([gradient as Value]).map(({ op }) => op);
	};
	expect(opsFor(2 ** 16, "float32")).toContain("Gemm");
	expect(opsFor(2 ** 16 + 1, "float32")).not.toContain("Gemm");
	expect(opsFor(3, "float64")).not.toContain("Gemm");
});

test("refusals", () => {
	const graph = new Graph();
	const x = graph.input("x", "float32", { rows: 3 });
	const other = graph.input("other", "float32", []);
	const total = ops.ReduceSum(x, { keepdims: false });
	const refuse = (act: () => unknown) => {
		try {
			act();
			return undefined;
		} catch (error) {
			return `${(error as { code?: string }).code}: ${(error as Error).message}`;
		}
	};
	expect([
		refuse(() => gradientsOf(x, [x])),
		refuse(() => gradientsOf(total, [other])),
		refuse(() => gradientsOf(ops.ReduceSum(ops.Sign(x)), [x])),
		refuse(() => gradientsOf(ops.ArgMax(x, 0), [x])),
	]).toMatchInlineSnapshot(`
		[
		  "not-differentiable: x: a loss must be one float, got float32 [rows 3]; reduce it first",
		  "not-differentiable: ReduceSum_2 does not depend on other; leave it out of the gradients",
		  "not-differentiable: Sign (Sign_6): its derivative is zero wherever it has one; name its output in stopAt to treat it as a constant",
		  "not-differentiable: ArgMax_13: a loss must be one float, got int64 [1]; reduce it first",
		]
	`);
});
