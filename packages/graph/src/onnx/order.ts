/**
 * The order in which onnxruntime runs a model, which decides what is in the cache when it is needed, and how much memory
 * a step takes. Here each part of a batch goes from its inputs to its gradients before the next begins; a layer's weights
 * get their gradients next to its input; and what gradients need of the forward pass alone is computed on the way.
 *
 * onnxruntime itself walks back from the nodes whose results nobody reads, the last in the file first, and runs what
 * each of them needs. Left to that, it computes all gradients of weights at the end, from memory, with the activations
 * of every part still held. So nodes without readers go last in reverse, and where a value's first reader is far away,
 * a node without readers that takes only its shape asks for the value in its turn.
 */

import type { Value } from "../graph.ts";
import type { Written } from "./written.ts";

/** Nodes between a value and its first reader beyond which the value is asked for. */
const FAR = 32;

/** `nodes` of a graph, in its order, as they are best run; gradients depend on `seed`, the gradient of the loss by itself. */
export function inRunningOrder(nodes: readonly Written[], seed: Value | undefined): readonly Written[] {
	const order = scheduled(new Links(nodes), seed);
	return seed === undefined ? order : enforced(order);
}

/** Who makes and who reads a value. */
class Links {
	readonly nodes: readonly Written[];
	readonly #makers = new Map<Value, Written>();
	readonly #readers = new Map<Value, Written[]>();

	constructor(nodes: readonly Written[]) {
		this.nodes = nodes;
		for (const node of nodes) {
			for (const value of node.outputs) this.#makers.set(value, node);
			for (const value of new Set(node.inputs)) {
				if (value === undefined) continue;
				const readers = this.#readers.get(value);
				if (readers === undefined) this.#readers.set(value, [node]);
				else readers.push(node);
			}
		}
	}

	sources({ inputs }: Written): Written[] {
		return inputs.flatMap((value) => (value === undefined ? [] : (this.#makers.get(value) ?? [])));
	}

	readers({ outputs }: Written): Written[] {
		return outputs.flatMap((value) => this.#readers.get(value) ?? []);
	}

	/** The node that makes `value`, and all that depend on it. */
	dependents(value: Value): ReadonlySet<Written> {
		const found = new Set(this.nodes.filter(({ outputs }) => outputs.includes(value)));
		for (const node of found) for (const reader of this.readers(node)) found.add(reader);
		return found;
	}
}

/**
 * Backward nodes as they were added, then the rest; each after what it needs, which is computed on demand. A node that
 * was added for gradients but depends on none runs as soon as it can.
 */
function scheduled(links: Links, seed: Value | undefined): readonly Written[] {
	const { nodes } = links;
	const backward = seed === undefined ? new Set<Written>() : links.dependents(seed);
	const start = nodes.findIndex((node) => backward.has(node));
	const early = new Set(start < 0 ? [] : nodes.slice(start).filter((node) => !backward.has(node)));
	const done = new Set<Written>();
	const open = [...nodes.filter((node) => backward.has(node)), ...nodes].reverse();
	for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
		const missing = links.sources(node).filter((source) => !done.has(source));
		if (missing.length > 0 && !done.has(node)) {
			open.push(...missing.reverse());
			continue;
		}
		open.pop();
		if (done.has(node)) continue;
		done.add(node);
		if (backward.has(node)) continue;
		const ready = links.readers(node).filter((reader) => early.has(reader) && !done.has(reader));
		open.push(...ready.filter((reader) => links.sources(reader).every((source) => done.has(source))));
	}
	return [...done];
}

/** A file that onnxruntime runs in the order given. */
function enforced(order: readonly Written[]): readonly Written[] {
	const links = new Links(order);
	const positions = new Map(order.map((node, i) => [node, i]));
	const [inner, ends] = [[], []] as [Written[], Written[]];
	for (const [i, node] of order.entries()) {
		const readers = links.readers(node).map((reader) => positions.get(reader) ?? 0);
		const distance = Math.min(...readers) - i;
		(readers.length === 0 ? ends : inner).push(node);
		if (readers.length > 0 && distance > FAR) ends.push(...askingFor(node.outputs[0]));
	}
	return [...inner, ...ends.reverse()];
}

/** A node that needs a value and costs nothing. */
function askingFor(value: Value | undefined): Written[] {
	if (value === undefined) return [];
	const size = value.shape.length;
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
