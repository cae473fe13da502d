/** The two graphs that inference runs: a view to embeddings, and a step of the decoder. */

import { Graph, type Value } from "@onevision/graph";
import type { Architecture } from "../architecture/architecture.ts";
import { type DecoderShape, decoderStep } from "./decoder.ts";
import { projector } from "./projector.ts";
import { Scope } from "./scope.ts";
import { tower } from "./tower.ts";

/** Names of the vision graph's input and output. */
export const VISION = { pixels: "pixels", embeddings: "embeddings" } as const;

/** One view: pixels [1, 3, side, side] to embeddings of the language model, [patches, hidden]. */
export function visionGraph({ tower: shape, projector: projection }: Architecture): Record<string, Value> {
	const graph = new Graph("vision");
	const side = shape.imageSize;
	const pixels = graph.input(VISION.pixels, "float32", [1, 3, side, side]);
	const features = tower(pixels, new Scope(graph, "vision_tower."), shape);
	const embeddings = projector(features, new Scope(graph, "multi_modal_projector."), projection);
	return { [VISION.embeddings]: embeddings };
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
