/** Products with quantized weights from their definitions. */

import { roundHalfEven } from "@onevision/base";
import type { OpName } from "../operators.ts";
import { build, reader } from "./array.ts";
import { arrayAt, outputShape, type ReferenceRule } from "./rule.ts";

export const quantizedReference = {
	MatMulNBits: (node, inputs) => {
		const { K = 0, bits = 4, block_size = 32 } = node.attributes;
		const [x, stored, scales] = [
			reader(arrayAt(inputs, 0)),
			arrayAt(inputs, 1).data,
			arrayAt(inputs, 2).data,
		];
		const bias = inputs[5]?.data;
		const blocks = Math.ceil(K / block_size);
		const perByte = 8 / bits;
		const weight = (row: number, k: number): number => {
			const element = row * blocks * block_size + k;
			const byte = stored[Math.floor(element / perByte)] ?? 0;
			const code = (byte >> ((element % perByte) * bits)) & (2 ** bits - 1);
			return (code - 2 ** (bits - 1)) * (scales[row * blocks + Math.floor(k / block_size)] ?? 0);
		};
		return [
			build(outputShape(node), (index) => {
				const [lead, row = 0] = [index.slice(0, -1), index.at(-1)];
				let total = bias?.[row] ?? 0;
				for (let k = 0; k < K; k++) total += x([...lead, k]) * weight(row, k);
				return total;
			}),
		];
	},
	DynamicQuantizeMatMul: (node, inputs) => {
		const x = arrayAt(inputs, 0);
		const [weight, scales] = [reader(arrayAt(inputs, 1)), arrayAt(inputs, 2).data];
		const [zeros, bias] = [inputs[3]?.data, inputs[4]?.data];
		const inner = x.shape.at(-1) ?? 0;
		// DynamicQuantizeLinear of ONNX, in float32 as it is defined: the range always has 0 in it.
		const low = x.data.reduce((least, value) => Math.min(least, value), 0);
		const high = x.data.reduce((most, value) => Math.max(most, value), 0);
		const scale = Math.fround((high - low) / 255) || 1;
		const zero = roundHalfEven(Math.min(255, Math.max(0, -low / scale)));
		const rounded = x.data.map(
			(value) => Math.min(255, Math.max(0, roundHalfEven(value / scale) + zero)) - zero,
		);
		const read = reader({ shape: x.shape, data: rounded });
		const pick = (list: ArrayLike<number> | undefined, col: number) =>
			list?.[list.length === 1 ? 0 : col] ?? 0;
		return [
			build(outputShape(node), (index) => {
				const [lead, col = 0] = [index.slice(0, -1), index.at(-1)];
				let total = 0;
				for (let k = 0; k < inner; k++) total += read([...lead, k]) * (weight([k, col]) - pick(zeros, col));
				return total * scale * pick(scales, col) + (bias?.[col] ?? 0);
			}),
		];
	},
} satisfies { readonly [N in OpName]?: ReferenceRule<N> };
