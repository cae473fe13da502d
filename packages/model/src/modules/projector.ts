/** The two-layer projector of the LLaVA models: tower features to embeddings of the language model. */

import type { Value } from "@onevision/graph";
import { ACTIVATIONS, type Activation, linear } from "./layers.ts";
import type { Scope } from "./scope.ts";

export interface ProjectorShape {
	readonly inputs: number;
	readonly outputs: number;
	readonly hasBias: boolean;
	readonly activation: Activation;
}

/** [patches, inputs] to [patches, outputs] */
export function projector(x: Value, scope: Scope, shape: ProjectorShape): Value {
	const { inputs, outputs, hasBias } = shape;
	const inner = linear(x, scope.linear("linear_1", inputs, outputs, hasBias));
	const activated = ACTIVATIONS[shape.activation](inner);
	return linear(activated, scope.linear("linear_2", outputs, outputs, hasBias));
}
