/**
 * The three parts of a model with their widths and parameter counts, looked up by id or taken from a checkpoint's own
 * widths.
 */

import { OnevisionError } from "@onevision/base";
import { LANGUAGE_MODELS, type LanguageModel, type UnknownLanguageModel } from "../facts/language-models.ts";
import {
	countLanguageModelParameters,
	countProjectorParameters,
	countTowerParameters,
	type Projector,
} from "../facts/parameters.ts";
import { TOWERS, type Tower } from "../facts/towers.ts";
import type { ModelParts } from "../families/checkpoint.ts";

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

/**
 * Looks up the parts and counts their parameters.
 *
 * @throws OnevisionError `unsupported` when the language model's widths are unknown (see `knownModelOf`)
 */
export function modelOf(parts: ModelParts): Model {
	const model = knownModelOf(parts);
	if (model !== undefined) return model;
	const { name, unknown } = languageModelOf(parts) as UnknownLanguageModel;
	throw new OnevisionError(
		"unsupported",
		`parameters and costs of ${name} are not known: ${unknown}; visual tokens can be counted`,
	);
}

/**
 * Same as `modelOf`, but returns `undefined` when the language model's widths are unknown. Without widths, parameters
 * and costs are unknown too.
 */
export function knownModelOf(parts: ModelParts): Model | undefined {
	const tower: Tower = typeof parts.tower === "string" ? TOWERS[parts.tower] : parts.tower;
	const languageModel = languageModelOf(parts);
	if ("unknown" in languageModel) return undefined;
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

function languageModelOf({ languageModel }: ModelParts): LanguageModel | UnknownLanguageModel {
	return typeof languageModel === "string" ? LANGUAGE_MODELS[languageModel] : languageModel;
}

function projectorOf({ projector }: ModelParts, tower: Tower, languageModel: LanguageModel): Projector {
	const { hidden, norm } = tower;
	const out = languageModel.hidden;
	switch (projector.kind) {
		case "mlp2x-gelu":
			return { kind: "mlp2x-gelu", in: hidden * (projector.layers ?? 1), out };
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
