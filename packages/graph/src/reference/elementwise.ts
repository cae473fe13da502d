/** Elementwise operators, from their ONNX definitions. */

import type { OpName } from "../operators.ts";
import { build, reader } from "./array.ts";
import { arrayAt, outputShape, type ReferenceRule } from "./rule.ts";

function elementwise<N extends OpName>(compute: (...values: number[]) => number): ReferenceRule<N> {
	return (node, inputs) => {
		const readers = node.inputs.map((_, index) => reader(arrayAt(inputs, index)));
		return [build(outputShape(node), (index) => compute(...readers.map((read) => read(index))))];
	};
}

/**
 * erf by the series 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms are all of one sign (Abramowitz and
 * Stegun, 7.1.6). Beyond 6 it is ±1 in float64.
 */
function erf(x: number): number {
	if (Math.abs(x) > 6) return Math.sign(x);
	let term = x;
	let sum = x;
	for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
		term *= (2 * x * x) / (2 * n + 1);
		sum += term;
	}
	return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export function geluTanh(x: number): number {
	return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

const truth = (value: boolean) => (value ? 1 : 0);

export const elementwiseReference = {
	Abs: elementwise((x = 0) => Math.abs(x)),
	Neg: elementwise((x = 0) => -x),
	Exp: elementwise((x = 0) => Math.exp(x)),
	Log: elementwise((x = 0) => Math.log(x)),
	Sqrt: elementwise((x = 0) => Math.sqrt(x)),
	Reciprocal: elementwise((x = 0) => 1 / x),
	Sin: elementwise((x = 0) => Math.sin(x)),
	Cos: elementwise((x = 0) => Math.cos(x)),
	Tanh: elementwise((x = 0) => Math.tanh(x)),
	Sigmoid: elementwise((x = 0) => sigmoid(x)),
	Erf: elementwise((x = 0) => erf(x)),
	Relu: elementwise((x = 0) => Math.max(x, 0)),
	Sign: elementwise((x = 0) => Math.sign(x)),
	Not: elementwise((x = 0) => 1 - x),
	Identity: elementwise((x = 0) => x),
	Gelu: (node, inputs) => {
		const gelu =
			node.attributes.approximate === "tanh"
				? geluTanh
				: (x: number) => (x / 2) * (1 + erf(x * Math.SQRT1_2));
		return elementwise((x = 0) => gelu(x))(node, inputs);
	},
	HardSigmoid: (node, inputs) => {
		const { alpha = 0.2, beta = 0.5 } = node.attributes;
		return elementwise((x = 0) => Math.max(0, Math.min(1, alpha * x + beta)))(node, inputs);
	},
	Cast: (node, inputs) => {
		const to = node.outputs[0]?.dtype;
		if (to === "bool") return elementwise((x = 0) => truth(x !== 0))(node, inputs);
		return elementwise((x = 0) => (to === "int32" || to === "int64" ? Math.trunc(x) : x))(node, inputs);
	},
	Add: elementwise((a = 0, b = 0) => a + b),
	Sub: elementwise((a = 0, b = 0) => a - b),
	Mul: elementwise((a = 0, b = 0) => a * b),
	Div: (node, inputs) => {
		const whole = node.outputs[0]?.dtype === "int64" || node.outputs[0]?.dtype === "int32";
		return elementwise((a = 0, b = 0) => (whole ? Math.trunc(a / b) : a / b))(node, inputs);
	},
	Pow: elementwise((a = 0, b = 0) => a ** b),
	Max: elementwise((a = 0, b = 0) => Math.max(a, b)),
	Min: elementwise((a = 0, b = 0) => Math.min(a, b)),
	And: elementwise((a = 0, b = 0) => a * b),
	Or: elementwise((a = 0, b = 0) => Math.max(a, b)),
	Equal: elementwise((a = 0, b = 0) => truth(a === b)),
	Less: elementwise((a = 0, b = 0) => truth(a < b)),
	LessOrEqual: elementwise((a = 0, b = 0) => truth(a <= b)),
	Greater: elementwise((a = 0, b = 0) => truth(a > b)),
	GreaterOrEqual: elementwise((a = 0, b = 0) => truth(a >= b)),
	Where: elementwise((condition = 0, a = 0, b = 0) => (condition !== 0 ? a : b)),
} satisfies { readonly [N in OpName]?: ReferenceRule<N> };
