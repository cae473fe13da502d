/** Parameters of a module under their names. What a module declares as it is built is the list of what it needs. */

import type { Graph, Value } from "@onevision/graph";

/** A place in the tree of modules: `language_model.layers.0.`. */
export class Scope {
	readonly graph: Graph;
	readonly #prefix: string;

	constructor(graph: Graph, prefix = "") {
		this.graph = graph;
		this.#prefix = prefix;
	}

	/** The scope of a submodule. */
	at(name: string | number): Scope {
		return new Scope(this.graph, `${this.#prefix}${name}.`);
	}

	/** The parameter of this name, declared on first use. */
	parameter(name: string, shape: readonly number[]): Value {
		return this.graph.shared(`${this.#prefix}${name}`, shape);
	}

	/** `weight`, and `bias` where the module has one, of a layer [in] to [out]; weights lie as in PyTorch, [out, in]. */
	linear(name: string, inputs: number, outputs: number, hasBias: boolean): LinearWeights {
		const layer = this.at(name);
		return {
			weight: layer.parameter("weight", [outputs, inputs]),
			...(hasBias ? { bias: layer.parameter("bias", [outputs]) } : {}),
		};
	}
}

export interface LinearWeights {
	readonly weight: Value;
	readonly bias?: Value;
}
