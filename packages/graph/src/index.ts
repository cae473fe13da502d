/** Builds ONNX graphs, differentiates and trains them. Runs anywhere; onnxruntime is in node.ts and web.ts. */

export {
	DTYPES,
	type DType,
	type ErrorCode,
	float32,
	int64,
	OnevisionError,
	type Tensor,
	type TensorData,
	tensor,
	zeros,
} from "@onevision/base";
export { type Accuracy, accuracyOf } from "./accuracy.ts";
export { splitBatch } from "./batch.ts";
export { bindSizes, type SizesByName } from "./bind.ts";
export type { CacheBinding, CacheSpec } from "./cache-binding.ts";
export type { Extent } from "./extent.ts";
export { GRADIENTS, type GradientOptions, gradientsOf } from "./gradients/gradients.ts";
export { Graph } from "./graph.ts";
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
export {
	type Activation,
	activate,
	type DecoderAttention,
	type DecoderBlockOptions,
	type DecoderBlockWeights,
	decoderBlock,
	fullAttention,
	type GatedBlockOptions,
	type GatedBlockWeights,
	gatedBlock,
	type LayerForm,
	type Norm,
	type Normalized,
	normalize,
	type Residual,
	sumOf,
	type VisionBlockOptions,
	type VisionBlockWeights,
	visionBlock,
} from "./layers/blocks.ts";
export {
	type AttentionHeads,
	type CachedAttention,
	cacheEntries,
	type DecodeOptions,
	decodeAttention,
	prefillAttention,
	type RotaryTables,
	trainingAttention,
} from "./layers/cached-attention.ts";
export { type FeedForwardOptions, feedForward, type LinearParameters } from "./layers/feed-forward.ts";
export { type LinearOptions, linear, patchEmbedding, silu } from "./layers/linear.ts";
export { IGNORED, lossInParts, maskedCrossEntropy, type SummedLoss } from "./layers/loss.ts";
export { bilinearMatrix, bilinearPooling, type Grid } from "./layers/pooling.ts";
export {
	declareProjection,
	type Precision,
	type Projection,
	type ProjectionShape,
	project,
} from "./layers/projection.ts";
export { type RowWindows, windowedAttention } from "./layers/windowed-attention.ts";
export { decodeModel, type EncodeOptions, encodeModel, type Outputs } from "./onnx/model.ts";
export type { ExternalTensor } from "./onnx/proto.ts";
export { type AttributesOf, OPERATORS, OPSET, type OpName } from "./operators.ts";
export * as ops from "./ops.ts";
export {
	dequantize,
	type Quantized,
	type QuantizedFormat,
	quantize,
	quantizedNames,
	quantizedShapes,
} from "./quantize.ts";
export { createRandom, initialValue, initialValues, type Random } from "./random.ts";
export { evaluate, type Feeds } from "./reference/evaluate.ts";
export type { LoadOptions, Program, Runtime, Tensors } from "./runtime.ts";
export {
	type ByteSource,
	decodeSafetensors,
	encodeSafetensors,
	entryOf,
	float32Of,
	readSafetensorsHeader,
	type SafetensorsDType,
	type SafetensorsEntry,
	type SafetensorsFile,
	type SafetensorsHeader,
	type SafetensorsPlace,
	safetensorsHead,
	safetensorsParts,
} from "./safetensors.ts";
export type { Dim, ShapeSpec } from "./shape.ts";
export { mermaidOf, textOf } from "./text.ts";
export { ADAMW_DEFAULTS, type AdamWSettings } from "./train/adamw.ts";
export {
	type GroupRequest,
	type PlannedGroup,
	type PlannedParameter,
	planTraining,
	type TrainingPlan,
	type TrainingRequest,
} from "./train/plan.ts";
export { learningRateAt, type Schedule } from "./train/schedule.ts";
export { decodeState, encodeState, startState, type TrainingState } from "./train/state.ts";
export { type Evaluation, type StepReport, startTraining, type Training } from "./train/training.ts";
export type { Initializer, Node, Value, ValueType } from "./value.ts";
