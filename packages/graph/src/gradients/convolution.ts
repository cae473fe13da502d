/**
 * Gradients of 2-D convolutions. A convolution and its transpose are each other's gradient by the input. By the
 * kernel: the input, channels first, convolved with the output's gradient, strides and dilations exchanged.
 */

import type { Node, Value } from "../graph.ts";
import { windowOf } from "../infer/convolution.ts";
import type { OpName } from "../operators.ts";
import { Conv, ConvTranspose, ReduceSum, Slice, Transpose } from "../ops.ts";
import { type GradientRule, operand } from "./rule.ts";

type Convolution = Node<"Conv"> | Node<"ConvTranspose">;

/** First two axes exchanged. */
const exchanged = (x: Value) => Transpose(x, [1, 0, 2, 3]);

/** Bias gradient: the sum over everything but channels. */
const overPixels = (dy: Value) => ReduceSum(dy, { axes: [0, 2, 3], keepdims: false });

/**
 * Kernel gradient [outer, inner, rows, cols] of a convolution that takes `wide` to `narrow`: which of the two is the
 * node's input and which the gradient of its output depends on the direction.
 */
function kernelGradient(node: Convolution, wide: Value, narrow: Value): Value {
	const { strides, dilations, pads } = windowOf(node.op, node.attributes);
	const [, , rows = 1, cols = 1] = operand(node, 1).shape;
	const full = Conv(exchanged(wide), exchanged(narrow), undefined, {
		strides: dilations,
		dilations: strides,
		pads,
	});
	// A last row or column that the strides never reached gives the kernel too many; they are cut off.
	const cut = Slice(full, [
		{ axis: 2, start: 0, end: rows },
		{ axis: 3, start: 0, end: cols },
	]);
	return exchanged(cut);
}

/** What a transposed convolution must add at the end for its output to have the size of `target`. */
function outputPadding(node: Convolution, narrow: Value, target: Value): number[] {
	const { strides, dilations, pads } = windowOf(node.op, node.attributes);
	return [0, 1].map((i) => {
		const reach = ((operand(node, 1).shape[i + 2] ?? 1) - 1) * (dilations[i] ?? 1) + 1;
		const plain = (strides[i] ?? 1) * ((narrow.shape[i + 2] ?? 0) - 1) + reach;
		return (target.shape[i + 2] ?? 0) - (plain - (pads[i] ?? 0) - (pads[i + 2] ?? 0));
	});
}

export const convolutionGradients = {
	Conv: (node, dy) => {
		const [x, weight, bias] = [operand(node, 0), operand(node, 1), node.inputs[2]];
		return [
			() =>
				ConvTranspose(dy, weight, undefined, {
					...node.attributes,
					output_padding: outputPadding(node, dy, x),
				}),
			() => kernelGradient(node, x, dy),
			bias === undefined ? undefined : () => overPixels(dy),
		];
	},
	ConvTranspose: (node, dy) => {
		const [x, weight, bias] = [operand(node, 0), operand(node, 1), node.inputs[2]];
		const { output_padding: _added, ...window } = node.attributes;
		return [
			() => Conv(dy, weight, undefined, window),
			() => kernelGradient(node, dy, x),
			bias === undefined ? undefined : () => overPixels(dy),
		];
	},
} satisfies { readonly [N in OpName]?: GradientRule<N> };
