/**
 * What one sample costs in training. Forward counts once; backward costs one forward for the gradients of activations
 * in every part from the first trained one on, and one more for the gradients of weights where they are trained;
 * recomputing activations repeats the forward of every part that is back-propagated through.
 */

import type { Part } from "../facts/curriculum.ts";
import { languageModelFlops, projectorFlops } from "./flops.ts";
import type { Model } from "./model.ts";

/** Means over the samples of a stage; `towerFlops` is the forward of the tower for one sample. */
export interface StageLoad {
	readonly contextTokens: number;
	readonly towerTokens: number;
	readonly towerFlops: number;
}

/** FLOPs of one training sample. */
export function trainingFlops(
	model: Model,
	load: StageLoad,
	trainable: readonly Part[],
	activationCheckpointing: boolean,
): number {
	const forward = {
		tower: load.towerFlops,
		projector: projectorFlops(model.projector, load.towerTokens),
		"language-model": languageModelFlops(model.languageModel, load.contextTokens, load.contextTokens),
	} as const satisfies Record<Part, number>;
	// From input to output; gradients flow back from the loss to the first part that is trained.
	const order: readonly Part[] = ["tower", "projector", "language-model"];
	const first = order.findIndex((part) => trainable.includes(part));
	return order.reduce((sum, part, index) => {
		const trained = trainable.includes(part);
		const reached = first !== -1 && index >= first;
		const passes = 1 + Number(trained) + Number(reached) + Number(reached && activationCheckpointing);
		return sum + passes * forward[part];
	}, 0);
}

/** Parameters of the parts that are trained. */
export function trainableParameters(model: Model, trainable: readonly Part[]): number {
	const counts: Readonly<Record<Part, number>> = {
		tower: model.parameters.tower,
		projector: model.parameters.projector,
		"language-model": model.parameters.languageModel,
	};
	return trainable.reduce((sum, part) => sum + counts[part], 0);
}
