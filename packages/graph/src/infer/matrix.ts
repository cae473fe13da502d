/** Shapes of matrix products. */

import type { OpName } from "../operators.ts";
import { broadcastDims, type Dim } from "../shape.ts";
import { type Draft, type InferRule, inputAt, mismatch, sameFloats } from "./rule.ts";

function lastTwo(draft: Draft, index: number, transposed: boolean): { batch: Dim[]; rows: Dim; cols: Dim } {
	const { dims } = inputAt(draft, index);
	const [rows, cols] = dims.slice(-2);
	if (rows === undefined || cols === undefined) throw mismatch(draft, "operands need two dimensions or more");
	const batch = dims.slice(0, -2);
	return transposed ? { batch, rows: cols, cols: rows } : { batch, rows, cols };
}

export const matrixRules = {
	MatMul: (draft) => {
		const dtype = sameFloats(draft);
		const a = lastTwo(draft, 0, false);
		const b = lastTwo(draft, 1, false);
		if (a.cols.size !== b.rows.size) throw mismatch(draft, "inner dimensions differ");
		const batch = broadcastDims(a.batch, b.batch);
		if (batch === undefined) throw mismatch(draft, "batch dimensions do not broadcast");
		return [{ dtype, dims: [...batch, a.rows, b.cols] }];
	},
	Gemm: (draft) => {
		const dtype = sameFloats(draft);
		const { transA = 0, transB = 0 } = draft.attributes;
		const a = lastTwo(draft, 0, transA !== 0);
		const b = lastTwo(draft, 1, transB !== 0);
		if (a.batch.length + b.batch.length > 0) throw mismatch(draft, "operands have two dimensions");
		if (a.cols.size !== b.rows.size) throw mismatch(draft, "inner dimensions differ");
		const dims = [a.rows, b.cols];
		const c = draft.inputs[2];
		if (c !== undefined) {
			const sum = broadcastDims(dims, c.dims);
			if (sum?.length !== 2 || sum.some(({ size }, i) => size !== dims[i]?.size)) {
				throw mismatch(draft, "the third operand does not broadcast to the product");
			}
		}
		return [{ dtype, dims }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
