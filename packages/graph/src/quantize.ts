/**
 * Weights rounded to few bits, for products that read less memory. Two layouts, those of onnxruntime's operators:
 *
 *     int4, int8        MatMulNBits: blocks of 32 along the inputs of each output, the last one padded, one scale for each
 *                       block. For decoding, where a weight is read for one token.
 *     int8-columns      DynamicQuantizeMatMul: one scale for each output, the weight transposed. For prefill and towers,
 *                       where it is read for many tokens; activations are rounded as well.
 *
 * A code q stands for q·scale, with q from −2^(bits − 1); the element of a block that is furthest from 0 gets the code with
 * the largest magnitude, −2^(bits − 1), so that the scale may be negative (as in llama.cpp's Q4_0).
 */

import type { DType } from "@onevision/base";

/** Elements of a block. */
export const BLOCK = 32;

const FORMATS = {
	int4: { bits: 4, byColumn: false },
	int8: { bits: 8, byColumn: false },
	"int8-columns": { bits: 8, byColumn: true },
} as const;

/** How quantized weights are stored. */
export type QuantizedFormat = keyof typeof FORMATS;

/** The names under which a quantized weight is stored. */
export function quantizedNames(name: string, format: QuantizedFormat): { weight: string; scales: string } {
	return { weight: `${name}.${format}`, scales: `${name}.${format}.scales` };
}

/** Shapes of a quantized weight [out, in], and the dtype of its codes. */
export function quantizedShapes(
	outputs: number,
	inputs: number,
	format: QuantizedFormat,
): { readonly weight: readonly number[]; readonly scales: readonly number[]; readonly dtype: DType } {
	const { bits, byColumn } = FORMATS[format];
	if (byColumn) return { weight: [inputs, outputs], scales: [outputs], dtype: "int8" };
	const blocks = Math.ceil(inputs / BLOCK);
	return { weight: [outputs, blocks, (BLOCK * bits) / 8], scales: [outputs, blocks], dtype: "uint8" };
}

/** Codes as they are stored, and their scales. */
export interface Quantized {
	readonly weight: Uint8Array<ArrayBuffer> | Int8Array<ArrayBuffer>;
	readonly scales: Float32Array<ArrayBuffer>;
}

/** Rounds a weight [outputs, inputs] in row-major order. Block formats may be given some of the rows at a time. */
export function quantize(
	values: Float32Array,
	outputs: number,
	inputs: number,
	format: QuantizedFormat,
): Quantized {
	const { bits, byColumn } = FORMATS[format];
	return byColumn ? byColumns(values, outputs, inputs) : inBlocks(values, outputs, inputs, bits);
}

/** The weight [outputs, inputs] that quantized codes stand for. */
export function dequantize(
	{ weight, scales }: Quantized,
	outputs: number,
	inputs: number,
	format: QuantizedFormat,
): Float32Array {
	const { bits, byColumn } = FORMATS[format];
	const values = new Float32Array(outputs * inputs);
	const blocks = Math.ceil(inputs / BLOCK);
	const [half, perByte] = [2 ** (bits - 1), 8 / bits];
	for (let row = 0; row < outputs; row++) {
		for (let col = 0; col < inputs; col++) {
			const element = row * blocks * BLOCK + col;
			const byte = weight[Math.floor(element / perByte)] ?? 0;
			const code = byColumn
				? (weight[col * outputs + row] ?? 0)
				: ((byte >> ((element % perByte) * bits)) & (2 * half - 1)) - half;
			const scale = scales[byColumn ? row : row * blocks + Math.floor(col / BLOCK)] ?? 0;
			values[row * inputs + col] = code * scale;
		}
	}
	return values;
}

function inBlocks(values: Float32Array, rows: number, cols: number, bits: 4 | 8): Quantized {
	const blocks = Math.ceil(cols / BLOCK);
	const [half, bytes] = [2 ** (bits - 1), (BLOCK * bits) / 8];
	const weight = new Uint8Array(rows * blocks * bytes);
	const scales = new Float32Array(rows * blocks);
	for (let block = 0; block < rows * blocks; block++) {
		const start = Math.floor(block / blocks) * cols + (block % blocks) * BLOCK;
		const length = Math.min(BLOCK, cols - (block % blocks) * BLOCK);
		const scale = Math.fround(furthest(values, start, length) / -half) || 0; // never −0
		scales[block] = scale;
		const inverse = scale === 0 ? 0 : 1 / scale;
		// Padding is the code of 0, as its activations are 0 too.
		for (let i = 0; i < BLOCK; i++) {
			const value = i < length ? (values[start + i] ?? 0) : 0;
			const code = Math.min(2 * half - 1, Math.round(value * inverse) + half);
			const at = block * bytes + (bits === 8 ? i : i >> 1);
			weight[at] = (weight[at] ?? 0) | (bits === 8 || i % 2 === 0 ? code : code << 4);
		}
	}
	return { weight, scales };
}

/** The element with the largest magnitude. */
function furthest(values: Float32Array, start: number, length: number): number {
	let most = 0;
	for (let i = start; i < start + length; i++) {
		const value = values[i] ?? 0;
		if (Math.abs(value) > Math.abs(most)) most = value;
	}
	return most;
}

function byColumns(values: Float32Array, outputs: number, inputs: number): Quantized {
	const weight = new Int8Array(outputs * inputs);
	const scales = new Float32Array(outputs);
	for (let row = 0; row < outputs; row++) {
		const scale = Math.fround(Math.abs(furthest(values, row * inputs, inputs)) / 127);
		scales[row] = scale;
		const inverse = scale === 0 ? 0 : 1 / scale;
		for (let col = 0; col < inputs; col++) {
			const code = Math.round((values[row * inputs + col] ?? 0) * inverse);
			weight[col * outputs + row] = Math.max(-127, Math.min(127, code));
		}
	}
	return { weight, scales };
}
