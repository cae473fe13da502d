/** Parameters of a module under their names. What a module declares as it is built is the list of what it needs. */

import {
	declareProjection,
	type Graph,
	type Norm,
	type Precision,
	type Projection,
	type Value,
} from "@onevision/graph";

/** Sizes of a linear layer. */
export interface LinearShape {
	readonly inputs: number;
	readonly outputs: number;
	readonly hasBias: boolean;
}

/** A place in the tree of modules, `language_model.layers.0.`, and how the weights of its linear layers are stored. */
export class Scope {
	readonly graph: Graph;
	readonly #prefix: string;
	readonly #precision: Precision;

	constructor(graph: Graph, prefix: string, precision: Precision) {
		this.graph = graph;
		this.#prefix = prefix;
		this.#precision = precision;
	}

	/** The scope of a submodule. */
	at(name: string | number): Scope {
		return new Scope(this.graph, `${this.#prefix}${name}.`, this.#precision);
	}

	/** The parameter of this name, declared on first use. */
	parameter(name: string, shape: readonly number[]): Value {
		return this.graph.shared(`${this.#prefix}${name}`, shape);
	}

	/** A linear layer, whose weight lies as in PyTorch, [outputs, inputs]. */
	linear(name: string, shape: LinearShape): Projection {
		return declareProjection(this.graph, `${this.#prefix}${name}`, { ...shape, precision: this.#precision });
	}

	layerNorm(name: string, width: number, epsilon: number): Norm {
		const norm = this.at(name);
		const [scale, bias] = [norm.parameter("weight", [width]), norm.parameter("bias", [width])];
		return { kind: "layer", scale, bias, epsilon };
	}

	rmsNorm(name: string, width: number, epsilon: number): Norm {
		return { kind: "rms", scale: this.at(name).parameter("weight", [width]), epsilon };
	}
}
