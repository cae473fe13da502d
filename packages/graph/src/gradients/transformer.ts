/** Gradients of operators of transformers. Fused ones have none: layers for training are built of standard operators. */

import type { OpName } from "../operators.ts";
import { Add, Mul, Neg, RotaryEmbedding, Sigmoid, Sub } from "../ops.ts";
import { type GradientRule, type NotDifferentiable, notDifferentiable, operand } from "./rule.ts";

const FUSED = notDifferentiable(
	"it is fused for inference; build the layer of standard operators to train it",
);

export const transformerGradients = {
	// The rotation is orthogonal: its transpose turns back. The tables are constants of the model.
	RotaryEmbedding: (node, dy) => [
		() => RotaryEmbedding(dy, operand(node, 1), Neg(operand(node, 2)), node.inputs[3], node.attributes),
		undefined,
		undefined,
		undefined,
	],
	QuickGelu: (node, dy) => {
		const x = operand(node, 0);
		const { alpha = 1.702 } = node.attributes;
		const gate = () => Sigmoid(Mul(x, alpha));
		// d(x·σ(αx)) = σ + αx·σ·(1 − σ)
		return [() => Mul(dy, Mul(gate(), Add(Mul(Mul(x, alpha), Sub(1, gate())), 1)))];
	},
	FastGelu: FUSED,
	SkipLayerNormalization: FUSED,
	SkipSimplifiedLayerNormalization: FUSED,
	MultiHeadAttention: FUSED,
	GroupQueryAttention: FUSED,
	MatMulNBits: notDifferentiable("its weight is quantized; train the float weight"),
	DynamicQuantizeMatMul: notDifferentiable("it rounds its operands; train the float weight"),
} satisfies { readonly [N in OpName]?: GradientRule<N> | NotDifferentiable };
