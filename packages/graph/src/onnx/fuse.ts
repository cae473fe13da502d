/**
 * Products of transposed matrices as one node, for onnxruntime. Its own optimizer would fuse them too, but it first
 * merges transposes that follow one another, and then copies a matrix once for each layout. The operator is
 * com.microsoft.FusedMatMul, which every build of onnxruntime has; files meant for others go without.
 */

import type { Node, Value } from "../graph.ts";
import { exchangesLastTwo } from "../shape.ts";

/** Domain of onnxruntime's own operators, and the version of it that this package writes. */
export const CONTRIB = { domain: "com.microsoft", version: 1 } as const;

/** A node as it is written. */
export interface Written {
	readonly node: Node;
	readonly inputs: readonly (Value | undefined)[];
	/** Which operands a fused product transposes; `undefined` for nodes written as they are. */
	readonly fused: { readonly transA: boolean; readonly transB: boolean } | undefined;
}

/** `nodes`, with transposes that a product can do itself left out where nothing else reads them. */
export function fuseProducts(nodes: readonly Node[], outputs: readonly Value[]): readonly Written[] {
	const needed = new Set<Value | undefined>(outputs);
	const written: Written[] = [];
	for (const node of [...nodes].reverse()) {
		if (!node.outputs.some((output) => needed.has(output))) continue;
		const each = node.op === "MatMul" ? fusedProduct(node) : plain(node);
		for (const input of each.inputs) needed.add(input);
		written.push(each);
	}
	return written.reverse();
}

/** A node as it is. */
export function plain(node: Node): Written {
	return { node, inputs: node.inputs, fused: undefined };
}

function fusedProduct(node: Node): Written {
	const [a, b] = node.inputs.map((value) => value && unturned(value));
	if (a === undefined && b === undefined) return plain(node);
	return {
		node,
		inputs: [a ?? node.inputs[0], b ?? node.inputs[1]],
		fused: { transA: a !== undefined, transB: b !== undefined },
	};
}

/** What `value` is the transpose of, if it exchanges the last two axes of something and nothing else. */
function unturned(value: Value): Value | undefined {
	const maker = value.graph.makerOf(value);
	if (maker?.op !== "Transpose") return undefined;
	const { perm } = (maker as Node<"Transpose">).attributes;
	return exchangesLastTwo(perm ?? []) ? maker.inputs[0] : undefined;
}
