/** Cases of every operator: shapes that broadcast, empty axes, every attribute. */

import { int64, tensor } from "@onevision/base";
import type { OpName } from "../operators.ts";
import * as ops from "../ops.ts";
import type { Graph, Value } from "../value.ts";
import type { Case } from "./case.ts";
import type { CheckOptions } from "./check.ts";
import { FUSED_CASES } from "./fused-cases.ts";

const A = "a";
const input = (graph: Graph, name: string, ...shape: number[]) => graph.input(name, "float32", shape);
const POSITIVE = { range: [0.3, 2] } as const;

function unary(op: OpName, compute: (x: Value) => Value, options: CheckOptions = {}): Case[] {
	return [[2, 3, 4], [], [3, 0, 2]].map((shape) => ({
		op,
		name: `[${shape}]`,
		build: (graph) => compute(input(graph, A, ...shape)),
		...options,
	}));
}

const BROADCASTS = [
	[
		[2, 3, 4],
		[2, 3, 4],
	],
	[[2, 3, 4], [4]],
	[
		[3, 1],
		[1, 4],
	],
	[[], [2, 3]],
	[
		[5, 1, 2],
		[3, 1],
	],
	[[0, 3], [3]],
	[
		[2, 0],
		[1, 1],
	],
] as const;

function binary(op: OpName, compute: (a: Value, b: Value) => Value, options: CheckOptions = {}): Case[] {
	return BROADCASTS.map(([left, right]) => ({
		op,
		name: `[${left}] and [${right}]`,
		build: (graph) => compute(input(graph, A, ...left), input(graph, "b", ...right)),
		...options,
	}));
}

/** Operators whose result is a truth value: as a mask over one of the operands. */
const masking = (compute: (a: Value, b: Value) => Value) => (a: Value, b: Value) =>
	ops.Where(compute(a, b), ops.Mul(a, b), ops.Sub(a, b));

function reductions(
	op: OpName,
	compute: (x: Value, options?: ops.ReduceOptions) => Value,
	empty: boolean,
): Case[] {
	const shapes: [number[], ops.ReduceOptions | undefined][] = [
		[[2, 3, 4], undefined],
		[[2, 3, 4], { axes: [1] }],
		[[2, 3, 4], { axes: [-1], keepdims: false }],
		[[2, 3, 4], { axes: [0, 2], keepdims: false }],
		[[0, 3], { axes: [1] }],
		...(empty ? ([[[3, 0], { axes: [1] }]] as [number[], ops.ReduceOptions][]) : []),
	];
	return shapes.map(([shape, options]) => ({
		op,
		name: `[${shape}] ${JSON.stringify(options ?? "all")}`,
		build: (graph) => compute(input(graph, A, ...shape), options),
	}));
}

const gemmCases: Case[] = [0, 1].flatMap((transA) =>
	[0, 1].flatMap((transB) =>
		[undefined, [2, 5], [5], [2, 1], []].map((bias) => ({
			op: "Gemm" as const,
			name: `transA ${transA}, transB ${transB}, bias ${bias === undefined ? "none" : `[${bias}]`}`,
			build: (graph: Graph) =>
				ops.Gemm(
					input(graph, A, ...(transA ? [3, 2] : [2, 3])),
					input(graph, "b", ...(transB ? [5, 3] : [3, 5])),
					bias && input(graph, "c", ...bias),
					{ alpha: 0.5, beta: 1.5, transA, transB },
				),
		})),
	),
);

const WINDOWS = [
	{},
	{ strides: [2, 2], pads: [1, 0, 2, 1] },
	{ strides: [2, 3], dilations: [2, 1], pads: [1, 1, 1, 1] },
	{ strides: [3, 2] },
] as const;

export const CASES: readonly Case[] = [
	...unary("Abs", ops.Abs),
	...unary("Neg", ops.Neg),
	...unary("Exp", ops.Exp),
	...unary("Log", ops.Log, POSITIVE),
	...unary("Sqrt", ops.Sqrt, POSITIVE),
	...unary("Reciprocal", ops.Reciprocal, POSITIVE),
	...unary("Sin", ops.Sin),
	...unary("Cos", ops.Cos),
	...unary("Tanh", ops.Tanh),
	...unary("Sigmoid", ops.Sigmoid),
	...unary("Erf", ops.Erf, { range: [-3, 3] }),
	...unary("Relu", ops.Relu),
	...unary("Sign", (x) => ops.Sign(x), { wrt: [] }),
	...unary("Not", (x) => ops.Where(ops.Not(ops.Greater(x, 0)), x, ops.Mul(x, 3))),
	...unary("Identity", ops.Identity),
	...unary("Gelu", (x) => ops.Gelu(x), { range: [-4, 4] }),
	...unary("Gelu", (x) => ops.Gelu(x, { approximate: "tanh" }), { range: [-4, 4] }),
	...unary("HardSigmoid", (x) => ops.HardSigmoid(x), { range: [-4, 4] }),
	...unary("HardSigmoid", (x) => ops.HardSigmoid(x, { alpha: 0.5, beta: 0.5 }), { range: [-2, 2] }),
	...unary("Cast", (x) => ops.Cast(ops.Cast(x, "float64"), "float32")),
	...unary("Cast", (x) => ops.Cast(ops.Cast(x, "int32"), "float32"), { range: [-9, 9], wrt: [] }),
	...binary("Add", ops.Add),
	...binary("Sub", ops.Sub),
	...binary("Mul", ops.Mul),
	...binary("Div", ops.Div, POSITIVE),
	...binary("Pow", ops.Pow, POSITIVE),
	{
		op: "Pow",
		name: "negative base, whole exponent",
		build: (g) => ops.Pow(input(g, A, 3, 3), 3),
	},
	...binary("Max", ops.Max),
	...binary("Min", ops.Min),
	{
		op: "Max",
		name: "number",
		build: (g) => ops.Max(input(g, A, 6), 0.1),
	},
	...binary("Equal", masking(ops.Equal)),
	...binary("Less", masking(ops.Less)),
	...binary("LessOrEqual", masking(ops.LessOrEqual)),
	...binary("Greater", masking(ops.Greater)),
	...binary("GreaterOrEqual", masking(ops.GreaterOrEqual)),
	...binary(
		"And",
		masking((a, b) => ops.And(ops.Greater(a, 0), ops.Less(b, 0.5))),
	),
	...binary(
		"Or",
		masking((a, b) => ops.Or(ops.Greater(a, 0), ops.Less(b, 0.5))),
	),
	...binary("Where", (a, b) => ops.Where(ops.Greater(ops.Sub(a, b), 0.1), a, b)),
	{
		op: "Where",
		name: "condition that broadcasts",
		build: (g) =>
			ops.Where(g.constant(tensor("bool", [3, 1], [1, 0, 1])), input(g, A, 3, 4), input(g, "b", 4)),
	},
	{
		op: "Where",
		name: "condition over all",
		build: (g) =>
			ops.Where(
				g.constant(
					tensor(
						"bool",
						[2, 3, 4],
						Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
					),
				),
				input(g, A, 4),
				0,
			),
	},
	...[
		[
			[2, 3],
			[3, 4],
		],
		[
			[5, 2, 3],
			[3, 4],
		],
		[
			[2, 3, 2, 3],
			[2, 3, 3, 4],
		],
		[
			[4, 1, 2, 3],
			[2, 3, 5],
		],
		[
			[2, 3],
			[4, 3, 2],
		],
		[
			[0, 3],
			[3, 2],
		],
		[
			[2, 0, 3],
			[2, 3, 2],
		],
	].map(
		([a = [], b = []]): Case => ({
			op: "MatMul",
			name: `[${a}] and [${b}]`,
			build: (g) => ops.MatMul(input(g, A, ...a), input(g, "b", ...b)),
		}),
	),
	...gemmCases,
	...WINDOWS.flatMap((window, index): Case[] => [
		{
			op: "Conv",
			name: `window ${index}`,
			build: (g) => ops.Conv(input(g, A, 2, 3, 8, 7), input(g, "w", 4, 3, 3, 2), input(g, "b", 4), window),
		},
		{
			op: "ConvTranspose",
			name: `window ${index}`,
			build: (g) =>
				ops.ConvTranspose(input(g, A, 2, 3, 4, 3), input(g, "w", 3, 4, 3, 2), input(g, "b", 4), window),
		},
	]),
	{
		op: "Conv",
		name: "patches",
		build: (g) =>
			ops.Conv(input(g, A, 1, 3, 8, 12), input(g, "w", 5, 3, 4, 4), undefined, { strides: [4, 4] }),
	},
	{
		op: "ConvTranspose",
		name: "output padding",
		build: (g) =>
			ops.ConvTranspose(input(g, A, 1, 2, 3, 3), input(g, "w", 2, 2, 3, 3), undefined, {
				strides: [2, 2],
				output_padding: [1, 0],
			}),
	},
	...[-1, 1, 0].flatMap((axis): Case[] => [
		{ op: "Softmax", name: `axis ${axis}`, build: (g) => ops.Softmax(input(g, A, 2, 3, 4), axis) },
		{ op: "LogSoftmax", name: `axis ${axis}`, build: (g) => ops.LogSoftmax(input(g, A, 2, 3, 4), axis) },
	]),
	{ op: "Softmax", name: "no rows", build: (g) => ops.Softmax(input(g, A, 0, 4)) },
	{ op: "LogSoftmax", name: "no rows", build: (g) => ops.LogSoftmax(input(g, A, 0, 4)) },
	{
		op: "LayerNormalization",
		name: "last axis",
		build: (g) =>
			ops.LayerNormalization(input(g, A, 2, 3, 8), input(g, "s", 8), input(g, "b", 8), { epsilon: 1e-6 }),
	},
	{
		op: "LayerNormalization",
		name: "two axes, no bias",
		build: (g) => ops.LayerNormalization(input(g, A, 3, 2, 4), input(g, "s", 2, 4), undefined, { axis: 1 }),
	},
	{
		op: "LayerNormalization",
		name: "no rows",
		build: (g) => ops.LayerNormalization(input(g, A, 0, 8), input(g, "s", 8), input(g, "b", 8)),
	},
	{
		op: "RMSNormalization",
		name: "last axis",
		build: (g) => ops.RMSNormalization(input(g, A, 2, 3, 8), input(g, "s", 8), { epsilon: 1e-6 }),
	},
	{
		op: "RMSNormalization",
		name: "two axes",
		build: (g) => ops.RMSNormalization(input(g, A, 3, 2, 4), input(g, "s", 2, 4), { axis: -2 }),
	},
	...reductions("ReduceSum", ops.ReduceSum, true),
	...reductions("ReduceMean", ops.ReduceMean, false),
	...reductions("ReduceMax", ops.ReduceMax, false),
	{
		op: "ReduceMax",
		name: "ties share",
		build: (g) => ops.ReduceMax(ops.Relu(input(g, A, 3, 4)), { axes: [1] }),
		range: [0.1, 1],
	},
	{
		op: "ArgMax",
		name: "last axis",
		build: (g) => ops.ArgMax(input(g, A, 3, 4)),
		wrt: [],
	},
	...[
		["axis 0", [5, 3], [4], 0],
		["axis 1", [5, 3], [2, 2], 1],
		["last of three", [2, 3, 4], [3], 2],
		["scalar", [5, 3], [], 0],
		["nothing", [5, 3], [0], 0],
	].map(
		([name, shape, indices, axis]): Case => ({
			op: "Gather",
			name: String(name),
			build: (g) =>
				ops.Gather(
					input(g, A, ...(shape as number[])),
					g.input("i", "int64", indices as number[]),
					axis as number,
				),
			feeds: {
				i: int64(
					indices as number[],
					[2, 0, -1, 2].slice(
						0,
						(indices as number[]).reduce((n, size) => n * size, 1),
					),
				),
			},
		}),
	),
	...[0, 1].flatMap((axis): Case[] => [
		{
			op: "GatherElements",
			name: `axis ${axis}`,
			build: (g) =>
				ops.GatherElements(input(g, A, 3, 3), g.input("i", "int64", axis === 0 ? [2, 3] : [3, 2]), axis),
			feeds: { i: int64(axis === 0 ? [2, 3] : [3, 2], [0, 2, 1, 0, 2, -1]) },
		},
		...["none", "add"].map(
			(reduction): Case => ({
				op: "ScatterElements",
				name: `axis ${axis}, ${reduction}`,
				build: (g) =>
					ops.ScatterElements(
						input(g, A, 3, 3),
						g.input("i", "int64", axis === 0 ? [2, 3] : [3, 2]),
						input(g, "u", ...(axis === 0 ? [2, 3] : [3, 2])),
						{
							axis,
							reduction,
						},
					),
				feeds: {
					i: int64(axis === 0 ? [2, 3] : [3, 2], axis === 0 ? [0, 2, 1, 1, 0, -1] : [0, 2, 2, 1, 1, 0]),
				},
			}),
		),
	]),
	{
		op: "GatherND",
		name: "rows and elements",
		build: (g) => [
			ops.GatherND(input(g, A, 3, 4), g.input("rows", "int64", [2, 1])),
			ops.GatherND(g.value(A), g.input("elements", "int64", [3, 2])),
		],
		feeds: { rows: int64([2, 1], [2, 2]), elements: int64([3, 2], [0, 1, 2, 3, 0, 1]) },
	},
	...["none", "add"].map(
		(reduction): Case => ({
			op: "ScatterND",
			name: reduction,
			build: (g) =>
				ops.ScatterND(input(g, A, 4, 3), g.input("i", "int64", [2, 1]), input(g, "u", 2, 3), { reduction }),
			feeds: { i: int64([2, 1], [3, 1]) },
		}),
	),
	{ op: "Shape", name: "all", build: (g) => ops.Shape(input(g, A, 2, 0, 4)), wrt: [] },
	{
		op: "Shape",
		name: "from the end",
		build: (g) => ops.Shape(input(g, A, 2, 3, 4), { start: -2 }),
		wrt: [],
	},
	{ op: "Shape", name: "part", build: (g) => ops.Shape(input(g, A, 2, 3, 4), { start: 1, end: 2 }), wrt: [] },
	{ op: "Reshape", name: "free size", build: (g) => ops.Reshape(input(g, A, 2, 3, 4), [4, -1]) },
	{ op: "Reshape", name: "empty", build: (g) => ops.Reshape(input(g, A, 0, 3), [3, 0, 5]) },
	{ op: "Transpose", name: "perm", build: (g) => ops.Transpose(input(g, A, 2, 3, 4), [2, 0, 1]) },
	{ op: "Transpose", name: "reversed", build: (g) => ops.Transpose(input(g, A, 2, 3, 4)) },
	{ op: "Expand", name: "two axes", build: (g) => ops.Expand(input(g, A, 3, 1), [2, 3, 4]) },
	{ op: "Expand", name: "to nothing", build: (g) => ops.Expand(input(g, A, 3, 1), [3, 0]) },
	{
		op: "Concat",
		name: "three, one empty",
		build: (g) => ops.Concat([input(g, A, 2, 3), input(g, "b", 2, 0), input(g, "c", 2, 1)], -1),
	},
	{ op: "Split", name: "three", build: (g) => ops.Split(input(g, A, 2, 6), [1, 3, 2], 1) },
	{ op: "Split", name: "one used", build: (g) => ops.Split(input(g, A, 2, 6), [1, 3, 2], 1)[1] as Value },
	...[
		[{ axis: 0, start: 1, end: 3 }],
		[{ axis: 1, start: 0, end: 100, step: 2 }],
		[{ axis: 1, start: -1, end: -100, step: -1 }],
		[
			{ axis: 0, start: 1, end: -1 },
			{ axis: 1, start: 1, end: 5, step: 3 },
		],
		[{ axis: 0, start: 2, end: 2 }],
	].map(
		(ranges): Case => ({
			op: "Slice",
			name: JSON.stringify(ranges),
			build: (g) => ops.Slice(input(g, A, 4, 5), ranges),
		}),
	),
	...FUSED_CASES,
	{ op: "Pad", name: "around", build: (g) => ops.Pad(input(g, A, 2, 3), [1, 0], [0, 2], 7) },
];
