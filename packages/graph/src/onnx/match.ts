/** Queries for finding patterns in a graph. */

import type { Node, Value } from "../value.ts";

/** For x·c or c·x with a scalar constant c: x and c. */
export function scaledBy({ op, inputs }: Node): readonly [Value, number] | undefined {
	const [a, b] = inputs;
	if (op !== "Mul" || a === undefined || b === undefined) return undefined;
	const [left, right] = [scalarOf(a), scalarOf(b)];
	if (right !== undefined) return [a, right];
	return left === undefined ? undefined : [b, left];
}

/** The number in a float32 scalar constant. */
function scalarOf(value: Value): number | undefined {
	const constant = value.graph.constantOf(value);
	return constant?.dtype === "float32" && value.dims.length === 0 ? Number(constant.data[0]) : undefined;
}

/** The node that computes a node's first input. */
export function producerOf({ inputs: [value] }: Node): Node | undefined {
	return value?.graph.producerOf(value);
}

/** The nodes among `nodes` that read a value, each once per use. */
export function consumersOf(nodes: readonly Node[]): (value: Value) => readonly Node[] {
	const consumers = new Map<Value, Node[]>();
	for (const node of nodes) {
		for (const value of node.inputs) {
			if (value === undefined) continue;
			const known = consumers.get(value);
			if (known === undefined) consumers.set(value, [node]);
			else known.push(node);
		}
	}
	return (value) => consumers.get(value) ?? [];
}
