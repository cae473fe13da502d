/** Shapes of gathers and scatters. */

import { OnevisionError } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { axisOf, sameSizes } from "../shape.ts";
import { type Draft, type InferRule, indicesAt, inputAt, mismatch, numberAt, wrongDType } from "./rule.ts";

function checkReduction(draft: Draft<"ScatterElements" | "ScatterND">): void {
	const { reduction = "none" } = draft.attributes;
	if (reduction !== "none" && reduction !== "add") {
		throw new OnevisionError("invalid-input", `${draft.op}: reduction is "none" or "add", got ${reduction}`);
	}
	const dtype = reduction === "add" ? numberAt(draft, 0) : inputAt(draft, 0).dtype;
	if (inputAt(draft, 2).dtype !== dtype) throw wrongDType(draft, 2, dtype);
}

/** Dimensions of `data` that each index tuple of GatherND and ScatterND leaves whole. */
function tupleTail(draft: Draft) {
	const data = inputAt(draft, 0);
	const indices = indicesAt(draft, 1);
	const length = indices.shape.at(-1);
	if (length === undefined || length > data.shape.length) {
		throw mismatch(draft, "index tuples are longer than the data have dimensions");
	}
	return [...indices.dims.slice(0, -1), ...data.dims.slice(length)];
}

export const indexingRules = {
	Gather: (draft) => {
		const data = inputAt(draft, 0);
		const axis = axisOf(draft.attributes.axis ?? 0, data.dims.length, "Gather");
		const dims = [...data.dims.slice(0, axis), ...indicesAt(draft, 1).dims, ...data.dims.slice(axis + 1)];
		return [{ dtype: data.dtype, dims }];
	},
	GatherElements: (draft) => {
		const data = inputAt(draft, 0);
		const indices = indicesAt(draft, 1);
		axisOf(draft.attributes.axis ?? 0, data.dims.length, "GatherElements");
		if (indices.dims.length !== data.dims.length) throw mismatch(draft, "data and indices differ in rank");
		return [{ dtype: data.dtype, dims: indices.dims }];
	},
	GatherND: (draft) => [{ dtype: inputAt(draft, 0).dtype, dims: tupleTail(draft) }],
	ScatterElements: (draft) => {
		const data = inputAt(draft, 0);
		axisOf(draft.attributes.axis ?? 0, data.dims.length, "ScatterElements");
		checkReduction(draft);
		const { shape } = indicesAt(draft, 1);
		if (shape.length !== data.shape.length || !sameSizes(shape, inputAt(draft, 2).shape)) {
			throw mismatch(draft, "indices and updates must agree, in the rank of the data");
		}
		return [data];
	},
	ScatterND: (draft) => {
		checkReduction(draft);
		const wanted = tupleTail(draft).map(({ size }) => size);
		if (!sameSizes(wanted, inputAt(draft, 2).shape)) {
			throw mismatch(draft, `updates must have the shape [${wanted.join(", ")}]`);
		}
		return [inputAt(draft, 0)];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
