/**
 * Checks an operator three ways: its forward result in onnxruntime against the float64 reference, its gradients
 * against float64 central differences, and its gradients in onnxruntime against the float64 ones.
 */

import { elementCount, numbersOf, type Tensor, tensor } from "@onevision/base";
import { gradientsOf } from "../gradients/gradients.ts";
import { Graph } from "../graph.ts";
import { nodeRuntime } from "../node/runtime.ts";
import { encodeModel } from "../onnx/model.ts";
import { Mul, ReduceSum } from "../ops.ts";
import { leavesFor } from "../prune.ts";
import { createRandom } from "../random.ts";
import { evaluate } from "../reference/evaluate.ts";
import type { Value } from "../value.ts";

export interface CheckOptions {
	/** Range of the float inputs, uniform (default −1 to 1). */
	readonly range?: readonly [number, number];
	/** Values of inputs that are not to be drawn at random. */
	readonly feeds?: Readonly<Record<string, Tensor>>;
	/** Inputs whose gradients are checked (default: every float input that is drawn). */
	readonly wrt?: readonly string[];
}

export interface CheckResult {
	/** Largest error of onnxruntime's forward results and gradients against float64, relative to each tensor's largest element. */
	readonly float32Error: number;
	/** Largest error of gradients against central differences, relative to the largest element of each. */
	readonly gradientError: number;
	/** Gradients that were compared. */
	readonly gradients: number;
}

/** A case: outputs and gradients in a graph, feeds, and the float64 value of each. */
export interface Prepared {
	readonly values: readonly Value[];
	readonly feeds: Readonly<Record<string, Tensor>>;
	readonly expected: readonly Float64Array[];
	/** The sum the gradients are of, and the inputs they are by; the last values are these gradients. */
	readonly loss: Value | undefined;
	readonly targets: readonly Value[];
}

/** Builds a value (or several) from inputs declared on the graph, draws the inputs, and differentiates. */
export function prepare(
	build: (graph: Graph) => Value | readonly Value[],
	{ range = [-1, 1], feeds: given = {}, wrt }: CheckOptions = {},
): Prepared {
	const graph = new Graph("check");
	const built = build(graph);
	const outputs = Array.isArray(built) ? (built as readonly Value[]) : [built as Value];
	const random = createRandom(elementCount(outputs[0]?.shape ?? []) + 17);
	const feeds: Record<string, Tensor> = {};
	for (const value of leavesFor(outputs)) {
		if (value.kind === "constant") continue;
		feeds[value.name] = given[value.name] ?? draw(value, range, random.uniform);
	}
	const drawn = Object.keys(feeds).filter(
		(name) => !(name in given) && graph.value(name).dtype === "float32",
	);
	const targets = (wrt ?? drawn).map((name) => graph.value(name));
	const loss = targets.length === 0 ? undefined : weightedSum(outputs, random.uniform);
	const values = [...outputs, ...(loss === undefined ? [] : gradientsOf(loss, targets))];
	return { values, feeds, expected: evaluate(values, feeds), loss, targets };
}

/** Measures a case. */
export async function checkOperator(
	build: (graph: Graph) => Value | readonly Value[],
	options: CheckOptions = {},
): Promise<CheckResult> {
	const { values, feeds, expected, loss, targets } = prepare(build, options);
	const gradients = expected.slice(values.length - targets.length);
	const errors = targets.map((target, i) =>
		loss === undefined
			? 0
			: relative(differences(loss, target.name, feeds), gradients[i] ?? new Float64Array()),
	);
	return {
		float32Error: await runtimeError(values, feeds, expected),
		gradientError: Math.max(0, ...errors),
		gradients: targets.length,
	};
}

function draw(value: Value, [low, high]: readonly [number, number], random: () => number): Tensor {
	return tensor(
		"float32",
		value.shape,
		Array.from({ length: elementCount(value.shape) }, () => low + (high - low) * random()),
	);
}

/** Σ weight·output with fixed random weights, so that every element's gradient matters. */
function weightedSum(outputs: readonly Value[], random: () => number): Value {
	const sums = outputs
		.filter(({ dtype }) => dtype === "float32")
		.map((output) => {
			const weights = tensor(
				"float32",
				output.shape,
				Array.from({ length: elementCount(output.shape) }, () => random() - 0.3),
			);
			return ReduceSum(Mul(output, output.graph.constant(weights)), { keepdims: false });
		});
	return sums.reduce((total, sum) => total.graph.op("Add", [total, sum]));
}

/** Central differences of `loss` by each element of the input `name`, in float64. */
function differences(loss: Value, name: string, feeds: Readonly<Record<string, Tensor>>): Float64Array {
	const base = numbersOf(feeds[name] as Tensor);
	return base.map((value, i) => {
		const step = 1e-6 * Math.max(1, Math.abs(value));
		const lossAt = (shifted: number) => {
			const moved = base.slice();
			moved[i] = shifted;
			return evaluate([loss], { ...feeds, [name]: moved })[0]?.[0] ?? Number.NaN;
		};
		return (lossAt(value + step) - lossAt(value - step)) / (2 * step);
	});
}

/** The largest error of onnxruntime, with plain ONNX operators and with its own. */
async function runtimeError(
	values: readonly Value[],
	feeds: Readonly<Record<string, Tensor>>,
	expected: readonly Float64Array[],
): Promise<number> {
	const outputs = Object.fromEntries(values.map((value, i) => [`out${i}`, value] as const));
	const errors: number[] = [];
	for (const fused of [false, true]) {
		const model = encodeModel(outputs, { fused });
		const program = await nodeRuntime({ threads: 1 }).load(model, { optimize: !fused });
		const results = await program.run(
			Object.fromEntries(program.inputs.map((name) => [name, feeds[name] as Tensor])),
		);
		await program.close();
		for (const i of values.keys()) {
			const actual = numbersOf(results[`out${i}`] as Tensor);
			errors.push(relative(actual, expected[i] ?? new Float64Array()));
		}
	}
	return Math.max(...errors);
}

/** Largest difference of two arrays, relative to the largest element of the second. */
export function relative(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
	if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
	let [difference, scale] = [0, 1e-3];
	for (let i = 0; i < expected.length; i++) {
		const [a = 0, b = 0] = [actual[i], expected[i]];
		if (Object.is(a, b)) continue;
		difference = Math.max(difference, Number.isNaN(a - b) ? Number.POSITIVE_INFINITY : Math.abs(a - b));
		if (Number.isFinite(b)) scale = Math.max(scale, Math.abs(b));
	}
	return difference / scale;
}
