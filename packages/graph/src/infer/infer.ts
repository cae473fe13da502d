/** Shape and dtype inference: one rule for each operator, complete by type. */

import { OnevisionError } from "@onevision/base";
import type { AttributesOf, OpName } from "../operators.ts";
import { dimsOf } from "../shape.ts";
import type { Value, ValueType } from "../value.ts";
import { arrangeRules } from "./arrange.ts";
import { convolutionRules } from "./convolution.ts";
import { elementwiseRules } from "./elementwise.ts";
import { indexingRules } from "./indexing.ts";
import { matrixRules } from "./matrix.ts";
import { quantizedRules } from "./quantized.ts";
import { reductionRules } from "./reduction.ts";
import type { InferRule } from "./rule.ts";
import { transformerRules } from "./transformer.ts";

const INFER = {
	...elementwiseRules,
	...matrixRules,
	...convolutionRules,
	...reductionRules,
	...indexingRules,
	...arrangeRules,
	...transformerRules,
	...quantizedRules,
} satisfies { readonly [N in OpName]: InferRule<N> };

/** Types of the outputs of `op`. Throws `shape-mismatch`, `invalid-input`, or `over-limit`. */
export function inferOutputs<N extends OpName>(
	op: N,
	inputs: readonly (Value | undefined)[],
	attributes: AttributesOf<N>,
): readonly ValueType[] {
	const rule = INFER[op] as InferRule<N>;
	return rule({ op, inputs, attributes }).map(({ dtype, dims }) => ({ dtype, dims: checked(op, dims) }));
}

function checked(op: OpName, dims: ValueType["dims"]): ValueType["dims"] {
	try {
		return dimsOf(dims);
	} catch (error) {
		if (error instanceof OnevisionError) throw new OnevisionError(error.code, `${op}: ${error.message}`);
		throw error;
	}
}
