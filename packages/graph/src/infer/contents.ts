/**
 * What is known of the elements of small int64 values before any run: constants, and lists of sizes that a graph computes
 * with Shape, Concat, Gather and arithmetic. So a Reshape or Split whose sizes are computed has exact shapes.
 */

import type { Tensor } from "@onevision/base";
import { addExtents, type Extent, multiplyExtents, subtractExtents } from "../extent.ts";
import type { OpName } from "../operators.ts";
import { sizesOf } from "../shape.ts";
import type { Node, Value } from "../value.ts";

/** Most elements that are followed: more than any rank. */
const MAX_CONTENTS = 64;

/** The elements of an int64 scalar or list. */
export function constantContents(constant: Tensor | undefined): readonly number[] | undefined {
	if (constant?.dtype !== "int64" || constant.shape.length > 1 || constant.data.length > MAX_CONTENTS)
		return undefined;
	return Array.from(constant.data as BigInt64Array, Number);
}

/** The elements of a node's first output; `undefined` where they are not known. */
export function contentsOfOutput(node: Node): readonly Extent[] | undefined {
	const [output] = node.outputs;
	const rule = CONTENTS[node.op] as ((node: Node) => readonly Extent[] | undefined) | undefined;
	if (rule === undefined || output?.dtype !== "int64" || output.dims.length > 1) return undefined;
	const contents = rule(node);
	return contents !== undefined && contents.length <= MAX_CONTENTS ? contents : undefined;
}

function contentsAt(node: Node, index: number): readonly Extent[] | undefined {
	const value = node.inputs[index];
	return value?.graph.contentsOf(value);
}

/** Both lists equally long, or one of them a single element. */
function elementwise(compute: (a: Extent, b: Extent) => Extent) {
	return (node: Node) => {
		const [a, b] = [contentsAt(node, 0), contentsAt(node, 1)];
		if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return undefined;
		const length = Math.max(a.length, b.length);
		return Array.from({ length }, (_, i) => compute(pick(a, i), pick(b, i)));
	};
}

function pick(list: readonly Extent[], index: number): Extent {
	return list[list.length === 1 ? 0 : index] ?? 0;
}

/** The dimensions that Shape returns: from `start` to `end`, clamped as ONNX has it. */
export function shapeRange(node: Node<"Shape">): readonly Extent[] {
	const dims: Value["dims"] = node.inputs[0]?.dims ?? [];
	return sizesOf(dims.slice(node.attributes.start ?? 0, node.attributes.end));
}

const same = (node: Node) => contentsAt(node, 0);

const CONTENTS: { readonly [N in OpName]?: (node: Node<N>) => readonly Extent[] | undefined } = {
	Shape: shapeRange,
	Identity: same,
	Reshape: same,
	Cast: same,
	Add: elementwise(addExtents),
	Sub: elementwise(subtractExtents),
	Mul: elementwise(multiplyExtents),
	Concat: (node) => {
		const parts = node.inputs.map((_, index) => contentsAt(node, index));
		return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
	},
	Gather: (node) => {
		const [data, indices] = [contentsAt(node, 0), contentsAt(node, 1)];
		if (data === undefined || indices === undefined) return undefined;
		const chosen = indices.flatMap((index) => (typeof index === "number" ? (data.at(index) ?? []) : []));
		return chosen.length === indices.length ? chosen : undefined;
	},
	Slice: (node) => {
		const data = contentsAt(node, 0);
		const [start, end, axis, step] = [1, 2, 3, 4].map((index) => contentsAt(node, index)?.[0]);
		if (data === undefined || typeof start !== "number" || typeof end !== "number" || step !== 1)
			return undefined;
		return axis === 0 ? data.slice(start, end) : undefined;
	},
};
