/** Graphs in the browser: everything in index.ts, and onnxruntime-web. */

import { OnevisionError } from "@onevision/base";
import { type Onnxruntime, onnxRuntime, type Runtime } from "./runtime.ts";

export * from "./index.ts";

export interface WebRuntimeOptions {
	/** `wasm` (default), or `webgpu` where the browser has it. */
	readonly provider?: "wasm" | "webgpu";
	/** Threads one operator may use (default 1; more need a page that is cross-origin isolated). */
	readonly threads?: number;
	/** Where onnxruntime's WebAssembly files are served (default: beside the bundle). Ends with a slash. */
	readonly wasmPaths?: string;
}

/**
 * onnxruntime in a page or in a worker of one. The first runtime of a page decides about threads and paths. Throws
 * `runtime` when the browser has no WebGPU and it was asked for, or when onnxruntime-web, which is installed beside this
 * package, does not load.
 */
export async function webRuntime(options: WebRuntimeOptions = {}): Promise<Runtime> {
	const { provider = "wasm", threads = 1, wasmPaths } = options;
	if (provider === "webgpu" && !("gpu" in navigator)) {
		throw new OnevisionError("runtime", "runtime: this browser has no WebGPU; use the provider wasm");
	}
	const ort = await load(provider);
	ort.env.wasm.numThreads = threads;
	if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
	const { InferenceSession, Tensor }: Onnxruntime = ort;
	return onnxRuntime({ InferenceSession, Tensor }, { executionProviders: [provider], logSeverityLevel: 3 });
}

async function load(provider: "wasm" | "webgpu") {
	try {
		return await (provider === "wasm" ? import("onnxruntime-web/wasm") : import("onnxruntime-web/webgpu"));
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw new OnevisionError(
			"runtime",
			`runtime: onnxruntime-web does not load (${why.split("\n")[0]}); is it installed and bundled?`,
		);
	}
}
