/** What is asked of a graph to find patterns in it. */

import type { Node, Value } from "../graph.ts";

/** The value and the constant number that a node multiplies, if it does that. */
export function scaledBy({ op, inputs }: Node): readonly [Value, number] | undefined {
	const [a, b] = inputs;
	if (op !== "Mul" || a === undefined || b === undefined) return undefined;
	const [left, right] = [numberOf(a), numberOf(b)];
	if (right !== undefined) return [a, right];
	return left === undefined ? undefined : [b, left];
}

/** The number that a scalar constant is. */
function numberOf(value: Value): number | undefined {
	const constant = value.graph.constantOf(value);
	return constant?.dtype === "float32" && value.shape.length === 0 ? Number(constant.data[0]) : undefined;
}

/** The node that makes a node's first input. */
export function makerOf({ inputs: [value] }: Node): Node | undefined {
	return value?.graph.makerOf(value);
}

/** Says who of `nodes` reads a value: a node once for each time. */
export function readersAmong(nodes: readonly Node[]): (value: Value) => readonly Node[] {
	const readers = new Map<Value, Node[]>();
	for (const node of nodes) {
		for (const value of node.inputs) {
			if (value === undefined) continue;
			const known = readers.get(value);
			if (known === undefined) readers.set(value, [node]);
			else known.push(node);
		}
	}
	return (value) => readers.get(value) ?? [];
}
