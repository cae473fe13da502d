/**
 * The ONNX operators of graphs: inputs, outputs, attributes and properties. Shapes (infer/), gradients (gradients/) and
 * reference results (reference/) are tables with the same keys. Source: ONNX operator documentation, opset 23 of the
 * default domain, and onnxruntime's for its own.
 */

/** Opset of the default domain that every model declares. */
export const OPSET = 23;

/** How an attribute is stored in an ONNX file. */
export type AttributeKind = "float" | "int" | "ints" | "string";

export interface OperatorFacts {
	/** Minimum and maximum number of inputs. */
	readonly inputs: readonly [number, number];
	/** Maximum number of outputs. */
	readonly outputs: number;
	readonly attributes: Readonly<Record<string, AttributeKind>>;
	/** Outputs are peers: each has a gradient and none may be omitted. Elsewhere the first is differentiable, later ones are optional. */
	readonly peerOutputs?: boolean;
	/** Domain, where it is not ONNX's own: `com.microsoft` is onnxruntime's, which every build of it has. */
	readonly domain?: "com.microsoft";
	/** Equal nodes are kept apart: each exists for its own name. */
	readonly distinct?: boolean;
}

const MANY = 2 ** 16;
const UNARY = { inputs: [1, 1], outputs: 1, attributes: {} } as const;
const BINARY = { inputs: [2, 2], outputs: 1, attributes: {} } as const;
const REDUCE = { inputs: [1, 2], outputs: 1, attributes: { keepdims: "int" } } as const;
const CONVOLUTION = {
	kernel_shape: "ints",
	strides: "ints",
	pads: "ints",
	dilations: "ints",
} as const;

/** Operators of onnxruntime, version 1 of its domain. Source: docs/ContribOperators.md of onnxruntime 1.30. */
const CONTRIB = { domain: "com.microsoft" } as const;

export const OPERATORS = {
	Abs: UNARY,
	Neg: UNARY,
	Exp: UNARY,
	Log: UNARY,
	Sqrt: UNARY,
	Reciprocal: UNARY,
	Sin: UNARY,
	Cos: UNARY,
	Tanh: UNARY,
	Sigmoid: UNARY,
	Erf: UNARY,
	Relu: UNARY,
	Sign: UNARY,
	Not: UNARY,
	Identity: { ...UNARY, distinct: true },
	Gelu: { inputs: [1, 1], outputs: 1, attributes: { approximate: "string" } },
	HardSigmoid: { inputs: [1, 1], outputs: 1, attributes: { alpha: "float", beta: "float" } },
	Cast: { inputs: [1, 1], outputs: 1, attributes: { to: "int" } },

	Add: BINARY,
	Sub: BINARY,
	Mul: BINARY,
	Div: BINARY,
	Pow: BINARY,
	Max: BINARY,
	Min: BINARY,
	And: BINARY,
	Or: BINARY,
	Equal: BINARY,
	Less: BINARY,
	LessOrEqual: BINARY,
	Greater: BINARY,
	GreaterOrEqual: BINARY,
	Where: { inputs: [3, 3], outputs: 1, attributes: {} },

	MatMul: BINARY,
	Gemm: {
		inputs: [2, 3],
		outputs: 1,
		attributes: { alpha: "float", beta: "float", transA: "int", transB: "int" },
	},
	Conv: { inputs: [2, 3], outputs: 1, attributes: CONVOLUTION },
	ConvTranspose: {
		inputs: [2, 3],
		outputs: 1,
		attributes: { ...CONVOLUTION, output_padding: "ints" },
	},

	Softmax: { inputs: [1, 1], outputs: 1, attributes: { axis: "int" } },
	LogSoftmax: { inputs: [1, 1], outputs: 1, attributes: { axis: "int" } },
	LayerNormalization: { inputs: [2, 3], outputs: 3, attributes: { axis: "int", epsilon: "float" } },
	RMSNormalization: { inputs: [2, 2], outputs: 1, attributes: { axis: "int", epsilon: "float" } },

	RotaryEmbedding: {
		inputs: [3, 4],
		outputs: 1,
		attributes: { interleaved: "int", rotary_embedding_dim: "int", num_heads: "int" },
	},
	FastGelu: { ...CONTRIB, inputs: [1, 2], outputs: 1, attributes: {} },
	QuickGelu: { ...CONTRIB, inputs: [1, 1], outputs: 1, attributes: { alpha: "float" } },
	SkipLayerNormalization: { ...CONTRIB, inputs: [3, 5], outputs: 4, attributes: { epsilon: "float" } },
	SkipSimplifiedLayerNormalization: {
		...CONTRIB,
		inputs: [3, 4],
		outputs: 4,
		attributes: { epsilon: "float" },
	},
	MultiHeadAttention: {
		...CONTRIB,
		inputs: [3, 6],
		outputs: 1,
		attributes: { num_heads: "int", scale: "float", unidirectional: "int" },
	},
	GroupQueryAttention: {
		...CONTRIB,
		inputs: [7, 11],
		outputs: 3,
		attributes: { num_heads: "int", kv_num_heads: "int", scale: "float", do_rotary: "int" },
		// Without its present outputs, onnxruntime attends to memory that it never wrote (findings/onnxruntime-gqa-present.sh).
		peerOutputs: true,
	},
	MatMulNBits: {
		...CONTRIB,
		inputs: [3, 6],
		outputs: 1,
		attributes: { K: "int", N: "int", bits: "int", block_size: "int", accuracy_level: "int" },
	},
	DynamicQuantizeMatMul: { ...CONTRIB, inputs: [3, 5], outputs: 1, attributes: {} },

	ReduceSum: REDUCE,
	ReduceMean: REDUCE,
	ReduceMax: REDUCE,
	ArgMax: { inputs: [1, 1], outputs: 1, attributes: { axis: "int", keepdims: "int" } },

	Gather: { inputs: [2, 2], outputs: 1, attributes: { axis: "int" } },
	GatherElements: { inputs: [2, 2], outputs: 1, attributes: { axis: "int" } },
	GatherND: BINARY,
	ScatterElements: { inputs: [3, 3], outputs: 1, attributes: { axis: "int", reduction: "string" } },
	ScatterND: { inputs: [3, 3], outputs: 1, attributes: { reduction: "string" } },

	Shape: { inputs: [1, 1], outputs: 1, attributes: { start: "int", end: "int" } },
	Reshape: { inputs: [2, 2], outputs: 1, attributes: { allowzero: "int" } },
	Transpose: { inputs: [1, 1], outputs: 1, attributes: { perm: "ints" } },
	Expand: BINARY,
	Concat: { inputs: [1, MANY], outputs: 1, attributes: { axis: "int" } },
	Split: { inputs: [2, 2], outputs: MANY, attributes: { axis: "int" }, peerOutputs: true },
	Slice: { inputs: [5, 5], outputs: 1, attributes: {} },
	Pad: { inputs: [2, 3], outputs: 1, attributes: {} },
} as const satisfies Record<string, OperatorFacts>;

export type OpName = keyof typeof OPERATORS;

export function factsOf(op: OpName): OperatorFacts {
	return OPERATORS[op];
}

type ValueOfKind<K> = K extends "float" | "int" ? number : K extends "ints" ? readonly number[] : string;

/** Attributes of an operator; omitted ones have ONNX's default. */
export type AttributesOf<N extends OpName> = {
	readonly [K in keyof (typeof OPERATORS)[N]["attributes"]]?: ValueOfKind<
		(typeof OPERATORS)[N]["attributes"][K]
	>;
};

export type AttributeValue = number | readonly number[] | string;

export function isOpName(name: string): name is OpName {
	return Object.hasOwn(OPERATORS, name);
}
