/** The graphs that inference runs: a view to embeddings, many new tokens, one new token. */

import { Graph } from "@onevision/graph";
import type { Architecture } from "../architecture/architecture.ts";
import { decodeStep, prefillStep, type StepGraph } from "./decoder.ts";
import { Scope } from "./scope.ts";
import { type VisionGraphs, visionGraphs } from "./vision.ts";

export interface ModelGraphs {
	readonly vision: VisionGraphs;
	readonly prefill: StepGraph;
	readonly decode: StepGraph;
}

export function modelGraphs(architecture: Architecture): ModelGraphs {
	const { decoder } = architecture;
	const scope = (name: string) => new Scope(new Graph(name), "", "float32");
	return {
		vision: visionGraphs(architecture),
		prefill: prefillStep(scope("prefill"), decoder),
		decode: decodeStep(scope("decode"), decoder),
	};
}
