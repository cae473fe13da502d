/** Helpers of reference rules. */

import type { OpName } from "../operators.ts";
import type { Node } from "../value.ts";
import type { Array64 } from "./array.ts";

/** Computes a node's outputs, whose shapes are in `node.outputs`. Omitted inputs are `undefined`. */
export type ReferenceRule<N extends OpName> = (
	node: Node<N>,
	inputs: readonly (Array64 | undefined)[],
) => readonly Array64[];

const NOTHING: Array64 = { shape: [0], data: new Float64Array() };

/** The input at `index`, or an empty array where it is omitted. */
export function arrayAt(inputs: readonly (Array64 | undefined)[], index: number): Array64 {
	return inputs[index] ?? NOTHING;
}

export function outputShape(node: Node, index = 0): readonly number[] {
	return node.outputs[index]?.shape ?? [];
}
