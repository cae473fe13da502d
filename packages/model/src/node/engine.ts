/** The graphs of one model, loaded in a worker thread: views to embeddings, and steps of the decoder over caches there. */

import {
	type CacheBinding,
	cacheEntries,
	type DecodeOptions,
	encodeModel,
	type Value,
} from "@onevision/graph";
import { type Cache, type Inference, type InferenceModel, startInference } from "@onevision/graph/node";
import type { Architecture } from "../architecture/architecture.ts";
import { DecodeTogether } from "../generate/decode-together.ts";
import { isSingle, StepFeeds, type StepRequest, tokensOf } from "../generate/step.ts";
import { STEP, type StepGraph } from "../modules/decoder.ts";
import { decodeGraph, type ModelGraphs } from "../modules/graphs.ts";
import type { PrecisionOf } from "../modules/scope.ts";
import type { View, VisionGraph } from "../modules/vision.ts";
import type { ModelWeights } from "./model-weights.ts";

export interface EngineOptions {
	readonly threads?: number;
	/** How weights are stored, as in the graphs given. */
	readonly precisionOf: PrecisionOf;
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
	/** Loads another graph of one new token. */
	other(options: DecodeOptions): Promise<InferenceModel>;
}

/** A step and the cache it reads and extends. */
interface CachedStep {
	readonly request: StepRequest;
	readonly cache: Cache;
}

/** Sequences whose tokens are decoded in one run: sizes of graphs, each loaded when it is first needed. */
const SEQUENCES = [2, 4, 8] as const;
const MAX_SEQUENCES = 8;

export class Engine {
	readonly #architecture: Architecture;
	readonly #inference: Inference;
	readonly #models: LoadedGraphs;
	readonly #feeds: StepFeeds;
	/** Graphs beside the usual ones, by name. */
	readonly #others = new Map<string, Promise<InferenceModel>>();
	readonly #together = new DecodeTogether<CachedStep>((steps) => this.#decode(steps), MAX_SEQUENCES);

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
		{ threads, precisionOf, prepack }: EngineOptions,
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
				other: (given) => {
					const { outputs, binding }: StepGraph = decodeGraph(architecture, precisionOf, given);
					return load(outputs, binding);
				},
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
		if (isSingle(request)) return this.#together.step({ request, cache });
		const rows = tokensOf(request.positions);
		const outputs = await this.#models.prefill.run(this.#feeds.of(request), { cache, rows });
		return outputs[STEP.logits]?.data as Float32Array;
	}

	/** An answer is being made token by token, until what this returns is called. */
	joinDecoding(): () => void {
		return this.#together.join();
	}

	/** What one new token attends to: for each layer [heads, tokens], up to itself; the cache then holds it. */
	async attend(request: StepRequest, cache: Cache): Promise<readonly Float32Array[]> {
		const model = await this.#other("attend", { keepsWeights: true });
		const outputs = await model.run(this.#feeds.of(request), { cache });
		const { layers } = this.#architecture.decoder;
		return Array.from({ length: layers }, (_, layer) => outputs[`weights.${layer}`]?.data as Float32Array);
	}

	/** Logits of one token of each step. */
	async #decode(steps: readonly CachedStep[]): Promise<readonly Float32Array[]> {
		const requests = steps.map(({ request }) => request);
		const caches = steps.map(({ cache }) => cache);
		const size = steps.length === 1 ? 1 : (SEQUENCES.find((each) => each >= steps.length) ?? MAX_SEQUENCES);
		const model = size === 1 ? this.#models.decode : await this.#other(`decode ${size}`, { sequences: size });
		const outputs = await model.run(this.#feeds.ofSeveral(requests, size), { cache: caches });
		const logits = outputs[STEP.logits]?.data as Float32Array;
		const { vocabulary } = this.#architecture.decoder;
		return steps.map((_, index) => logits.subarray(index * vocabulary, (index + 1) * vocabulary));
	}

	/** A graph that was loaded before, or is now. One that could not be is tried again. */
	#other(name: string, options: DecodeOptions): Promise<InferenceModel> {
		const known = this.#others.get(name);
		if (known !== undefined) return known;
		const loading = this.#models.other(options);
		this.#others.set(name, loading);
		loading.catch(() => this.#others.delete(name));
		return loading;
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
