/** Calls of an inference session to its worker, and what they carry. */

import type { CacheBinding, CacheSpec } from "../cache-binding.ts";
import type { LoadOptions, Tensors } from "../runtime.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";

/** A cache of a run, and the rows it has. */
interface CacheUse {
	readonly id: number;
	readonly length: number;
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
	/** One for each sequence; none for a model without a binding. */
	readonly caches: readonly CacheUse[];
	/** Rows that the run adds to each. */
	readonly rows: number;
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
