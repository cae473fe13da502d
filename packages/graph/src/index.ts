/** Builds ONNX graphs, differentiates and trains them. Runs anywhere; onnxruntime is in node.ts and web.ts. */

export { DTYPES, type DType, type TensorData } from "./dtype.ts";
export { GraphError, type GraphErrorCode } from "./errors.ts";
export { type GradientOptions, gradientsOf } from "./gradients/gradients.ts";
export { Graph, type Node, type Value, type ValueType } from "./graph.ts";
export {
	type AttentionOptions,
	attention,
	causalMask,
	MASKED,
	mergeHeads,
	rotaryEmbedding,
	rotaryTables,
	splitHeads,
} from "./layers/attention.ts";
export { type LinearOptions, linear, patchEmbedding, silu } from "./layers/linear.ts";
export { IGNORED, maskedCrossEntropy, type SummedLoss } from "./layers/loss.ts";
export { bilinearMatrix, bilinearPooling, type Grid } from "./layers/pooling.ts";
export { decodeModel, encodeModel, type Outputs } from "./onnx/model.ts";
export { type AttributesOf, OPSET, type OpName } from "./operators.ts";
export * as ops from "./ops.ts";
export { evaluate, type Feeds } from "./reference/evaluate.ts";
export type { Program, Runtime, Tensors } from "./runtime.ts";
export type { Dim, ShapeSpec } from "./shape.ts";
export { float32, int64, type Tensor, tensor, zeros } from "./tensor.ts";
