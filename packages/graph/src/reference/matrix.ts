/** Matrix products and 2-D convolutions as their defining sums. */

import { windowOf } from "../infer/convolution.ts";
import type { OpName } from "../operators.ts";
import type { Node } from "../value.ts";
import { type Array64, build, filled, offsetOf, reader, walk } from "./array.ts";
import { arrayAt, outputShape, type ReferenceRule } from "./rule.ts";

function sum(count: number, term: (i: number) => number): number {
	let total = 0;
	for (let i = 0; i < count; i++) total += term(i);
	return total;
}

/** The row or column of the larger grid that a kernel element reads, for a position in the smaller grid. */
function inputPosition(node: Node<"Conv"> | Node<"ConvTranspose">) {
	const { strides, dilations, pads } = windowOf(node.op, node.attributes);
	return (axis: 0 | 1, place: number, kernel: number) =>
		place * strides[axis] - pads[axis] + kernel * dilations[axis];
}

function inside(at: number, size: number | undefined): boolean {
	return at >= 0 && at < (size ?? 0);
}

function convolve(node: Node<"Conv">, inputs: readonly (Array64 | undefined)[]): Array64 {
	const [x, weight] = [arrayAt(inputs, 0), arrayAt(inputs, 1)];
	const [readX, readWeight] = [reader(x), reader(weight)];
	const bias = inputs[2]?.data;
	const at = inputPosition(node);
	const [, channels = 0, kernelRows = 0, kernelCols = 0] = weight.shape;
	return build(outputShape(node), ([n = 0, out = 0, row = 0, col = 0]) => {
		let total = bias?.[out] ?? 0;
		walk([channels, kernelRows, kernelCols], ([c = 0, i = 0, j = 0]) => {
			const [r, s] = [at(0, row, i), at(1, col, j)];
			if (!inside(r, x.shape[2]) || !inside(s, x.shape[3])) return;
			total += readX([n, c, r, s]) * readWeight([out, c, i, j]);
		});
		return total;
	});
}

function convolveTransposed(node: Node<"ConvTranspose">, inputs: readonly (Array64 | undefined)[]): Array64 {
	const [x, weight] = [arrayAt(inputs, 0), arrayAt(inputs, 1)];
	const [readX, readWeight] = [reader(x), reader(weight)];
	const shape = outputShape(node);
	const bias = inputs[2]?.data;
	const result = build(shape, ([, out = 0]) => bias?.[out] ?? 0);
	const at = inputPosition(node);
	const [, outputs = 0, kernelRows = 0, kernelCols = 0] = weight.shape;
	walk(
		[...x.shape, outputs, kernelRows, kernelCols],
		([n = 0, c = 0, row = 0, col = 0, out = 0, i = 0, j = 0]) => {
			const [r, s] = [at(0, row, i), at(1, col, j)];
			if (!inside(r, shape[2]) || !inside(s, shape[3])) return;
			const place = offsetOf([n, out, r, s], shape);
			result.data[place] = (result.data[place] ?? 0) + readX([n, c, row, col]) * readWeight([c, out, i, j]);
		},
	);
	return result;
}

export const matrixReference = {
	MatMul: (node, inputs) => {
		const [a, b] = [reader(arrayAt(inputs, 0)), reader(arrayAt(inputs, 1))];
		const inner = arrayAt(inputs, 0).shape.at(-1) ?? 0;
		const shape = outputShape(node);
		if (inner === 0) return [filled(shape)];
		return [
			build(shape, (index) => {
				const batch = index.slice(0, -2);
				const [row = 0, col = 0] = index.slice(-2);
				return sum(inner, (k) => a([...batch, row, k]) * b([...batch, k, col]));
			}),
		];
	},
	Gemm: (node, inputs) => {
		const { alpha = 1, beta = 1, transA = 0, transB = 0 } = node.attributes;
		const [a, b] = [reader(arrayAt(inputs, 0)), reader(arrayAt(inputs, 1))];
		const c = inputs[2] === undefined ? () => 0 : reader(inputs[2]);
		const inner = arrayAt(inputs, 0).shape[transA === 0 ? 1 : 0] ?? 0;
		return [
			build(outputShape(node), ([row = 0, col = 0]) => {
				const product = sum(
					inner,
					(k) => a(transA === 0 ? [row, k] : [k, row]) * b(transB === 0 ? [k, col] : [col, k]),
				);
				return alpha * product + beta * c([row, col]);
			}),
		];
	},
	Conv: (node, inputs) => [convolve(node, inputs)],
	ConvTranspose: (node, inputs) => [convolveTransposed(node, inputs)],
} satisfies { readonly [N in OpName]?: ReferenceRule<N> };
