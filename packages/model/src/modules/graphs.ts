/** The graphs that inference runs: a view to embeddings, many new tokens, one new token. */

import { type DecodeOptions, Graph, type Value } from "@onevision/graph";
import type { Architecture } from "../architecture/architecture.ts";
import { decodeStep, prefillStep, type StepGraph } from "./decoder.ts";
import { FLOAT32, type PrecisionOf, Scope } from "./scope.ts";
import { type VisionGraphs, visionGraphs } from "./vision.ts";

export interface ModelGraphs {
	readonly vision: VisionGraphs;
	readonly prefill: StepGraph;
	readonly decode: StepGraph;
}

/** All that the graphs read from files, by name. */
export function storedOf({ vision, prefill, decode }: ModelGraphs): readonly Value[] {
	const outputs = [vision.image.outputs, vision.video.outputs, prefill.outputs, decode.outputs];
	const stored = outputs.flatMap((each) => Object.values(each)[0]?.graph.stored ?? []);
	return [...new Map(stored.map((value) => [value.name, value])).values()];
}

export function modelGraphs(architecture: Architecture, precisionOf: PrecisionOf = FLOAT32): ModelGraphs {
	const { decoder } = architecture;
	const prefill = new Scope(new Graph("prefill"), "", precisionOf);
	return {
		vision: visionGraphs(architecture, precisionOf),
		prefill: prefillStep(prefill, decoder),
		decode: decodeGraph(architecture, precisionOf),
	};
}

/** The graph of one new token, also for several sequences, or with what the token attends to. */
export function decodeGraph(
	{ decoder }: Architecture,
	precisionOf: PrecisionOf,
	options: DecodeOptions = {},
): StepGraph {
	return decodeStep(new Scope(new Graph("decode"), "", precisionOf), decoder, options);
}
