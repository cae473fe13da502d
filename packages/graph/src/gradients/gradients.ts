/**
 * Reverse-mode differentiation, graph to graph: the gradients of a scalar become further nodes of the same graph, so
 * they can be optimised, saved and run like any others. Complete by type: every operator has a rule or a reason.
 */

import { OnevisionError } from "@onevision/base";
import { isFloat } from "../dtype.ts";
import type { Node, Value } from "../graph.ts";
import type { OpName } from "../operators.ts";
import { Add, Gemm, Transpose } from "../ops.ts";
import { formatDims } from "../shape.ts";
import { arrangeGradients } from "./arrange.ts";
import { convolutionGradients } from "./convolution.ts";
import { elementwiseGradients } from "./elementwise.ts";
import { indexingGradients } from "./indexing.ts";
import { matrixGradients } from "./matrix.ts";
import { reductionGradients } from "./reduction.ts";
import { type GradientRule, type NotDifferentiable, untransposed } from "./rule.ts";

export const GRADIENTS = {
	...elementwiseGradients,
	...matrixGradients,
	...convolutionGradients,
	...reductionGradients,
	...indexingGradients,
	...arrangeGradients,
} satisfies { readonly [N in OpName]: GradientRule<N> | NotDifferentiable };

export interface GradientOptions {
	/** Values that count as constants: no gradient passes through them. */
	readonly stopAt?: readonly Value[];
}

/**
 * The gradients of `loss` by each of `wrt`, in that order and in the shapes of `wrt`. `loss` has one element.
 * Throws `not-differentiable` when it does not depend on one of them, or only through an operator without a gradient.
 */
export function gradientsOf(
	loss: Value,
	wrt: readonly Value[],
	{ stopAt = [] }: GradientOptions = {},
): readonly Value[] {
	if (loss.shape.some((size) => size !== 1) || !isFloat(loss.dtype)) {
		throw new OnevisionError(
			"not-differentiable",
			`${loss.name}: a loss is one float, got ${loss.dtype} ${formatDims(loss.dims)}; reduce it first`,
		);
	}
	const { graph } = loss;
	const known = new Map<Value, Value>([[loss, seedOf(loss)]]);
	const stopped = new Set(stopAt);
	const reached = dependents(graph.nodes, wrt, stopped);
	for (const node of graph.nodes.slice(0, nodeCount(loss)).reverse()) passBack(node, known, reached);
	return wrt.map((value) => {
		const gradient = known.get(value);
		if (gradient === undefined) {
			throw new OnevisionError(
				"not-differentiable",
				`${loss.name} does not depend on ${value.name}; leave it out of the gradients`,
			);
		}
		return gradient;
	});
}

/** The gradient of a loss by itself, one, which all of its other gradients depend on. */
export function seedOf({ graph, dtype, shape }: Value): Value {
	return graph.op("Expand", [graph.scalar(1, dtype), graph.ints(shape)]);
}

/** Nodes up to the one that makes `value`. */
function nodeCount(value: Value): number {
	const maker = value.graph.makerOf(value);
	return maker === undefined ? 0 : value.graph.nodes.indexOf(maker) + 1;
}

/** `wrt` and every float value computed from it, save through `stopped`. */
function dependents(
	nodes: readonly Node[],
	wrt: readonly Value[],
	stopped: ReadonlySet<Value>,
): ReadonlySet<Value> {
	const reached = new Set<Value>(wrt);
	for (const { inputs, outputs } of nodes) {
		if (!inputs.some((value) => value !== undefined && reached.has(value))) continue;
		for (const output of outputs) {
			if (isFloat(output.dtype) && !stopped.has(output)) reached.add(output);
		}
	}
	return reached;
}

/** Adds the gradients of a node's inputs to `known`, if its outputs have any. */
function passBack(node: Node, known: Map<Value, Value>, reached: ReadonlySet<Value>): void {
	const gradients = node.outputs.map((output) => (reached.has(output) ? known.get(output) : undefined));
	const first = gradients.find((gradient) => gradient !== undefined);
	if (first === undefined) return;
	const needed = node.inputs.map((value) => value !== undefined && reached.has(value));
	if (!needed.includes(true)) return;
	const rule = GRADIENTS[node.op] as GradientRule<OpName> | NotDifferentiable;
	if (typeof rule !== "function") throw refusal(node, rule.notDifferentiable);
	if (gradients[0] === undefined && node.op !== "Split") {
		throw refusal(node, "only its first output has a gradient");
	}
	rule(node, first, gradients).forEach((build, index) => {
		const value = node.inputs[index];
		if (value === undefined || build === undefined || !reached.has(value)) return;
		const gradient = build();
		const sum = known.get(value);
		known.set(value, sum === undefined ? gradient : added(sum, gradient));
	});
}

/** The sum of two gradients of one value: within the product, where one of them is a plain product or its transpose. */
function added(sum: Value, gradient: Value): Value {
	const maker = gradient.graph.makerOf(gradient);
	const [a, b] = maker?.op === "Gemm" && maker.inputs.length === 2 ? maker.inputs : [];
	if (a !== undefined && b !== undefined) return Gemm(a, b, sum, (maker as Node<"Gemm">).attributes);
	const [left, right] = [untransposed(sum), untransposed(gradient)];
	return left === undefined || right === undefined
		? Add(sum, gradient)
		: Transpose(added(left, right), [1, 0]);
}

function refusal(node: Node, reason: string): OnevisionError {
	return new OnevisionError(
		"not-differentiable",
		`${node.op} (${node.outputs[0]?.name}): ${reason}; name its output in stopAt to treat it as a constant`,
	);
}
