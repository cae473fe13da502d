/** Calls of an inference session to its worker, and what they carry. */

import type { LoadOptions, Tensors } from "../runtime.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";

/**
 * How a model reads and extends a cache. An entry holds float32 rows, [heads, rows, dim]; a model reads it as it was
 * before the run and returns the rows to append.
 */
export interface CacheBinding {
	/** By input: an entry whole, [1, heads, rows, dim], or one head of it, [rows, dim], which is read where it lies. */
	readonly reads: Readonly<Record<string, { readonly entry: string; readonly head?: number }>>;
	/** By output, [heads, new rows, dim] or with a leading 1: the entry that it extends. */
	readonly writes: Readonly<Record<string, string>>;
}

/** The size of a cache. */
export interface CacheSpec {
	/** Names of the entries. */
	readonly entries: readonly string[];
	readonly heads: number;
	/** Elements of a row. */
	readonly dim: number;
	/** Most rows. */
	readonly capacity: number;
}

/** A run's part in a cache: rows it has, rows the run adds. */
export interface CacheUse {
	readonly id: number;
	readonly length: number;
	readonly rows: number;
}

export interface LoadRequest {
	readonly model: Uint8Array;
	readonly options: LoadOptions;
	readonly binding: CacheBinding | undefined;
}

export interface LoadResponse {
	readonly id: number;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
}

export interface RunRequest {
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
