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

/** How the weight of the linear layer of this name is stored. */
export type PrecisionOf = (name: string) => Precision;

/** As in the checkpoint. */
export const FLOAT32: PrecisionOf = () => "float32";

/** A place in the tree of modules, `language_model.layers.0.`, and how the weights of its linear layers are stored. */
export class Scope {
	readonly graph: Graph;
	readonly #prefix: string;
	readonly #precisionOf: PrecisionOf;

	constructor(graph: Graph, prefix: string, precisionOf: PrecisionOf) {
		this.graph = graph;
		this.#prefix = prefix;
		this.#precisionOf = precisionOf;
	}

	/** The scope of a submodule. */
	at(name: string | number): Scope {
		return new Scope(this.graph, `${this.#prefix}${name}.`, this.#precisionOf);
	}

	/** The parameter of this name, declared on first use. */
	parameter(name: string, shape: readonly number[]): Value {
		return this.graph.shared(`${this.#prefix}${name}`, shape);
	}

	/** A linear layer, whose weight lies as in PyTorch, [outputs, inputs]. */
	linear(name: string, shape: LinearShape): Projection {
		const whole = `${this.#prefix}${name}`;
		return declareProjection(this.graph, whole, { ...shape, precision: this.#precisionOf(whole) });
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
