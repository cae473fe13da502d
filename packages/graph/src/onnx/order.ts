/**
 * The order of nodes in a model, which decides what is cached when it is read and how much memory a step takes.
 *
 *     order = topological sort of [backward nodes as added, …forward nodes], producers pulled in on demand
 *
 * So each part of a batch runs from its inputs to its gradients before the next begins, and a weight's gradient runs
 * next to that of its layer's input. Backward nodes that depend on no gradient (Φ(x) of a Gelu) run as soon as their
 * inputs are there, while those are cached.
 *
 * onnxruntime does not run files in order: it walks back from the sinks (nodes without consumers), last in the file
 * first, and runs what each needs. Left to that, all weight gradients run at the end, with every activation held until
 * then. To enforce the order:
 *
 *     file = [inner nodes in order, …sinks in reverse order]
 *
 * and a value whose first consumer is more than `MAX_DISTANCE` nodes away gets a sink of its own, Shape(value), which
 * costs nothing and pulls it in at its place.
 */

import type { Value } from "../value.ts";
import type { OnnxNode } from "./onnx-node.ts";

/** Nodes between a value and its first consumer beyond which it gets a sink. */
const MAX_DISTANCE = 32;

/**
 * `nodes`, in topological order, in the order in which they run best. `seed` is the gradient of the loss by itself, on
 * which all gradients depend; without it the order is left to onnxruntime.
 */
export function inExecutionOrder(nodes: readonly OnnxNode[], seed: Value | undefined): readonly OnnxNode[] {
	const order = schedule(new Links(nodes), seed);
	return seed === undefined ? order : enforce(order);
}

/** Producers and consumers among some nodes. */
class Links {
	readonly nodes: readonly OnnxNode[];
	readonly #producers = new Map<Value, OnnxNode>();
	readonly #consumers = new Map<Value, OnnxNode[]>();

	constructor(nodes: readonly OnnxNode[]) {
		this.nodes = nodes;
		for (const node of nodes) {
			for (const value of node.outputs) this.#producers.set(value, node);
			for (const value of new Set(node.inputs)) {
				if (value === undefined) continue;
				const consumers = this.#consumers.get(value);
				if (consumers === undefined) this.#consumers.set(value, [node]);
				else consumers.push(node);
			}
		}
	}

	producersOf({ inputs }: OnnxNode): OnnxNode[] {
		return inputs.flatMap((value) => (value === undefined ? [] : (this.#producers.get(value) ?? [])));
	}

	consumersOf({ outputs }: OnnxNode): OnnxNode[] {
		return outputs.flatMap((value) => this.#consumers.get(value) ?? []);
	}

	/** The producer of `value` and everything downstream of it. */
	downstream(value: Value): ReadonlySet<OnnxNode> {
		const found = new Set(this.nodes.filter(({ outputs }) => outputs.includes(value)));
		for (const node of found) for (const consumer of this.consumersOf(node)) found.add(consumer);
		return found;
	}
}

/** Depth-first topological sort, backward nodes first. */
function schedule(links: Links, seed: Value | undefined): readonly OnnxNode[] {
	const { nodes } = links;
	const backward = seed === undefined ? new Set<OnnxNode>() : links.downstream(seed);
	const start = nodes.findIndex((node) => backward.has(node));
	const eager = new Set(start < 0 ? [] : nodes.slice(start).filter((node) => !backward.has(node)));
	const done = new Set<OnnxNode>();
	const stack = [...nodes.filter((node) => backward.has(node)), ...nodes].reverse();
	for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
		const missing = links.producersOf(node).filter((producer) => !done.has(producer));
		if (missing.length > 0 && !done.has(node)) {
			stack.push(...missing.reverse());
			continue;
		}
		stack.pop();
		if (done.has(node)) continue;
		done.add(node);
		if (backward.has(node)) continue;
		const next = links.consumersOf(node).filter((consumer) => eager.has(consumer) && !done.has(consumer));
		stack.push(...next.filter((consumer) => links.producersOf(consumer).every((each) => done.has(each))));
	}
	return [...done];
}

/** A file that onnxruntime runs in the order given. */
function enforce(order: readonly OnnxNode[]): readonly OnnxNode[] {
	const links = new Links(order);
	const positions = new Map(order.map((node, i) => [node, i]));
	const [inner, sinks] = [[], []] as [OnnxNode[], OnnxNode[]];
	for (const [i, node] of order.entries()) {
		const consumers = links.consumersOf(node).map((consumer) => positions.get(consumer) ?? 0);
		const distance = Math.min(...consumers) - i;
		(consumers.length === 0 ? sinks : inner).push(node);
		if (consumers.length > 0 && distance > MAX_DISTANCE) sinks.push(...sinkOf(node.outputs[0]));
	}
	return [...inner, ...sinks.reverse()];
}

/** A node without consumers that needs `value` and costs nothing. */
function sinkOf(value: Value | undefined): OnnxNode[] {
	if (value === undefined) return [];
	const size = value.dims.length;
	const shape: Value = {
		graph: value.graph,
		name: `${value.name} in turn`,
		dtype: "int64",
		dims: [{ size }],
		shape: [size],
		kind: "computed",
	};
	return [{ op: "Shape", domain: "", inputs: [value], outputs: [shape], attributes: [] }];
}
