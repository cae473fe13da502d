/** The graphs of one model, loaded in a worker thread: views to embeddings, and steps of the decoder over caches there. */

import { float32 } from "@onevision/base";
import { encodeModel, type Value } from "@onevision/graph";
import {
	type Cache,
	type CacheBinding,
	type Inference,
	type InferenceModel,
	startInference,
} from "@onevision/graph/node";
import type { Architecture } from "../architecture/architecture.ts";
import { StepFeeds, type StepRequest } from "../generate/step.ts";
import { type DecoderShape, STEP } from "../modules/decoder.ts";
import { stepGraph, VISION, visionGraph } from "../modules/graphs.ts";
import type { ModelWeights } from "./model-weights.ts";

/** Every key-value head of every layer is read where it lies; new rows of a layer are appended together. */
function bindingOf({ layers, kvHeads }: DecoderShape): CacheBinding {
	const reads: Record<string, { readonly entry: string; readonly head: number }> = {};
	const writes: Record<string, string> = {};
	for (let layer = 0; layer < layers; layer++) {
		const [key, value] = [STEP.key(layer), STEP.value(layer)];
		writes[key] = key;
		writes[value] = value;
		for (let head = 0; head < kvHeads; head++) {
			reads[STEP.pastKey(layer, head)] = { entry: key, head };
			reads[STEP.pastValue(layer, head)] = { entry: value, head };
		}
	}
	return { reads, writes };
}

export interface EngineOptions {
	readonly threads?: number;
	/** Whether weights are copied into the kernels' own layout: some percent faster, and their memory once more. */
	readonly prepack: boolean;
}

export class Engine {
	readonly #architecture: Architecture;
	readonly #inference: Inference;
	readonly #vision: InferenceModel;
	readonly #step: InferenceModel;
	readonly #feeds: StepFeeds;

	private constructor(
		architecture: Architecture,
		inference: Inference,
		vision: InferenceModel,
		step: InferenceModel,
	) {
		this.#architecture = architecture;
		this.#inference = inference;
		this.#vision = vision;
		this.#step = step;
		this.#feeds = new StepFeeds(architecture.decoder);
	}

	/** Throws `runtime` without onnxruntime. */
	static async start(
		architecture: Architecture,
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
			const { decoder } = architecture;
			const vision = await load(visionGraph(architecture));
			const step = await load(stepGraph(decoder), bindingOf(decoder));
			return new Engine(architecture, inference, vision, step);
		} catch (error) {
			await inference.close();
			throw error;
		}
	}

	/** Embeddings of one view, [patches, hidden]. */
	async see(pixels: Float32Array): Promise<Float32Array> {
		const side = this.#architecture.tower.imageSize;
		const outputs = await this.#vision.run({ [VISION.pixels]: float32([1, 3, side, side], pixels) });
		return outputs[VISION.embeddings]?.data as Float32Array;
	}

	/** A cache for so many tokens. Throws `over-limit` when they do not fit into memory. */
	allocate(capacity: number): Promise<Cache> {
		const { layers, kvHeads: heads, headDim: dim } = this.#architecture.decoder;
		const entries = Array.from({ length: layers }, (_, layer) => [STEP.key(layer), STEP.value(layer)]);
		return this.#inference.allocate({ entries: entries.flat(), heads, dim, capacity });
	}

	/** Logits of the rows asked for, [rows, vocabulary]; the new tokens are in the cache afterwards. */
	async step(request: StepRequest, cache: Cache): Promise<Float32Array> {
		const rows = request.positions.length;
		const outputs = await this.#step.run(this.#feeds.of(request), { cache, rows });
		return outputs[STEP.logits]?.data as Float32Array;
	}

	close(): Promise<void> {
		return this.#inference.close();
	}
}
