/** A graph with dynamic sizes made static: the same nodes over sizes that are given. */

import { assertDefined, OnevisionError, tensor } from "@onevision/base";
import { elementSymbol, evaluateExtent, extentOf } from "./extent.ts";
import { Graph } from "./graph.ts";
import type { Outputs } from "./onnx/model.ts";
import { leavesFor, nodesFor } from "./prune.ts";
import { type Dim, formatDims } from "./shape.ts";
import type { Value } from "./value.ts";

/** Longest list of sizes: more than any rank, fewer than any sequence. */
const MAX_SIZES = 64;

/** Sizes by name. */
export type SizesByName = Readonly<Record<string, number>>;

/**
 * The graph that `outputs` depend on, as a new graph whose dynamic sizes are numbers: what `gradientsOf` and
 * `planTraining` take. Lists of sizes that the graph computes become constants, and so does one that is fed when each of
 * its elements is given (`lengths.0`); names and parameters stay. Throws `unknown-name` when a size is not given, `shape-mismatch` when the sizes do not fit the operators.
 */
export function bindSizes(outputs: Outputs, sizes: SizesByName): Outputs {
	const values = Object.values(outputs);
	const bound = boundValues(values, sizes);
	return Object.fromEntries(
		Object.entries(outputs).map(([name, value]) => [name, assertDefined(bound.get(value), value.name)]),
	);
}

/** The values of the new graph by those of the old one, for everything that `outputs` depend on. */
export function boundValues(outputs: readonly Value[], given: SizesByName): ReadonlyMap<Value, Value> {
	const sizes = new Map(Object.entries(given));
	const [first] = outputs;
	const bound = new Map<Value, Value>();
	if (first === undefined) return bound;
	const graph = new Graph(first.graph.name);
	for (const leaf of leavesFor(outputs)) bound.set(leaf, boundLeaf(graph, leaf, sizes));
	for (const node of nodesFor(outputs)) {
		const list = node.op === "Shape" ? constantSizes(node.outputs[0], sizes) : undefined;
		const inputs = node.inputs.map((value) => value && bound.get(value));
		const names = node.outputs.map(({ name }) => name);
		const made =
			list === undefined
				? graph.node(node.op, inputs, node.attributes, names)
				: [graph.constant(tensor("int64", [list.length], list), names[0])];
		for (const [i, output] of node.outputs.entries()) bound.set(output, assertDefined(made[i], output.name));
	}
	return bound;
}

function constantSizes(value: Value | undefined, sizes: ReadonlyMap<string, number>): number[] | undefined {
	const contents = value?.graph.contentsOf(value)?.map((size) => evaluateExtent(size, sizes));
	const numbers = contents?.flatMap((size) => size ?? []);
	return numbers?.length === contents?.length ? numbers : undefined;
}

function boundLeaf(graph: Graph, value: Value, sizes: ReadonlyMap<string, number>): Value {
	const { name, dtype } = value;
	const constant = value.graph.constantOf(value);
	if (constant !== undefined) return graph.constant(constant, name);
	const elements = elementSymbols(value).flatMap((symbol) => sizes.get(symbol) ?? []);
	if (elements.length > 0 && elements.length === value.dims[0]?.size) {
		return graph.constant(tensor("int64", [elements.length], elements), name);
	}
	const dims = value.dims.map((dim): Dim => ({ ...dim, size: sizeOf(value, dim, sizes) }));
	if (value.kind === "parameter") {
		return value.graph.parameters.includes(value)
			? graph.parameter(name, dims, value.graph.initializerOf(value))
			: graph.weight(name, dtype, dims);
	}
	return graph.input(name, dtype, dims);
}

/** The names of the elements of a list of sizes that is fed; none for any other value. */
export function elementSymbols({ kind, name, dtype, dims }: Value): string[] {
	const [first] = dims;
	if (kind !== "input" || dtype !== "int64" || dims.length !== 1 || typeof first?.size !== "number")
		return [];
	return first.size > MAX_SIZES ? [] : Array.from({ length: first.size }, (_, i) => elementSymbol(name, i));
}

function sizeOf(value: Value, { size }: Dim, sizes: ReadonlyMap<string, number>): number {
	const number = evaluateExtent(extentOf(size), sizes);
	if (number !== undefined) return number;
	throw new OnevisionError(
		"unknown-name",
		`bindSizes: ${value.name} ${formatDims(value.dims)} needs a number for ${size}; given are ${[...sizes.keys()].join(", ") || "none"}`,
	);
}
