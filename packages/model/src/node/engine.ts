/** The graphs of one model, loaded in a worker thread: views to embeddings, and steps of the decoder over caches there. */

import { float32 } from "@onevision/base";
import { type CacheBinding, cacheEntries, encodeModel, type Value } from "@onevision/graph";
import { type Cache, type Inference, type InferenceModel, startInference } from "@onevision/graph/node";
import type { Architecture } from "../architecture/architecture.ts";
import { isSingle, StepFeeds, type StepRequest } from "../generate/step.ts";
import { STEP } from "../modules/decoder.ts";
import { type ModelGraphs, VISION } from "../modules/graphs.ts";
import type { ModelWeights } from "./model-weights.ts";

export interface EngineOptions {
	readonly threads?: number;
	/** Whether weights are copied into the kernels' own layout: some percent faster, and their memory once more. */
	readonly prepack: boolean;
}

interface LoadedGraphs {
	readonly vision: InferenceModel;
	readonly prefill: InferenceModel;
	readonly decode: InferenceModel;
}

export class Engine {
	readonly #architecture: Architecture;
	readonly #inference: Inference;
	readonly #models: LoadedGraphs;
	readonly #feeds: StepFeeds;

	private constructor(architecture: Architecture, inference: Inference, models: LoadedGraphs) {
		this.#architecture = architecture;
		this.#inference = inference;
		this.#models = models;
		this.#feeds = new StepFeeds(architecture.decoder);
	}

	/** Throws `runtime` without onnxruntime. */
	static async start(
		architecture: Architecture,
		{ vision, prefill, decode }: ModelGraphs,
		weights: ModelWeights,
		{ threads, prepack }: EngineOptions,
	): Promise<Engine> {
		const inference = await startInference({ spin: false, ...(threads === undefined ? {} : { threads }) });
		const load = (outputs: Readonly<Record<string, Value>>, binding?: CacheBinding) => {
			const [first] = Object.values(outputs);
			const names = (first?.graph.parameters ?? []).map(({ name }) => name);
			const { external, folder } = weights.external(names);
			const options = { folder, prepack, ...(binding === undefined ? {} : { binding }) };
			return inference.load(encodeModel(outputs, { external }), options);
		};
		try {
			return new Engine(architecture, inference, {
				vision: await load(vision),
				prefill: await load(prefill.outputs, prefill.binding),
				decode: await load(decode.outputs, decode.binding),
			});
		} catch (error) {
			await inference.close();
			throw error;
		}
	}

	/** Embeddings of one view, [patches, hidden]. */
	async see(pixels: Float32Array): Promise<Float32Array> {
		const side = this.#architecture.tower.imageSize;
		const outputs = await this.#models.vision.run({ [VISION.pixels]: float32([1, 3, side, side], pixels) });
		return outputs[VISION.embeddings]?.data as Float32Array;
	}

	/** A cache for so many tokens. Throws `over-limit` when they do not fit into memory. */
	allocate(capacity: number): Promise<Cache> {
		const { layers, kvHeads: heads, headDim: dim } = this.#architecture.decoder;
		return this.#inference.allocate({ entries: cacheEntries(layers), heads, dim, capacity });
	}

	/** Logits of the rows asked for, [rows, vocabulary]; the new tokens are in the cache afterwards. */
	async step(request: StepRequest, cache: Cache): Promise<Float32Array> {
		const rows = request.positions.length;
		const model = isSingle(request) ? this.#models.decode : this.#models.prefill;
		const outputs = await model.run(this.#feeds.of(request), { cache, rows });
		return outputs[STEP.logits]?.data as Float32Array;
	}

	close(): Promise<void> {
		return this.#inference.close();
	}
}
