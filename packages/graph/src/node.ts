/** Graphs in Node: everything in index.ts, onnxruntime-node, worker threads, and checkpoint files. */

export * from "./index.ts";
export { type DerivedOptions, float32Weights } from "./node/derived.ts";
export { loadCheckpoint, saveCheckpoint } from "./node/files.ts";
export {
	type Cache,
	type Inference,
	type InferenceModel,
	type InferenceRun,
	startInference,
} from "./node/inference.ts";
export { availableMemory, checkMemory } from "./node/memory.ts";
export { type QuantizeOptions, quantizedWeights } from "./node/quantized.ts";
export { type NodeRuntimeOptions, nodeProviders, nodeRuntime } from "./node/runtime.ts";
export { type SessionOptions, startSession, type TrainingSession } from "./node/session.ts";
export { type TrainOptions, train } from "./node/train.ts";
export {
	type ExternalWeights,
	externalWeights,
	openWeights,
	readRows,
	readTensor,
	type StoredTensor,
	type StoredWeights,
	storedTensor,
} from "./node/weights.ts";
