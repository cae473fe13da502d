/** The three parts of a model with their widths and parameter counts, from the ids or widths a checkpoint has. */

import type { ModelParts } from "../checkpoints/checkpoint.ts";
import { LANGUAGE_MODELS, type LanguageModel } from "../facts/language-models.ts";
import {
	countLanguageModelParameters,
	countProjectorParameters,
	countTowerParameters,
	type Projector,
} from "../facts/parameters.ts";
import { TOWERS, type Tower } from "../facts/towers.ts";

export interface Model {
	readonly tower: Tower;
	readonly projector: Projector;
	readonly languageModel: LanguageModel;
	/** Parameter counts. */
	readonly parameters: {
		readonly tower: number;
		readonly projector: number;
		readonly languageModel: number;
		readonly total: number;
	};
}

/** Looks the parts up and counts their parameters. */
export function modelOf(parts: ModelParts): Model {
	const tower: Tower = typeof parts.tower === "string" ? TOWERS[parts.tower] : parts.tower;
	const languageModel: LanguageModel =
		typeof parts.languageModel === "string" ? LANGUAGE_MODELS[parts.languageModel] : parts.languageModel;
	const projector = projectorOf(parts, tower, languageModel);
	const counts = {
		tower: countTowerParameters(tower).total,
		projector: countProjectorParameters(projector),
		languageModel: countLanguageModelParameters(languageModel).total,
	};
	return {
		tower,
		projector,
		languageModel,
		parameters: { ...counts, total: counts.tower + counts.projector + counts.languageModel },
	};
}

function projectorOf({ projector }: ModelParts, tower: Tower, languageModel: LanguageModel): Projector {
	const { hidden, norm } = tower;
	const out = languageModel.hidden;
	switch (projector.kind) {
		case "mlp2x-gelu":
			return { kind: "mlp2x-gelu", in: hidden, out };
		case "linear":
			return { kind: "linear", in: hidden, out, bias: true };
		case "patch-merger":
			return {
				kind: "patch-merger",
				hidden,
				merge: projector.merge,
				out,
				norm,
				...(tower.deepstack === undefined ? {} : { deepstack: tower.deepstack.length }),
			};
		case "pixel-shuffle":
			return { kind: "pixel-shuffle", hidden, merge: projector.merge, out };
		case "q-former":
			return projector;
	}
}
