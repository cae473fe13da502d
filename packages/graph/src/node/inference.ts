/**
 * Models that run in a worker thread: a run takes seconds in which the caller's event loop stays free. Caches of rows, such
 * as the keys and values of attention, stay in the worker and grow there; a run moves only its own inputs and outputs.
 */

import { copyOf, OnevisionError } from "@onevision/base";
import type { CacheBinding, CacheSpec } from "../cache-binding.ts";
import type { LoadOptions, Tensors } from "../runtime.ts";
import { buffersIn, Caller } from "./calls.ts";
import type { InferenceCalls } from "./inference-protocol.ts";
import { checkMemory } from "./memory.ts";
import type { NodeRuntimeOptions } from "./runtime.ts";
import { spawnThread } from "./threads.ts";

/** A worker thread with models and caches. Its calls run one after the other, in the order they were made. */
export interface Inference {
	/**
	 * Loads a model; `binding` names the inputs it takes from a cache and the outputs it appends to one. The models of a
	 * session share files that are mapped, not weights that are packed. Throws `runtime` when onnxruntime refuses it.
	 */
	load(
		model: Uint8Array,
		options?: LoadOptions & { readonly binding?: CacheBinding },
	): Promise<InferenceModel>;
	/** Takes a cache without rows. Throws `over-limit` when its memory is not available, `invalid-input` for sizes below 1. */
	allocate(spec: CacheSpec): Promise<Cache>;
	/** Finishes the run that has begun, then ends the thread and frees everything in it; later calls reject with `runtime`. */
	close(): Promise<void>;
}

export interface InferenceModel {
	/** Names to feed, without those from the cache. */
	readonly inputs: readonly string[];
	/** Names of a result, without those that go into the cache. */
	readonly outputs: readonly string[];
	/**
	 * Runs the model. Feeds are copied. A model with a binding needs a cache, which has `rows` more rows afterwards, or for
	 * several sequences a cache for each, as many as the binding says or fewer.
	 * Throws as `Program.run` does, `over-limit` when the cache has no room for the rows, and the signal's reason when it
	 * is aborted before the run begins; a run that has begun is finished.
	 */
	run(feeds: Tensors, options?: InferenceRun): Promise<Tensors>;
	close(): Promise<void>;
}

export interface InferenceRun {
	readonly cache?: Cache | readonly Cache[];
	/** Rows that the run appends to a cache (default 1). */
	readonly rows?: number;
	readonly signal?: AbortSignal;
}

/** Rows kept in the worker. */
export interface Cache {
	/** Rows it has. */
	readonly length: number;
	/** Most rows. */
	readonly capacity: number;
	/** Bytes of a row in all entries, and of the whole capacity. */
	readonly rowBytes: number;
	readonly bytes: number;
	/** Forgets the rows from `length` on: what follows a prefix that is kept. Throws `invalid-input` beyond its length. */
	truncate(length: number): void;
	close(): Promise<void>;
}

/** Starts a session. Throws `runtime` without onnxruntime, `invalid-input` as `nodeRuntime` does. */
export async function startInference(options: NodeRuntimeOptions = {}): Promise<Inference> {
	const worker = new Caller<InferenceCalls>(
		await spawnThread("inference-worker"),
		"the worker thread",
		"inference",
	);
	try {
		await worker.call("start", options);
	} catch (error) {
		await worker.stop();
		throw error;
	}
	return new WorkerInference(worker);
}

class WorkerInference implements Inference {
	readonly #worker: Caller<InferenceCalls>;
	#last: Promise<unknown> = Promise.resolve();
	/** Settles with the call that the worker is at. */
	#running: Promise<unknown> = Promise.resolve();
	#closing: Promise<void> | undefined;

	constructor(worker: Caller<InferenceCalls>) {
		this.#worker = worker;
	}

	async load(
		model: Uint8Array,
		{ binding, ...options }: LoadOptions & { readonly binding?: CacheBinding } = {},
	): Promise<InferenceModel> {
		const loaded = await this.#inTurn(() => this.#worker.call("load", { model, options, binding }));
		const { id } = loaded;
		const reads = new Set(Object.keys(binding?.reads ?? {}));
		const writes = new Set(Object.keys(binding?.writes ?? {}));
		return {
			inputs: loaded.inputs.filter((name) => !reads.has(name)),
			outputs: loaded.outputs.filter((name) => !writes.has(name)),
			run: (feeds, run = {}) =>
				this.#inTurn(() => this.#run(id, binding && (binding.sequences ?? 1), feeds, run), run.signal),
			close: () => this.#inTurn(() => this.#worker.call("unload", id)),
		};
	}

	async allocate(spec: CacheSpec): Promise<Cache> {
		for (const [what, size] of Object.entries({
			heads: spec.heads,
			dim: spec.dim,
			capacity: spec.capacity,
		})) {
			if (Number.isSafeInteger(size) && size >= 1) continue;
			throw new OnevisionError(
				"invalid-input",
				`cache: ${what} must be an integer of at least 1, got ${size}`,
			);
		}
		const rowBytes = spec.entries.length * spec.heads * spec.dim * Float32Array.BYTES_PER_ELEMENT;
		checkMemory(rowBytes * spec.capacity, `a cache of ${spec.capacity} rows`, "give it fewer");
		const id = await this.#inTurn(() => this.#worker.call("allocate", spec));
		return new WorkerCache(id, spec.capacity, rowBytes, () =>
			this.#inTurn(() => this.#worker.call("release", id)),
		);
	}

	/** A thread that is ended inside onnxruntime takes the process with it. */
	close(): Promise<void> {
		this.#closing ??= this.#running.then(() => this.#worker.stop());
		return this.#closing;
	}

	/** `sequences` are those that the model takes at most; undefined without a cache. */
	async #run(
		id: number,
		sequences: number | undefined,
		feeds: Tensors,
		{ cache, rows = 1 }: InferenceRun,
	): Promise<Tensors> {
		const used = cache === undefined ? [] : [cache].flat().map(ownCache);
		if ((sequences === undefined) !== (used.length === 0)) {
			const why =
				sequences === undefined ? "has no binding to a cache" : "reads and extends a cache; give it one";
			throw new OnevisionError("invalid-input", `run: the model ${why}`);
		}
		if (used.length > (sequences ?? 0) || new Set(used).size < used.length) {
			throw new OnevisionError(
				"invalid-input",
				`run: ${used.length} caches; give at most ${sequences}, each once`,
			);
		}
		for (const each of used) each.checkRoom(rows);
		const own = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, copyOf(tensor)]));
		const caches = used.map(({ id: cacheId, length }) => ({ id: cacheId, length }));
		const outputs = await this.#worker.call("run", { id, feeds: own, caches, rows }, buffersIn(own));
		for (const each of used) each.grow(rows);
		return outputs;
	}

	/** Acts when all earlier calls have settled, so that one can be cancelled while it waits. */
	#inTurn<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		const turn = this.#last.then(() => {
			signal?.throwIfAborted();
			if (this.#closing !== undefined)
				throw new OnevisionError("runtime", "inference: the session is closed");
			const running = act();
			this.#running = running.catch(() => undefined);
			return running;
		});
		this.#last = turn.catch(() => undefined);
		return turn;
	}
}

class WorkerCache implements Cache {
	readonly id: number;
	readonly capacity: number;
	readonly rowBytes: number;
	readonly #release: () => Promise<undefined>;
	#length = 0;
	#closed: Promise<void> | undefined;

	constructor(id: number, capacity: number, rowBytes: number, release: () => Promise<undefined>) {
		this.id = id;
		this.capacity = capacity;
		this.rowBytes = rowBytes;
		this.#release = release;
	}

	get length(): number {
		return this.#length;
	}

	get bytes(): number {
		return this.rowBytes * this.capacity;
	}

	truncate(length: number): void {
		if (!(Number.isInteger(length) && length >= 0 && length <= this.#length)) {
			throw new OnevisionError("invalid-input", `cache: cannot keep ${length} of ${this.#length} rows`);
		}
		this.#length = length;
	}

	checkRoom(rows: number): void {
		if (this.#closed !== undefined) throw new OnevisionError("invalid-input", "cache: it is closed");
		if (!(Number.isInteger(rows) && rows >= 0)) {
			throw new OnevisionError("invalid-input", `cache: rows must be an integer of at least 0, got ${rows}`);
		}
		if (this.#length + rows <= this.capacity) return;
		throw new OnevisionError(
			"over-limit",
			`cache: ${this.#length} rows and ${rows} more exceed its ${this.capacity}; allocate a larger one`,
		);
	}

	grow(rows: number): void {
		this.#length += rows;
	}

	close(): Promise<void> {
		this.#closed ??= this.#release();
		return this.#closed;
	}
}

function ownCache(cache: Cache): WorkerCache {
	if (cache instanceof WorkerCache) return cache;
	throw new OnevisionError("invalid-input", "run: the cache is not one that allocate returned");
}
