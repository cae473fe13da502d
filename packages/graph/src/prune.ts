/** The part of a graph that some values depend on. */

import { OnevisionError } from "@onevision/base";
import type { Node, Value } from "./value.ts";

/** Nodes that `outputs` depend on, in topological order. Throws `invalid-input` for values of two graphs. */
export function nodesFor(outputs: readonly Value[]): readonly Node[] {
	const [first] = outputs;
	if (first === undefined) return [];
	const { graph } = first;
	const needed = new Set<Value>();
	for (const output of outputs) {
		if (output.graph !== graph) {
			throw new OnevisionError("invalid-input", `${output.name} and ${first.name} belong to two graphs`);
		}
		needed.add(output);
	}
	const nodes: Node[] = [];
	for (const node of [...graph.nodes].reverse()) {
		if (!node.outputs.some((output) => needed.has(output))) continue;
		for (const input of node.inputs) if (input !== undefined) needed.add(input);
		nodes.push(node);
	}
	return nodes.reverse();
}

/** Inputs, parameters and constants that `outputs` depend on. */
export function leavesFor(outputs: readonly Value[]): readonly Value[] {
	const leaves = new Set<Value>(outputs.filter(({ kind }) => kind !== "computed"));
	for (const { inputs } of nodesFor(outputs)) {
		for (const value of inputs) if (value !== undefined && value.kind !== "computed") leaves.add(value);
	}
	return [...leaves];
}
