/** The graphs that inference runs: a view to embeddings, many new tokens, one new token. */

import { Graph, type Value } from "@onevision/graph";
import type { Architecture } from "../architecture/architecture.ts";
import { decodeStep, prefillStep, type StepGraph } from "./decoder.ts";
import { projector } from "./projector.ts";
import { Scope } from "./scope.ts";
import { tower } from "./tower.ts";

/** Names of the vision graph's input and output. */
export const VISION = { pixels: "pixels", embeddings: "embeddings" } as const;

export interface ModelGraphs {
	/** Pixels [1, 3, side, side] to embeddings of the language model, [1, patches, hidden]. */
	readonly vision: Readonly<Record<string, Value>>;
	readonly prefill: StepGraph;
	readonly decode: StepGraph;
}

export function modelGraphs(architecture: Architecture): ModelGraphs {
	const { decoder } = architecture;
	const scope = (name: string) => new Scope(new Graph(name), "", "float32");
	return {
		vision: visionGraph(scope("vision"), architecture),
		prefill: prefillStep(scope("prefill"), decoder),
		decode: decodeStep(scope("decode"), decoder),
	};
}

function visionGraph(scope: Scope, { tower: shape, projector: projection }: Architecture) {
	const side = shape.imageSize;
	const pixels = scope.graph.input(VISION.pixels, "float32", [1, 3, side, side]);
	const features = tower(pixels, scope.at("vision_tower"), shape, "fused");
	const embeddings = projector(features, scope.at("multi_modal_projector"), projection, "fused");
	return { [VISION.embeddings]: embeddings };
}
