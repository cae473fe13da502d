/**
 * The reference interpreter: a second implementation of every operator, in float64, as plain sums and loops, complete by
 * type. It is slow and shares neither code nor precision with onnxruntime: gradients are checked against its finite
 * differences, runtimes against its results.
 */

import { numbersOf, OnevisionError, type Tensor } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { nodesFor } from "../prune.ts";
import type { Node, Value } from "../value.ts";
import type { Array64 } from "./array.ts";
import { elementwiseReference } from "./elementwise.ts";
import { indexingReference } from "./indexing.ts";
import { matrixReference } from "./matrix.ts";
import { reductionReference } from "./reduction.ts";
import type { ReferenceRule } from "./rule.ts";

const REFERENCE = {
	...elementwiseReference,
	...matrixReference,
	...reductionReference,
	...indexingReference,
} satisfies { readonly [N in OpName]: ReferenceRule<N> };

/** Feeds by name: tensors, or numbers in row-major order. */
export type Feeds = Readonly<Record<string, Tensor | ArrayLike<number>>>;

/**
 * Computes `outputs` in float64, in their order. Throws `unknown-name` when an input or parameter they need is not fed,
 * `invalid-input` when a feed has the wrong number of elements or an index is out of range.
 */
export function evaluate(outputs: readonly Value[], feeds: Feeds): readonly Float64Array[] {
	const known = new Map<Value, Array64>();
	const arrayOf = (value: Value): Array64 => {
		const found = known.get(value) ?? leaf(value, feeds);
		known.set(value, found);
		return found;
	};
	for (const node of nodesFor(outputs)) {
		const inputs = node.inputs.map((value) => (value === undefined ? undefined : arrayOf(value)));
		const rule = REFERENCE[node.op] as ReferenceRule<OpName>;
		rule(node as Node, inputs).forEach((array, index) => {
			const output = node.outputs[index];
			if (output !== undefined) known.set(output, array);
		});
	}
	return outputs.map((value) => arrayOf(value).data);
}

/** A constant, or a feed as numbers. */
function leaf(value: Value, feeds: Feeds): Array64 {
	const constant = value.graph.constantOf(value);
	if (constant !== undefined) return { shape: value.shape, data: numbersOf(constant) };
	const feed = Object.hasOwn(feeds, value.name) ? feeds[value.name] : undefined;
	if (feed === undefined) throw new OnevisionError("unknown-name", `evaluate: ${value.name} is not fed`);
	const data = "dtype" in feed ? numbersOf(feed) : Float64Array.from(feed);
	const count = value.shape.reduce((product, size) => product * size, 1);
	if (data.length !== count) {
		throw new OnevisionError(
			"invalid-input",
			`evaluate: ${value.name} has ${count} elements, got ${data.length}`,
		);
	}
	return { shape: value.shape, data };
}
