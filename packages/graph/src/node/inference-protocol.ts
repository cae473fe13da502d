/** Calls of an inference session to its worker, and what they carry. */

import type { CacheBinding, CacheSpec } from "../cache-binding.ts";
import type { LoadOptions, Tensors } from "../runtime.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";

/** A run's part in a cache: rows it has, rows the run adds. */
interface CacheUse {
	readonly id: number;
	readonly length: number;
	readonly rows: number;
}

interface LoadRequest {
	readonly model: Uint8Array;
	readonly options: LoadOptions;
	readonly binding: CacheBinding | undefined;
}

interface LoadResponse {
	readonly id: number;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
}

interface RunRequest {
	readonly id: number;
	readonly feeds: Tensors;
	readonly cache: CacheUse | undefined;
}

export interface InferenceCalls {
	readonly start: { readonly request: NodeRuntimeOptions; readonly response: undefined };
	readonly load: { readonly request: LoadRequest; readonly response: LoadResponse };
	/** Every output that does not go into the cache. */
	readonly run: { readonly request: RunRequest; readonly response: Tensors };
	readonly unload: { readonly request: number; readonly response: undefined };
	readonly allocate: { readonly request: CacheSpec; readonly response: number };
	readonly release: { readonly request: number; readonly response: undefined };
}
