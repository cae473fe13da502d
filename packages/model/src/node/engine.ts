/** The graphs of one model, loaded: views to embeddings, and steps of the decoder. */

import { float32 } from "@onevision/base";
import { Graph, type Program, type Value } from "@onevision/graph";
import type { Architecture } from "../architecture/architecture.ts";
import type { KvCache } from "../generate/kv-cache.ts";
import { StepFeeds, type StepRequest } from "../generate/step.ts";
import { type DecoderShape, decoderStep, STEP } from "../modules/decoder.ts";
import { projector } from "../modules/projector.ts";
import { Scope } from "../modules/scope.ts";
import { tower } from "../modules/tower.ts";

/** Names of the vision graph's input and outputs. */
export const VISION = { pixels: "pixels", features: "features", embeddings: "embeddings" } as const;

/** One view: pixels [1, 3, side, side] to tower features and embeddings of the language model, [patches, width] each. */
export function visionGraph({ tower: shape, projector: projection }: Architecture): Record<string, Value> {
	const graph = new Graph("vision");
	const side = shape.imageSize;
	const pixels = graph.input(VISION.pixels, "float32", [1, 3, side, side]);
	const features = tower(pixels, new Scope(graph, "vision_tower."), shape);
	const embeddings = projector(features, new Scope(graph, "multi_modal_projector."), projection);
	return { [VISION.features]: features, [VISION.embeddings]: embeddings };
}

/** A step over any number of new and cached tokens. */
export function stepGraph(shape: DecoderShape): Record<string, Value> {
	const group = shape.heads / shape.kvHeads;
	return decoderStep(new Graph("step"), shape, {
		tokens: "tokens",
		past: "past",
		queries: group === 1 ? "tokens" : `${group}*tokens`,
		rows: "rows",
	});
}

export class Engine {
	readonly #architecture: Architecture;
	readonly #vision: Program;
	readonly #step: Program;
	readonly #feeds: StepFeeds;

	constructor(architecture: Architecture, vision: Program, step: Program) {
		this.#architecture = architecture;
		this.#vision = vision;
		this.#step = step;
		this.#feeds = new StepFeeds(architecture.decoder);
	}

	/** Embeddings of one view, [patches, hidden]. */
	async see(pixels: Float32Array): Promise<Float32Array> {
		const side = this.#architecture.tower.imageSize;
		const outputs = await this.#vision.run({ [VISION.pixels]: float32([1, 3, side, side], pixels) });
		return outputs[VISION.embeddings]?.data as Float32Array;
	}

	/** Logits of the rows asked for, [rows, vocabulary]; the new tokens are in the cache afterwards. */
	async step(request: StepRequest, cache: KvCache): Promise<Float32Array> {
		const outputs = await this.#step.run(this.#feeds.of(request, cache));
		cache.append(outputs, request.positions.length);
		return outputs[STEP.logits]?.data as Float32Array;
	}

	async close(): Promise<void> {
		await Promise.all([this.#vision.close(), this.#step.close()]);
	}
}
