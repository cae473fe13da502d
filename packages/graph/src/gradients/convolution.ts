/**
 * Gradients of 2-D convolutions. With respect to the input, a convolution and a transposed convolution are each other's
 * gradient. With respect to the kernel: the input convolved with the output's gradient, batch and channels exchanged,
 * strides and dilations exchanged.
 */

import { windowOf } from "../infer/convolution.ts";
import type { OpName } from "../operators.ts";
import { Conv, ConvTranspose, ReduceSum, Slice, Transpose } from "../ops.ts";
import type { Node, Value } from "../value.ts";
import { type GradientRule, operand } from "./rule.ts";

type Convolution = Node<"Conv"> | Node<"ConvTranspose">;

/** Exchanges batch and channels. */
const exchanged = (x: Value) => Transpose(x, [1, 0, 2, 3]);

/** Bias gradient: the sum over all axes but channels. */
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
	// Rows and columns beyond the last stride make the result larger than the kernel.
	const cut = Slice(full, [
		{ axis: 2, start: 0, end: rows },
		{ axis: 3, start: 0, end: cols },
	]);
	return exchanged(cut);
}

/** The output_padding with which a transposed convolution has the size of `target`. */
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
