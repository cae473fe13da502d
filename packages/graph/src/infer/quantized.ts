/** Shapes of products with quantized weights. */

import { OnevisionError } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { sameSizes, sizesOf } from "../shape.ts";
import { type InferRule, inputAt, mismatch, wrongDType } from "./rule.ts";

/** Block sizes that onnxruntime has kernels for. */
const BLOCKS = [16, 32, 64, 128, 256];

export const quantizedRules = {
	MatMulNBits: (node) => {
		const { dtype, dims } = inputAt(node, 0);
		const { K = 0, N = 0, bits = 4, block_size = 32 } = node.attributes;
		if (dtype !== "float32") throw wrongDType(node, 0, "float32");
		if (inputAt(node, 1).dtype !== "uint8") throw wrongDType(node, 1, "uint8");
		if (inputAt(node, 2).dtype !== "float32") throw wrongDType(node, 2, "float32");
		if (![2, 4, 8].includes(bits) || !BLOCKS.includes(block_size)) {
			throw new OnevisionError(
				"invalid-input",
				`MatMulNBits: bits are 2, 4 or 8 and blocks ${BLOCKS.join(", ")}, got ${bits} and ${block_size}`,
			);
		}
		const blocks = Math.ceil(K / block_size);
		if (dims.at(-1)?.size !== K) throw mismatch(node, `the last axis of x must be K = ${K}`);
		if (!sameSizes(sizesOf(inputAt(node, 1).dims), [N, blocks, (block_size * bits) / 8])) {
			throw mismatch(node, `the weight must be [${N}, ${blocks}, ${(block_size * bits) / 8}]`);
		}
		const scales = sizesOf(inputAt(node, 2).dims);
		if (!sameSizes(scales, [N, blocks]) && !sameSizes(scales, [N * blocks])) {
			throw mismatch(node, `scales must be [${N}, ${blocks}]`);
		}
		if (node.inputs[3] !== undefined || node.inputs[4] !== undefined) {
			throw mismatch(node, "zero points and a group index are not taken here");
		}
		const bias = node.inputs[5];
		if (bias !== undefined && !sameSizes(sizesOf(bias.dims), [N]))
			throw mismatch(node, `the bias must be [${N}]`);
		return [{ dtype: "float32" as const, dims: [...dims.slice(0, -1), { size: N }] }];
	},
	DynamicQuantizeMatMul: (node) => {
		const { dtype, dims } = inputAt(node, 0);
		const weight = inputAt(node, 1);
		const [inner, cols] = weight.dims;
		if (dtype !== "float32") throw wrongDType(node, 0, "float32");
		if (weight.dtype !== "int8" && weight.dtype !== "uint8") throw wrongDType(node, 1, "int8 or uint8");
		if (
			weight.dims.length !== 2 ||
			inner === undefined ||
			cols === undefined ||
			dims.at(-1)?.size !== inner.size
		) {
			throw mismatch(node, "inner dimensions differ");
		}
		for (const index of [2, 3, 4]) {
			const value = node.inputs[index];
			if (value === undefined) continue;
			const wanted = index === 3 ? weight.dtype : "float32";
			if (value.dtype !== wanted) throw wrongDType(node, index, wanted);
			const scalar = index !== 4 && (value.dims.length === 0 || sameSizes(sizesOf(value.dims), [1]));
			if (!scalar && !sameSizes(sizesOf(value.dims), [cols.size])) {
				throw mismatch(node, `input ${index} must have one element for each column`);
			}
		}
		return [{ dtype: "float32" as const, dims: [...dims.slice(0, -1), cols] }];
	},
} satisfies { readonly [N in OpName]?: InferRule<N> };
