/** Graphs in the browser: everything in index.ts, and onnxruntime-web. */

import * as ort from "onnxruntime-web/wasm";
import { onnxRuntime, type Runtime } from "./runtime.ts";

export * from "./index.ts";

export interface WebRuntimeOptions {
	/** Threads one operator may use (default 1; more need a page that is cross-origin isolated). */
	readonly threads?: number;
	/** Folder or files of onnxruntime's WebAssembly (default: beside the bundle). */
	readonly wasmPaths?: string | { readonly wasm: string; readonly mjs: string };
}

/** onnxruntime as WebAssembly. The first runtime of a page decides about threads and paths. */
export function webRuntime({ threads = 1, wasmPaths }: WebRuntimeOptions = {}): Runtime {
	ort.env.wasm.numThreads = threads;
	if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
	return onnxRuntime(ort, { executionProviders: ["wasm"], logSeverityLevel: 3 });
}
