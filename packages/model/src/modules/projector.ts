/** The two-layer projector of the LLaVA models: tower features to embeddings of the language model. */

import { type Activation, activate, type LayerForm, project, type Value } from "@onevision/graph";
import type { Scope } from "./scope.ts";

export interface ProjectorShape {
	readonly inputs: number;
	readonly outputs: number;
	readonly hasBias: boolean;
	readonly activation: Activation;
}

/** [.., inputs] to [.., outputs] */
export function projector(x: Value, scope: Scope, shape: ProjectorShape, form: LayerForm): Value {
	const { inputs, outputs, hasBias, activation } = shape;
	const inner = project(x, scope.linear("linear_1", { inputs, outputs, hasBias }));
	return project(
		activate(inner, activation, form),
		scope.linear("linear_2", { inputs: outputs, outputs, hasBias }),
	);
}
