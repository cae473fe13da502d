/** Layers that towers, projectors and decoders share, over rows [rows, width]. */

import { ops, type Value } from "@onevision/graph";
import type { LinearWeights, Scope } from "./scope.ts";

/** x·Wᵀ + b. */
export function linear(x: Value, { weight, bias }: LinearWeights): Value {
	return ops.Gemm(x, weight, bias, { transB: 1 });
}

export function layerNorm(x: Value, scope: Scope, name: string, width: number, epsilon: number): Value {
	const norm = scope.at(name);
	const [scale, bias] = [norm.parameter("weight", [width]), norm.parameter("bias", [width])];
	return ops.LayerNormalization(x, scale, bias, { axis: -1, epsilon });
}

export function rmsNorm(x: Value, scope: Scope, name: string, width: number, epsilon: number): Value {
	return ops.RMSNormalization(x, scope.at(name).parameter("weight", [width]), { axis: -1, epsilon });
}

/** Elementwise functions by their names in config.json. Source: transformers 5.18 activations.py, `ACT2CLS`. */
export const ACTIVATIONS = {
	gelu: (x: Value) => ops.Gelu(x),
	gelu_pytorch_tanh: (x: Value) => ops.Gelu(x, { approximate: "tanh" }),
	quick_gelu: (x: Value) => ops.Mul(x, ops.Sigmoid(ops.Mul(x, 1.702))),
	silu: (x: Value) => ops.Mul(x, ops.Sigmoid(x)),
} as const satisfies Record<string, (x: Value) => Value>;

export type Activation = keyof typeof ACTIVATIONS;
