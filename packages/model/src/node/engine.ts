/** The graphs of one model, loaded in a worker thread: views to embeddings, and steps of the decoder over caches there. */

import { type CacheBinding, cacheEntries, encodeModel, type Value } from "@onevision/graph";
import { type Cache, type Inference, type InferenceModel, startInference } from "@onevision/graph/node";
import type { Architecture } from "../architecture/architecture.ts";
import { isSingle, StepFeeds, type StepRequest, tokensOf } from "../generate/step.ts";
import { STEP } from "../modules/decoder.ts";
import type { ModelGraphs } from "../modules/graphs.ts";
import type { View, VisionGraph } from "../modules/vision.ts";
import type { ModelWeights } from "./model-weights.ts";

export interface EngineOptions {
	readonly threads?: number;
	/** Whether weights are copied into the kernels' own layout: some percent faster, and their memory once more. */
	readonly prepack: boolean;
}

interface LoadedVision {
	readonly graph: VisionGraph;
	readonly model: InferenceModel;
}

interface LoadedGraphs {
	readonly vision: Readonly<Record<View["kind"], LoadedVision>>;
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
			const names = (first?.graph.stored ?? []).map(({ name }) => name);
			const { external, folder } = weights.external(names);
			const options = { folder, prepack, ...(binding === undefined ? {} : { binding }) };
			return inference.load(encodeModel(outputs, { external }), options);
		};
		try {
			return new Engine(architecture, inference, {
				vision: await loadVision(vision, load),
				prefill: await load(prefill.outputs, prefill.binding),
				decode: await load(decode.outputs, decode.binding),
			});
		} catch (error) {
			await inference.close();
			throw error;
		}
	}

	/** Embeddings of one view, [tokens, hidden]. */
	async see(view: View): Promise<Float32Array> {
		const { graph, model } = this.#models.vision[view.kind];
		return graph.embeddings(await model.run(graph.feeds(view)), view);
	}

	/** A cache for so many tokens. Throws `over-limit` when they do not fit into memory. */
	allocate(capacity: number): Promise<Cache> {
		const { layers, kvHeads: heads, headDim: dim } = this.#architecture.decoder;
		return this.#inference.allocate({ entries: cacheEntries(layers), heads, dim, capacity });
	}

	/** Logits of the rows asked for, [rows, vocabulary]; the new tokens are in the cache afterwards. */
	async step(request: StepRequest, cache: Cache): Promise<Float32Array> {
		const rows = tokensOf(request.positions);
		const model = isSingle(request) ? this.#models.decode : this.#models.prefill;
		const outputs = await model.run(this.#feeds.of(request), { cache, rows });
		return outputs[STEP.logits]?.data as Float32Array;
	}

	close(): Promise<void> {
		return this.#inference.close();
	}
}

/** Images and frames share a model where they share a graph. */
async function loadVision(
	{ image, video }: ModelGraphs["vision"],
	load: (outputs: Readonly<Record<string, Value>>) => Promise<InferenceModel>,
): Promise<LoadedGraphs["vision"]> {
	const ofImages = { graph: image, model: await load(image.outputs) };
	return {
		image: ofImages,
		video: video === image ? ofImages : { graph: video, model: await load(video.outputs) },
	};
}
