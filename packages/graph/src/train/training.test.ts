/** Updates: accumulation, groups, frozen parameters, clipping, schedules, and what a plan refuses. */

import { float32, int64, type Tensor } from "@onevision/base";
import { describe, expect, test } from "vitest";
import { Graph } from "../graph.ts";
import { nodeRuntime } from "../node/runtime.ts";
import * as ops from "../ops.ts";
import { relative } from "../testing/check.ts";
import { xorBatch, xorGraph, xorTraining } from "../testing/xor.ts";
import { planTraining } from "./plan.ts";
import { learningRateAt, scheduleOf } from "./schedule.ts";
import { checkState, startState } from "./state.ts";
import { startTraining } from "./training.ts";

const runtime = nodeRuntime({ threads: 1 });

/** The first `rows` of a batch, or those from there on. */
function part(batch: Readonly<Record<string, Tensor>>, from: number, to: number) {
	const [x, y] = [batch.x?.data as Float32Array, batch.y?.data as BigInt64Array];
	return { x: float32([to - from, 2], x.slice(2 * from, 2 * to)), y: int64([to - from], y.slice(from, to)) };
}

test("two halves update as the whole batch does, however unevenly their targets count", async () => {
	const whole = xorBatch(1, 32);
	for (let i = 0; i < 12; i++) (whole.y?.data as BigInt64Array)[i] = -100n;
	const [once, twice] = [xorTraining({}, 32), xorTraining({}, 16)];
	const a = await startTraining(once.plan, once.state, runtime);
	const b = await startTraining(twice.plan, twice.state, runtime);
	const one = await a.update([whole]);
	const two = await b.update([part(whole, 0, 16), part(whole, 16, 32)]);
	expect(one.count).toBe(20);
	expect(two.count).toBe(20);
	expect(two.loss).toBeCloseTo(one.loss, 5);
	expect(two.gradientNorm).toBeCloseTo(one.gradientNorm, 5);
	const [left, right] = [await a.state(), await b.state()];
	for (const name of Object.keys(left.first)) {
		const [first, second] = [left.first[name]?.data, right.first[name]?.data] as [Float32Array, Float32Array];
		expect(relative(second, first)).toBeLessThan(1e-5);
	}
	await a.close();
	await b.close();
});

describe("groups", () => {
	test("have their own rates and decay; frozen ones stay and cost no gradient", async () => {
		const { graph, sum, count } = xorGraph();
		const [hidden, bias, out] = ["hidden.weight", "hidden.bias", "out.weight"].map((name) =>
			graph.value(name),
		);
		const plan = planTraining({
			loss: sum,
			count: count,
			learningRate: 0.01,
			groups: [
				{ name: "fixed", parameters: [hidden as never], frozen: true },
				{
					name: "bias",
					parameters: [bias as never],
					learningRate: { kind: "cosine", peak: 0.5, steps: 10 },
					weightDecay: 0,
				},
			],
		});
		const { state } = xorTraining();
		const training = await startTraining(plan, startState(plan, state.parameters), runtime);
		const report = await training.update([xorBatch(1)]);
		expect(report.learningRates).toEqual({
			bias: learningRateAt({ kind: "cosine", peak: 0.5, steps: 10 }, 1),
			default: 0.01,
		});
		const { parameters, first } = await training.state();
		expect(parameters["hidden.weight"]).toEqual(state.parameters["hidden.weight"]);
		expect(parameters["out.weight"]).not.toEqual(state.parameters["out.weight"]);
		expect(Object.keys(first)).toEqual(["hidden.bias", "out.weight"]);
		expect(out?.kind).toBe("parameter");
		// The first step of AdamW moves each element by the rate, decay aside.
		const moved = Math.abs((parameters["hidden.bias"]?.data as Float32Array)[0] ?? 0);
		expect(moved).toBeCloseTo(report.learningRates.bias ?? 0, 3);
		await training.close();
	});
});

test("gradients above the norm are scaled down to it, the report says what they were", async () => {
	const run = async (clipNorm?: number) => {
		const { plan, state } = xorTraining(clipNorm === undefined ? {} : { clipNorm });
		const training = await startTraining(plan, state, runtime);
		const { gradientNorm } = await training.update([xorBatch(1)]);
		const { first } = await training.state();
		await training.close();
		const squares = Object.values(first).flatMap(({ data }) =>
			Array.from(data as Float32Array, (m) => m * m),
		);
		return { gradientNorm, moment: Math.sqrt(squares.reduce((sum, square) => sum + square, 0)) };
	};
	const [free, clipped] = [await run(), await run(0.01)];
	expect(clipped.gradientNorm).toBe(free.gradientNorm);
	expect(free.gradientNorm).toBeGreaterThan(0.05);
	// After one step the first moment is a tenth of the gradient.
	expect(clipped.moment).toBeCloseTo(0.001, 6);
});

/**
 * A parameter of one element whose gradient is `gradient`: the first moment of its first update, over 0.1, which is the
 * gradient that AdamW was given.
 */
async function clippedGradient(gradient: number, clipNorm: number): Promise<number> {
	const graph = new Graph("slope");
	const loss = ops.ReduceSum(ops.Mul(graph.parameter("w", [1]), graph.input("x", "float32", [1])), {
		keepdims: false,
	});
	const plan = planTraining({ loss, learningRate: 0.1, clipNorm });
	const training = await startTraining(plan, startState(plan, { w: float32([1], [1]) }), runtime);
	await training.update([{ x: float32([1], [gradient]) }]);
	const { first } = await training.state();
	await training.close();
	return 10 * ((first.w?.data as Float32Array)[0] ?? 0);
}

test.each([
	// torch.nn.utils.clip_grad_norm_: min(1, max_norm / (norm + 1e-6)).
	["well above the limit", 4, 1, 1 - 0.25e-6],
	["small, where the 1e-6 weighs a quarter", 3e-6, 1e-6, 0.75e-6],
	["just below the limit: scaled all the same", 2e-6, 2.5e-6, (2e-6 * 2.5) / 3],
	["below the limit by more than 1e-6: as it is", 2e-6, 4e-6, 2e-6],
	["negative", -3e-6, 1e-6, -0.75e-6],
])("clipping as torch does: %s", async (_, gradient, clipNorm, expected) => {
	const given = await clippedGradient(gradient, clipNorm);
	expect(given / expected).toBeCloseTo(1, 6);
});

test("metrics are averaged like the loss", async () => {
	const { graph, logits, sum, count } = xorGraph();
	const hits = ops.Cast(ops.Equal(ops.ArgMax(logits, 1, false), graph.value("y")), "float32");
	const metrics = { accuracy: ops.ReduceSum(hits, { keepdims: false }) };
	const plan = planTraining({ loss: sum, count, metrics, learningRate: 0.1 });
	const training = await startTraining(plan, startState(plan, xorTraining().state.parameters), runtime);
	const before = await training.evaluate([xorBatch(1)]);
	for (let step = 1; step <= 60; step++) await training.update([xorBatch(step)]);
	const after = await training.evaluate([xorBatch(1), xorBatch(2)]);
	await training.close();
	expect(before.metrics.accuracy).toBeLessThan(0.7);
	expect(after.metrics.accuracy).toBeGreaterThan(0.8);
});

test("a batch in which nothing counts is refused", async () => {
	const { plan, state } = xorTraining();
	const training = await startTraining(plan, state, runtime);
	const batch = xorBatch(1);
	(batch.y?.data as BigInt64Array).fill(-100n);
	await expect(training.update([batch])).rejects.toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: step 1: every target in these batches is ignored; there is nothing to learn from]`,
	);
	await training.close();
});

test.each([
	["constant", 0.5, [0.25, 0.5, 0.5, 0.5]],
	[
		"cosine",
		{ kind: "cosine", peak: 1, warmupSteps: 2, steps: 6, floor: 0.2 },
		[0.5, 1, 0.2 + 0.4 * (1 + Math.SQRT1_2), 0.6],
	],
	["linear", { kind: "linear", peak: 1, warmupSteps: 2, steps: 6 }, [0.5, 1, 0.75, 0.5]],
] as const)("schedule %s", (_name, rate, expected) => {
	const schedule = scheduleOf(
		typeof rate === "number" ? { kind: "constant", peak: rate, warmupSteps: 2 } : rate,
	);
	for (const [i, value] of expected.entries()) expect(learningRateAt(schedule, i + 1)).toBeCloseTo(value, 12);
	if (schedule.kind !== "constant") expect(learningRateAt(schedule, 99)).toBe(schedule.floor ?? 0);
});

test("a loss, count or metric that is not float32 is refused by its dtype", () => {
	const { sum, count } = xorGraph();
	const request = { loss: sum, count, learningRate: 0.1 };
	const wide = ops.Cast(sum, "float64");
	for (const change of [{ loss: wide }, { count: wide }, { metrics: { wide } }]) {
		expect(() => planTraining({ ...request, ...change })).toThrow(
			/must be a float32 scalar, got float64 \[\]/,
		);
	}
});

test("weight decay is that of torch.optim.AdamW by default", () => {
	const { sum, count } = xorGraph();
	expect(planTraining({ loss: sum, count, learningRate: 0.1 }).groups).toEqual([
		{ name: "default", learningRate: { kind: "constant", peak: 0.1 }, weightDecay: 0.01, frozen: false },
	]);
});

test("a state of another dtype is refused, for parameters and moments", () => {
	const { plan, state } = xorTraining();
	const wrong = int64([16], new Array<bigint>(16).fill(0n));
	for (const [kind, what] of [
		["parameters", "parameter"],
		["first", "first moment"],
		["second", "second moment"],
	] as const) {
		const changed = { ...state, [kind]: { ...state[kind], "hidden.bias": wrong } };
		expect(() => checkState(plan, changed)).toThrow(
			`state: ${what} hidden.bias is float32 [16], got int64 [16]`,
		);
	}
});

test("plans refuse what makes no sense", () => {
	const { graph, sum, count } = xorGraph();
	const bias = graph.value("hidden.bias");
	const request = { loss: sum, count, learningRate: 0.1 };
	const refusals = [
		() => planTraining({ ...request, learningRate: -1 }),
		() => planTraining({ ...request, learningRate: { kind: "cosine", peak: 1 } }),
		() => planTraining({ ...request, clipNorm: 0 }),
		() => planTraining({ ...request, weightDecay: -1 }),
		() => planTraining({ ...request, adamw: { beta1: 1 } }),
		() => planTraining({ ...request, adamw: { epsilon: 1e-46 } }),
		() => planTraining({ ...request, loss: bias }),
		() =>
			planTraining({
				...request,
				groups: [
					{ name: "a", parameters: [bias] },
					{ name: "b", parameters: [bias] },
				],
			}),
		() => planTraining({ ...request, groups: [{ name: "a", parameters: [graph.value("x")] }] }),
		() => planTraining({ ...request, groups: [{ name: "default", parameters: [bias] }] }),
		() => planTraining({ ...request, groups: [{ name: "all", parameters: graph.parameters, frozen: true }] }),
		() => startState(xorTraining().plan, {}),
		() =>
			planTraining({
				loss: ops.ReduceSum(new Graph().input("x", "float32", [2]), { keepdims: false }),
				learningRate: 1,
			}),
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
		  "invalid-input: schedule: rates must be at least 0, got peak -1 and floor 0",
		  "invalid-input: schedule: cosine needs steps above warmupSteps (0), got undefined",
		  "invalid-input: training: clipNorm must be above 0, got 0",
		  "invalid-input: training: weightDecay of default must be at least 0",
		  "invalid-input: training: betas must be from 0 to below 1 and epsilon above 0 in float32, got 1, 0.999, 1e-8",
		  "invalid-input: training: betas must be from 0 to below 1 and epsilon above 0 in float32, got 0.9, 0.999, 1e-46",
		  "invalid-input: training: hidden.bias must be a float32 scalar, got float32 [16]",
		  "invalid-input: training: hidden.bias of group b is in two groups",
		  "invalid-input: training: x of group a is not a parameter",
		  "invalid-input: training: two groups named default",
		  "invalid-input: training: every parameter is frozen or unused",
		  "unknown-name: state: parameter hidden.weight is missing",
		  "invalid-input: training: every parameter is frozen or unused",
		]
	`);
});
