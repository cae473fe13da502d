/**
 * Reverse-mode differentiation, graph to graph: the gradients of a scalar become nodes of the same graph, which can be
 * optimized, saved and run like any others. Complete by type: every operator has a rule or a reason for having none.
 */

import { OnevisionError } from "@onevision/base";
import { isFloat } from "../dtype.ts";
import { factsOf, type OpName } from "../operators.ts";
import { Add, Gemm, Transpose } from "../ops.ts";
import { formatDims, staticSizes } from "../shape.ts";
import type { Node, Value } from "../value.ts";
import { arrangeGradients } from "./arrange.ts";
import { convolutionGradients } from "./convolution.ts";
import { elementwiseGradients } from "./elementwise.ts";
import { indexingGradients } from "./indexing.ts";
import { matrixGradients } from "./matrix.ts";
import { reductionGradients } from "./reduction.ts";
import { type GradientRule, type NotDifferentiable, untransposed } from "./rule.ts";
import { transformerGradients } from "./transformer.ts";

export const GRADIENTS = {
	...elementwiseGradients,
	...matrixGradients,
	...convolutionGradients,
	...reductionGradients,
	...indexingGradients,
	...arrangeGradients,
	...transformerGradients,
} satisfies { readonly [N in OpName]: GradientRule<N> | NotDifferentiable };

export interface GradientOptions {
	/** Values treated as constants: no gradient passes through them. */
	readonly stopAt?: readonly Value[];
}

/**
 * The gradients of `loss` with respect to each of `wrt`, in their order and shapes. `loss` has one element. Throws
 * `not-differentiable` when it does not depend on one of them, or only through an operator without a gradient.
 */
export function gradientsOf(
	loss: Value,
	wrt: readonly Value[],
	{ stopAt = [] }: GradientOptions = {},
): readonly Value[] {
	if (loss.shape.some((size) => size !== 1) || !isFloat(loss.dtype)) {
		throw new OnevisionError(
			"not-differentiable",
			`${loss.name}: a loss must be one float, got ${loss.dtype} ${formatDims(loss.dims)}; reduce it first`,
		);
	}
	const { graph } = loss;
	const known = new Map<Value, Value>([[loss, seedOf(loss)]]);
	const stopped = new Set(stopAt);
	const reached = dependents(graph.nodes, wrt, stopped);
	refuseDynamic(reached);
	for (const node of graph.nodes.slice(0, nodeCount(loss)).reverse()) backpropagate(node, known, reached);
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

/** Gradients unbroadcast, scatter and divide by sizes that must be known. */
function refuseDynamic(values: ReadonlySet<Value>): void {
	for (const { name, dims } of values) {
		if (staticSizes(dims) !== undefined) continue;
		throw new OnevisionError(
			"not-differentiable",
			`${name}: ${formatDims(dims)} has sizes known only when it runs; gradients need static ones, give them with bindSizes`,
		);
	}
}

/** The gradient of a loss with respect to itself: ones, on which all other gradients depend. */
export function seedOf({ graph, dtype, shape }: Value): Value {
	return graph.op("Expand", [graph.scalar(1, dtype), graph.ints(shape)]);
}

/** Number of nodes up to the producer of `value`. */
function nodeCount(value: Value): number {
	const producer = value.graph.producerOf(value);
	return producer === undefined ? 0 : value.graph.nodes.indexOf(producer) + 1;
}

/** `wrt` and every float value computed from it, except through `stopped`. */
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

/** Adds the gradients of a node's inputs to `known`, if an output has one. */
function backpropagate(node: Node, known: Map<Value, Value>, reached: ReadonlySet<Value>): void {
	const gradients = node.outputs.map((output) => (reached.has(output) ? known.get(output) : undefined));
	const first = gradients.find((gradient) => gradient !== undefined);
	if (first === undefined) return;
	const needed = node.inputs.map((value) => value !== undefined && reached.has(value));
	if (!needed.includes(true)) return;
	const rule = GRADIENTS[node.op] as GradientRule<OpName> | NotDifferentiable;
	if (typeof rule !== "function") throw refusal(node, rule.notDifferentiable);
	if (gradients[0] === undefined && !factsOf(node.op).peerOutputs) {
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

/** The sum of two gradients of one value; folded into the Gemm where one of them is A·B or its transpose. */
function added(sum: Value, gradient: Value): Value {
	const producer = gradient.graph.producerOf(gradient);
	const [a, b] = producer?.op === "Gemm" && producer.inputs.length === 2 ? producer.inputs : [];
	if (a !== undefined && b !== undefined) return Gemm(a, b, sum, (producer as Node<"Gemm">).attributes);
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
