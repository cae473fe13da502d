/** Shapes of elementwise operators: that of the input, or what the inputs broadcast to. */

import { type DType, dtypeOfOnnx, OnevisionError } from "@onevision/base";
import type { OpName } from "../operators.ts";
import type { NodeSpec } from "../value.ts";
import { broadcastOf, type InferRule, inputAt, numberAt, sameFloats, wrongDType } from "./rule.ts";

const unary = (node: NodeSpec) => [{ dtype: sameFloats(node), dims: inputAt(node, 0).dims }];
const binaryFloat = (node: NodeSpec) => [{ dtype: sameFloats(node), dims: broadcastOf(node, [0, 1]) }];

/** The numeric dtype that both inputs share. */
function sameNumbers(node: NodeSpec): DType {
	const dtype = numberAt(node, 0);
	if (inputAt(node, 1).dtype !== dtype) throw wrongDType(node, 1, dtype);
	return dtype;
}

const arithmetic = (node: NodeSpec) => [{ dtype: sameNumbers(node), dims: broadcastOf(node, [0, 1]) }];

function comparison(node: NodeSpec) {
	sameNumbers(node);
	return [{ dtype: "bool" as const, dims: broadcastOf(node, [0, 1]) }];
}

function logical(node: NodeSpec) {
	node.inputs.forEach((value, index) => {
		if (value?.dtype !== "bool") throw wrongDType(node, index, "bool");
	});
	return [{ dtype: "bool" as const, dims: broadcastOf(node, [...node.inputs.keys()]) }];
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
	Identity: (node) => [inputAt(node, 0)],
	Gelu: (node) => {
		const { approximate = "none" } = node.attributes;
		if (approximate !== "none" && approximate !== "tanh") {
			throw new OnevisionError("invalid-input", `Gelu: approximate is "none" or "tanh", got ${approximate}`);
		}
		return unary(node);
	},
	Cast: (node) => {
		const dtype = dtypeOfOnnx(node.attributes.to ?? 0);
		if (dtype === undefined) {
			throw new OnevisionError("invalid-input", `Cast: to = ${node.attributes.to} is not a known dtype`);
		}
		return [{ dtype, dims: inputAt(node, 0).dims }];
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
	Where: (node) => {
		if (inputAt(node, 0).dtype !== "bool") throw wrongDType(node, 0, "bool");
		const { dtype } = inputAt(node, 1);
		if (inputAt(node, 2).dtype !== dtype) throw wrongDType(node, 2, dtype);
		return [{ dtype, dims: broadcastOf(node, [0, 1, 2]) }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
