/** Shapes of gathers and scatters. */

import { OnevisionError } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { axisOf, sameSizes, sizesOf } from "../shape.ts";
import type { NodeSpec } from "../value.ts";
import { type InferRule, indicesAt, inputAt, mismatch, numberAt, wrongDType } from "./rule.ts";

function checkReduction(node: NodeSpec<"ScatterElements" | "ScatterND">): void {
	const { reduction = "none" } = node.attributes;
	if (reduction !== "none" && reduction !== "add") {
		throw new OnevisionError("invalid-input", `${node.op}: reduction is "none" or "add", got ${reduction}`);
	}
	const dtype = reduction === "add" ? numberAt(node, 0) : inputAt(node, 0).dtype;
	if (inputAt(node, 2).dtype !== dtype) throw wrongDType(node, 2, dtype);
}

/** The shape that GatherND returns and that the updates of ScatterND have. */
function tupleTail(node: NodeSpec) {
	const data = inputAt(node, 0);
	const indices = indicesAt(node, 1);
	const length = indices.dims.at(-1)?.size;
	if (typeof length !== "number" || length > data.dims.length) {
		throw mismatch(node, "index tuples must be of a static length, up to the rank of the data");
	}
	return [...indices.dims.slice(0, -1), ...data.dims.slice(length)];
}

export const indexingRules = {
	Gather: (node) => {
		const data = inputAt(node, 0);
		const axis = axisOf(node.attributes.axis ?? 0, data.dims.length, "Gather");
		const dims = [...data.dims.slice(0, axis), ...indicesAt(node, 1).dims, ...data.dims.slice(axis + 1)];
		return [{ dtype: data.dtype, dims }];
	},
	GatherElements: (node) => {
		const data = inputAt(node, 0);
		const indices = indicesAt(node, 1);
		axisOf(node.attributes.axis ?? 0, data.dims.length, "GatherElements");
		if (indices.dims.length !== data.dims.length) throw mismatch(node, "data and indices differ in rank");
		return [{ dtype: data.dtype, dims: indices.dims }];
	},
	GatherND: (node) => [{ dtype: inputAt(node, 0).dtype, dims: tupleTail(node) }],
	ScatterElements: (node) => {
		const data = inputAt(node, 0);
		axisOf(node.attributes.axis ?? 0, data.dims.length, "ScatterElements");
		checkReduction(node);
		const { dims } = indicesAt(node, 1);
		if (dims.length !== data.dims.length || !sameSizes(sizesOf(dims), sizesOf(inputAt(node, 2).dims))) {
			throw mismatch(node, "indices and updates must agree, in the rank of the data");
		}
		return [data];
	},
	ScatterND: (node) => {
		checkReduction(node);
		const wanted = tupleTail(node).map(({ size }) => size);
		if (!sameSizes(wanted, sizesOf(inputAt(node, 2).dims))) {
			throw mismatch(node, `updates must have the shape [${wanted.join(", ")}]`);
		}
		return [inputAt(node, 0)];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
