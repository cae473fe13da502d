/** Gradients of elementwise operators, in few passes over memory: these decide a step's speed. */

import { isFloat } from "../dtype.ts";
import type { OpName } from "../operators.ts";
import * as ops from "../ops.ts";
import type { Node, Value } from "../value.ts";
import { type GradientRule, notDifferentiable, operand, result, unbroadcast } from "./rule.ts";

const { Add, Cast, Div, Equal, Erf, Exp, Greater, HardSigmoid, Less, Mul, Neg, Sigmoid, Sub, Where } = ops;

/** The rule of a unary operator, from dy, its input x and output y. */
function unary<N extends OpName>(
	gradientOf: (dy: Value, x: Value, y: Value, node: Node<N>) => Value,
): GradientRule<N> {
	return (node, dy) => [() => gradientOf(dy, operand(node, 0), result(node, 0), node)];
}

/** The rule of a binary operator; sums over broadcast axes are added here. */
function binary<N extends OpName>(
	left: (dy: Value, a: Value, b: Value, y: Value) => Value,
	right: (dy: Value, a: Value, b: Value, y: Value) => Value,
): GradientRule<N> {
	return (node, dy) => {
		const [a, b, y] = [operand(node, 0), operand(node, 1), result(node, 0)];
		return [() => unbroadcast(left(dy, a, b, y), a), () => unbroadcast(right(dy, a, b, y), b)];
	};
}

/** dy where `wins`, dy/2 on a tie, else 0, as in torch.maximum. */
function chosen(wins: typeof Greater, dy: Value, a: Value, b: Value) {
	return Where(wins(a, b), dy, Where(Equal(a, b), Mul(dy, 0.5), 0));
}

/** ln(1/√π), folded into the exponential. */
const LOG_FACTOR = -0.5 * Math.log(Math.PI);

/**
 * d(x·Φ(x))/dx = Φ(x) + x·φ(x). With t = x/√2: Φ(x) = (1 + erf(t))/2, which HardSigmoid computes in one pass, and
 * x·φ(x) = t·exp(−t² − ln √π).
 */
function geluGradient(dy: Value, x: Value): Value {
	const t = Mul(x, Math.SQRT1_2);
	const cdf = HardSigmoid(Erf(t), { alpha: 0.5, beta: 0.5 });
	return Mul(Add(cdf, Mul(Exp(Sub(LOG_FACTOR, Mul(t, t))), t)), dy);
}

/** d(x·σ(2u))/dx = σ + x·σ·(1 − σ)·2u′ with u = √(2/π)·(x + c·x³). */
function geluTanhGradient(dy: Value, x: Value): Value {
	const k = 2 * Math.sqrt(2 / Math.PI);
	const c = 0.044715;
	const square = Mul(x, x);
	const sigma = Sigmoid(Mul(Add(Mul(square, k * c), k), x));
	const inner = Mul(Add(Mul(square, 3 * k * c), k), x);
	return Mul(Add(Mul(Mul(inner, Sub(1, sigma)), sigma), sigma), dy);
}

const truth = notDifferentiable("its result is a truth value");

export const elementwiseGradients = {
	Abs: unary((dy, x) => Mul(dy, ops.Sign(x))),
	Neg: unary((dy) => Neg(dy)),
	Exp: unary((dy, _x, y) => Mul(dy, y)),
	Log: unary((dy, x) => Div(dy, x)),
	Sqrt: unary((dy, _x, y) => Div(Mul(dy, 0.5), y)),
	Reciprocal: unary((dy, _x, y) => Neg(Mul(dy, Mul(y, y)))),
	Sin: unary((dy, x) => Mul(dy, ops.Cos(x))),
	Cos: unary((dy, x) => Neg(Mul(dy, ops.Sin(x)))),
	Tanh: unary((dy, _x, y) => Mul(dy, Sub(1, Mul(y, y)))),
	Sigmoid: unary((dy, _x, y) => Mul(dy, Mul(y, Sub(1, y)))),
	Erf: unary((dy, x) => Mul(dy, Mul(Exp(Neg(Mul(x, x))), 2 / Math.sqrt(Math.PI)))),
	Relu: unary((dy, x) => Where(Greater(x, 0), dy, 0)),
	Sign: notDifferentiable("its derivative is zero wherever it has one"),
	Not: truth,
	Identity: unary((dy) => dy),
	Gelu: unary<"Gelu">((dy, x, _y, { attributes }) =>
		attributes.approximate === "tanh" ? geluTanhGradient(dy, x) : geluGradient(dy, x),
	),
	HardSigmoid: unary<"HardSigmoid">((dy, _x, y, { attributes }) =>
		Where(ops.And(Greater(y, 0), Less(y, 1)), Mul(dy, attributes.alpha ?? 0.2), 0),
	),
	Cast: (node, dy) => {
		const x = operand(node, 0);
		return [isFloat(x.dtype) ? () => Cast(dy, x.dtype) : undefined];
	},
	Add: binary(
		(dy) => dy,
		(dy) => dy,
	),
	Sub: binary(
		(dy) => dy,
		(dy) => Neg(dy),
	),
	Mul: binary(
		(dy, _a, b) => Mul(dy, b),
		(dy, a) => Mul(dy, a),
	),
	Div: binary(
		(dy, _a, b) => Div(dy, b),
		(dy, _a, b, y) => Neg(Div(Mul(dy, y), b)),
	),
	Pow: binary(
		(dy, a, b) => Mul(dy, Mul(b, ops.Pow(a, Sub(b, 1)))),
		// Not differentiable in the exponent where the base is not positive: 0, as torch.pow has at base 0.
		(dy, a, _b, y) => Where(Greater(a, 0), Mul(dy, Mul(y, ops.Log(Where(Greater(a, 0), a, 1)))), 0),
	),
	Max: binary(
		(dy, a, b) => chosen(Greater, dy, a, b),
		(dy, a, b) => chosen(Less, dy, a, b),
	),
	Min: binary(
		(dy, a, b) => chosen(Less, dy, a, b),
		(dy, a, b) => chosen(Greater, dy, a, b),
	),
	And: truth,
	Or: truth,
	Equal: truth,
	Less: truth,
	LessOrEqual: truth,
	Greater: truth,
	GreaterOrEqual: truth,
	Where: (node, dy) => {
		const condition = operand(node, 0);
		return [
			undefined,
			() => unbroadcast(Where(condition, dy, 0), operand(node, 1)),
			() => unbroadcast(Where(condition, 0, dy), operand(node, 2)),
		];
	},
} satisfies { readonly [N in OpName]?: GradientRule<N> | ReturnType<typeof notDifferentiable> };
