/** Graphs in Node: everything in index.ts, and onnxruntime-node. */

export * from "./index.ts";
export { type NodeRuntimeOptions, nodeProviders, nodeRuntime } from "./node/runtime.ts";
