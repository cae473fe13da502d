/** Shapes of elementwise operators: the input's own, or what the inputs broadcast to. */

import { type DType, dtypeOfOnnx, OnevisionError } from "@onevision/base";
import type { OpName } from "../operators.ts";
import {
	broadcastOf,
	type Draft,
	type InferRule,
	inputAt,
	numberAt,
	sameFloats,
	wrongDType,
} from "./rule.ts";

const unary = (draft: Draft) => [{ dtype: sameFloats(draft), dims: inputAt(draft, 0).dims }];
const binaryFloat = (draft: Draft) => [{ dtype: sameFloats(draft), dims: broadcastOf(draft, [0, 1]) }];

/** A dtype of numbers, the same on both sides. */
function sameNumbers(draft: Draft): DType {
	const dtype = numberAt(draft, 0);
	if (inputAt(draft, 1).dtype !== dtype) throw wrongDType(draft, 1, dtype);
	return dtype;
}

const arithmetic = (draft: Draft) => [{ dtype: sameNumbers(draft), dims: broadcastOf(draft, [0, 1]) }];

function comparison(draft: Draft) {
	sameNumbers(draft);
	return [{ dtype: "bool" as const, dims: broadcastOf(draft, [0, 1]) }];
}

function logical(draft: Draft) {
	draft.inputs.forEach((value, index) => {
		if (value?.dtype !== "bool") throw wrongDType(draft, index, "bool");
	});
	return [{ dtype: "bool" as const, dims: broadcastOf(draft, [...draft.inputs.keys()]) }];
}

export const elementwiseRules = {
	Abs: unary,
	Neg: unary,
	Exp: unary,
	Log: unary,
	Sqrt: unary,
	Reciprocal: unary,
	Sin: unary,
	Cos: unary,
	Tanh: unary,
	Sigmoid: unary,
	Erf: unary,
	Relu: unary,
	Sign: unary,
	HardSigmoid: unary,
	Not: logical,
	Identity: (draft) => [inputAt(draft, 0)],
	Gelu: (draft) => {
		const { approximate = "none" } = draft.attributes;
		if (approximate !== "none" && approximate !== "tanh") {
			throw new OnevisionError("invalid-input", `Gelu: approximate is "none" or "tanh", got ${approximate}`);
		}
		return unary(draft);
	},
	Cast: (draft) => {
		const dtype = dtypeOfOnnx(draft.attributes.to ?? 0);
		if (dtype === undefined) {
			throw new OnevisionError(
				"invalid-input",
				`Cast: to = ${draft.attributes.to} is no dtype of this package`,
			);
		}
		return [{ dtype, dims: inputAt(draft, 0).dims }];
	},
	Add: arithmetic,
	Sub: arithmetic,
	Mul: arithmetic,
	Div: arithmetic,
	Max: arithmetic,
	Min: arithmetic,
	Pow: binaryFloat,
	And: logical,
	Or: logical,
	Equal: comparison,
	Less: comparison,
	LessOrEqual: comparison,
	Greater: comparison,
	GreaterOrEqual: comparison,
	Where: (draft) => {
		if (inputAt(draft, 0).dtype !== "bool") throw wrongDType(draft, 0, "bool");
		const { dtype } = inputAt(draft, 1);
		if (inputAt(draft, 2).dtype !== dtype) throw wrongDType(draft, 2, dtype);
		return [{ dtype, dims: broadcastOf(draft, [0, 1, 2]) }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
