/** Whole models against PyTorch: loss and every gradient, AdamW steps, bilinear resizing. Goldens of oracle/graph.py. */

import { elementCount, float32, int64, numbersOf, type Tensor } from "@onevision/base";
import { expect, test } from "vitest";
import golden from "./goldens/torch.json" with { type: "json" };
import { gradientsOf } from "./gradients/gradients.ts";
import { Graph } from "./graph.ts";
import { bilinearPooling } from "./layers/pooling.ts";
import { nodeRuntime } from "./node/runtime.ts";
import { encodeModel } from "./onnx/model.ts";
import { Transpose } from "./ops.ts";
import { evaluate } from "./reference/evaluate.ts";
import { relative } from "./testing/check.ts";
import { type Model, transformer, vit } from "./testing/models.ts";
import { adamw, sumOfSquares } from "./train/adamw.ts";

/** The rule that makes weights in the oracle: the fraction of a large sine, shifted. */
function spread(count: number, seed: number): Float64Array {
	return Float64Array.from({ length: count }, (_, i) => {
		const value = Math.sin(i * 12.9898 + seed) * 43758.5453;
		return (value - Math.floor(value) - 0.5) * 1.4;
	});
}

interface GoldenModel {
	readonly name: string;
	readonly inputs: Readonly<Record<string, readonly number[]>>;
	readonly loss: number;
	readonly gradients: Readonly<Record<string, { norm: number; sum: number; samples: readonly number[] }>>;
}

const [TRANSFORMER, VIT] = golden.models as unknown as readonly [GoldenModel, GoldenModel];
const SIZES = golden.models.map(({ sizes }) => sizes) as unknown as readonly [
	Parameters<typeof transformer>[0],
	Parameters<typeof vit>[0],
];

function feedsOf({ graph }: Model, { inputs }: GoldenModel): Record<string, Tensor> {
	const parameters = graph.parameters.map(
		({ name, shape }, i) =>
			[name, float32(shape, Float32Array.from(spread(elementCount(shape), i)))] as const,
	);
	const given = graph.inputs.map(({ name, shape, dtype }) => {
		const values = inputs[name] ?? Float32Array.from(spread(elementCount(shape), 100));
		return [name, dtype === "int64" ? int64(shape, values) : float32(shape, values)] as const;
	});
	return Object.fromEntries([...parameters, ...given]);
}

/** Norm, sum and samples of a gradient, as the oracle keeps them. */
function digest(values: ArrayLike<number>): number[] {
	const all = Array.from(values);
	const step = Math.max(1, Math.floor(all.length / 6));
	const samples = all.filter((_, i) => i % step === 0).slice(0, 6);
	return [Math.hypot(...all), all.reduce((sum, value) => sum + value, 0), ...samples];
}

test.each([
	["transformer", () => transformer(SIZES[0]), TRANSFORMER],
	["transformer in two parts", () => transformer(SIZES[0], 2), TRANSFORMER],
	["vit", () => vit(SIZES[1]), VIT],
] as const)("%s: loss and gradients are PyTorch's", async (_name, build, expected) => {
	const model = build();
	const { parameters } = model.graph;
	expect(parameters.map(({ name }) => name)).toEqual(Object.keys(expected.gradients));
	const values = [model.sum, ...gradientsOf(model.sum, parameters)];
	const feeds = feedsOf(model, expected);
	const wanted = parameters.map(({ name }) => {
		const { norm, sum, samples } = expected.gradients[name] ?? { norm: 0, sum: 0, samples: [] };
		return [norm, sum, ...samples];
	});

	const [loss = [], ...gradients] = evaluate(values, feeds);
	expect(relative(loss, [expected.loss])).toBeLessThan(1e-9);
	for (const [i, gradient] of gradients.entries()) {
		expect(relative(digest(gradient), wanted[i] ?? [])).toBeLessThan(1e-6);
	}

	const outputs = Object.fromEntries(values.map((value, i) => [`out${i}`, value]));
	const program = await nodeRuntime({ threads: 1 }).load(encodeModel(outputs));
	const results = await program.run(feeds);
	await program.close();
	const single = values.map((_, i) => numbersOf(results[`out${i}`] as Tensor));
	expect(relative(single[0] ?? [], [expected.loss])).toBeLessThan(1e-5);
	for (const [i, each] of wanted.entries()) {
		expect(relative(digest(single[i + 1] ?? []), each)).toBeLessThan(1e-4);
	}
});

test("AdamW with clipping steps as torch.optim.AdamW", () => {
	const { lr, beta1, beta2, epsilon, decay, clip, steps } = golden.adamw;
	const values = Float32Array.from(spread(12, 1));
	const [first, second] = [new Float32Array(12), new Float32Array(12)];
	steps.forEach(({ norm, values: expected }, i) => {
		const gradient = Float32Array.from(spread(12, 2 + i));
		const length = Math.sqrt(sumOfSquares(gradient));
		expect(length).toBeCloseTo(norm, 5);
		const settings = { beta1, beta2, epsilon, learningRate: lr, weightDecay: decay, step: i + 1 };
		adamw(values, gradient, first, second, { ...settings, scale: Math.min(1, clip / (length + 1e-6)) });
		expect(relative(values, expected)).toBeLessThan(1e-6);
	});
});

test.each(golden.bilinear)("bilinear pooling $from to $to is torch's interpolate", ({
	from,
	to,
	sum,
	samples,
}) => {
	const [[rows = 0, cols = 0], [toRows = 0, toCols = 0]] = [from, to];
	const graph = new Graph();
	const x = graph.input("x", "float32", [1, 2, rows * cols]);
	const cells = bilinearPooling(Transpose(x, [0, 2, 1]), { rows, cols }, { rows: toRows, cols: toCols });
	const [values = new Float64Array()] = evaluate([Transpose(cells, [0, 2, 1])], {
		x: spread(2 * rows * cols, 3),
	});
	expect(relative([values.reduce((total, value) => total + value, 0)], [sum])).toBeLessThan(1e-5);
	expect(relative(values.slice(0, samples.length), samples)).toBeLessThan(1e-6);
});
