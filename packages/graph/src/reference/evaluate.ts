/**
 * The reference interpreter: a second implementation of every operator, in float64, as plain sums and loops, complete by
 * type. It is slow and shares neither code nor precision with onnxruntime: gradients are checked against its finite
 * differences, runtimes against its results.
 */

import { assertDefined, numbersOf, OnevisionError, type Tensor } from "@onevision/base";
import { boundValues, elementSymbols, type SizesByName } from "../bind.ts";
import { bindFeed } from "../extent.ts";
import type { OpName } from "../operators.ts";
import { leavesFor, nodesFor } from "../prune.ts";
import { sizesOf, staticSizes } from "../shape.ts";
import type { Node, Value } from "../value.ts";
import type { Array64 } from "./array.ts";
import { elementwiseReference } from "./elementwise.ts";
import { indexingReference } from "./indexing.ts";
import { matrixReference } from "./matrix.ts";
import { quantizedReference } from "./quantized.ts";
import { reductionReference } from "./reduction.ts";
import type { ReferenceRule } from "./rule.ts";
import { transformerReference } from "./transformer.ts";

const REFERENCE = {
	...elementwiseReference,
	...matrixReference,
	...reductionReference,
	...indexingReference,
	...transformerReference,
	...quantizedReference,
} satisfies { readonly [N in OpName]: ReferenceRule<N> };

/** Feeds by name: tensors, or numbers in row-major order. */
export type Feeds = Readonly<Record<string, Tensor | ArrayLike<number>>>;

/**
 * Computes `outputs` in float64, in their order. Dynamic sizes are those of the feeds, which are then tensors. Throws
 * `unknown-name` when an input or parameter they need is not fed, `invalid-input` when a feed has the wrong number of
 * elements or an index is out of range, `shape-mismatch` when sizes of one name differ.
 */
export function evaluate(outputs: readonly Value[], feeds: Feeds): readonly Float64Array[] {
	const dynamic = [...leavesFor(outputs), ...nodesFor(outputs).flatMap((node) => node.outputs)].some(
		({ dims }) => staticSizes(dims) === undefined,
	);
	if (!dynamic) return evaluateStatic(outputs, feeds);
	const bound = boundValues(outputs, sizesFed(leavesFor(outputs), feeds));
	return evaluateStatic(
		outputs.map((value) => assertDefined(bound.get(value), value.name)),
		feeds,
	);
}

/** The sizes that feeds give to names, and the elements of lists of sizes. */
function sizesFed(leaves: readonly Value[], feeds: Feeds): SizesByName {
	const sizes = new Map<string, number>();
	for (const value of leaves) {
		const feed = Object.hasOwn(feeds, value.name) ? feeds[value.name] : undefined;
		if (feed === undefined || !("dtype" in feed)) continue;
		bindFeed(value.name, sizesOf(value.dims), feed.shape, sizes);
		const elements = numbersOf(feed);
		for (const [i, symbol] of elementSymbols(value).entries()) sizes.set(symbol, elements[i] ?? 0);
	}
	return Object.fromEntries(sizes);
}

function evaluateStatic(outputs: readonly Value[], feeds: Feeds): readonly Float64Array[] {
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
