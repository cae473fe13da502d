/** Shapes of matrix products. */

import type { OpName } from "../operators.ts";
import { broadcastDims, type Dim } from "../shape.ts";
import type { NodeSpec } from "../value.ts";
import { type InferRule, inputAt, mismatch, sameFloats } from "./rule.ts";

function lastTwo(node: NodeSpec, index: number, transposed: boolean): { batch: Dim[]; rows: Dim; cols: Dim } {
	const { dims } = inputAt(node, index);
	const [rows, cols] = dims.slice(-2);
	if (rows === undefined || cols === undefined) throw mismatch(node, "operands need two dimensions or more");
	const batch = dims.slice(0, -2);
	return transposed ? { batch, rows: cols, cols: rows } : { batch, rows, cols };
}

export const matrixRules = {
	MatMul: (node) => {
		const dtype = sameFloats(node);
		const a = lastTwo(node, 0, false);
		const b = lastTwo(node, 1, false);
		if (a.cols.size !== b.rows.size) throw mismatch(node, "inner dimensions differ");
		const batch = broadcastDims(a.batch, b.batch);
		if (batch === undefined) throw mismatch(node, "batch dimensions do not broadcast");
		return [{ dtype, dims: [...batch, a.rows, b.cols] }];
	},
	Gemm: (node) => {
		const dtype = sameFloats(node);
		const { transA = 0, transB = 0 } = node.attributes;
		const a = lastTwo(node, 0, transA !== 0);
		const b = lastTwo(node, 1, transB !== 0);
		if (a.batch.length + b.batch.length > 0) throw mismatch(node, "operands have two dimensions");
		if (a.cols.size !== b.rows.size) throw mismatch(node, "inner dimensions differ");
		const dims = [a.rows, b.cols];
		const c = node.inputs[2];
		if (c !== undefined) {
			const sum = broadcastDims(dims, c.dims);
			if (sum?.length !== 2 || sum.some(({ size }, i) => size !== dims[i]?.size)) {
				throw mismatch(node, "the third operand does not broadcast to the product");
			}
		}
		return [{ dtype, dims }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
