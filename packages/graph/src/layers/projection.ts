/**
 * Linear layers whose weights are floats or quantized. Weights lie as in PyTorch, [out, in]: Gemm takes them from their file
 * as they are.
 */

import { DynamicQuantizeMatMul, MatMulNBits } from "../ops.ts";
import { BLOCK, type QuantizedFormat, quantizedNames, quantizedShapes } from "../quantize.ts";
import type { Graph, Value } from "../value.ts";
import { linear } from "./linear.ts";

/** How the weight of a linear layer is stored. */
export type Precision = "float32" | QuantizedFormat;

/** A linear layer: its weight as it is stored, and its bias. */
export type Projection =
	| { readonly precision: "float32"; readonly weight: Value; readonly bias: Value | undefined }
	| {
			readonly precision: QuantizedFormat;
			readonly weight: Value;
			readonly scales: Value;
			readonly bias: Value | undefined;
			readonly inputs: number;
			readonly outputs: number;
	  };

/** What `declareProjection` declares. */
export interface ProjectionShape {
	readonly inputs: number;
	readonly outputs: number;
	/** Whether it has a bias (default false). */
	readonly hasBias?: boolean;
	/** Default `float32`: a parameter that can be learned. Others are weights that are only read. */
	readonly precision?: Precision;
}

/**
 * The layer of this name: `NAME.weight` [out, in] and `NAME.bias`, each declared on first use; a quantized weight under the
 * names that `quantizedNames` gives it.
 */
export function declareProjection(graph: Graph, name: string, shape: ProjectionShape): Projection {
	const { inputs, outputs, hasBias = false, precision = "float32" } = shape;
	const bias = hasBias ? graph.shared(`${name}.bias`, [outputs]) : undefined;
	if (precision === "float32") {
		return { precision, weight: graph.shared(`${name}.weight`, [outputs, inputs]), bias };
	}
	const names = quantizedNames(`${name}.weight`, precision);
	const { weight, scales, dtype } = quantizedShapes(outputs, inputs, precision);
	return {
		precision,
		weight: graph.weight(names.weight, dtype, weight),
		scales: graph.weight(names.scales, "float32", scales),
		bias,
		inputs,
		outputs,
	};
}

/** x·Wᵀ + b over the last axis. */
export function project(x: Value, projection: Projection): Value {
	if (projection.precision === "float32") {
		return linear(x, projection.weight, projection.bias, { transposed: true });
	}
	return QUANTIZED[projection.precision](x, projection);
}

type QuantizedProjection = Extract<Projection, { readonly scales: Value }>;

/** Rounding activations to int8 per block costs about what rounding the weights did, and is faster. */
const ACCURACY_LEVEL = 4;

function blocks(bits: 4 | 8) {
	return (x: Value, { weight, scales, bias, inputs, outputs }: QuantizedProjection): Value => {
		const attributes = { K: inputs, N: outputs, bits, block_size: BLOCK, accuracy_level: ACCURACY_LEVEL };
		return MatMulNBits(x, weight, scales, attributes, bias);
	};
}

const QUANTIZED = {
	int4: blocks(4),
	int8: blocks(8),
	"int8-columns": (x, { weight, scales, bias }) => DynamicQuantizeMatMul(x, weight, scales, undefined, bias),
} as const satisfies Record<QuantizedFormat, (x: Value, projection: QuantizedProjection) => Value>;
