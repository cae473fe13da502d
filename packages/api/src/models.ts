/**
 * Models of closed APIs by id, and lookup by any of their names. Facts come from the providers' own pages, read from
 * copies dated in the sources. A copy can be out of date, so every answer names its source.
 */

import { nearest, OnevisionError } from "@onevision/base";
import { isCheckpointName } from "@onevision/core";
import { ALIBABA_MODELS } from "./providers/alibaba/models.ts";
import { AMAZON_MODELS } from "./providers/amazon/models.ts";
import { ANTHROPIC_MODELS } from "./providers/anthropic/models.ts";
import { GOOGLE_MODELS } from "./providers/google/models.ts";
import { MISTRAL_MODELS } from "./providers/mistral/models.ts";
import type { ApiModel, ProviderModels } from "./providers/model.ts";
import { OPENAI_MODELS } from "./providers/openai/models.ts";
import type { Provider } from "./providers/provider.ts";
import { XAI_MODELS } from "./providers/xai/models.ts";

/** Models by provider; lists use this order. */
export const MODELS_BY_PROVIDER = {
	openai: OPENAI_MODELS,
	anthropic: ANTHROPIC_MODELS,
	google: GOOGLE_MODELS,
	xai: XAI_MODELS,
	mistral: MISTRAL_MODELS,
	amazon: AMAZON_MODELS,
	alibaba: ALIBABA_MODELS,
} as const satisfies Readonly<Record<Provider, ProviderModels>>;

export type ApiModelId = Extract<{ [P in Provider]: keyof (typeof MODELS_BY_PROVIDER)[P] }[Provider], string>;

/** Every model by id. */
export const API_MODELS = {
	...OPENAI_MODELS,
	...ANTHROPIC_MODELS,
	...GOOGLE_MODELS,
	...XAI_MODELS,
	...MISTRAL_MODELS,
	...AMAZON_MODELS,
	...ALIBABA_MODELS,
} as const satisfies Readonly<Record<ApiModelId, ApiModel>>;

/** Ids in table order. */
export const API_MODEL_IDS = Object.keys(API_MODELS) as readonly ApiModelId[];

const BY_NAME: ReadonlyMap<string, ApiModelId> = new Map(
	API_MODEL_IDS.flatMap((id) =>
		[id, ...API_MODELS[id].aliases].map((name) => [name.toLowerCase(), id] as const),
	),
);

/** Prefixes that gateways and clouds add: `openai/`, `models/`, `us.anthropic.`. */
const PREFIXES = /^(?:.*\/)?(?:(?:us|eu|apac|global|jp|au)\.)?(?:anthropic\.)?/;
/** Suffixes: a snapshot's date, a cloud's revision, `-latest`, `-preview`. */
const SUFFIXES = [
	/-v\d+(?::\d+)?$/,
	/[-@]\d{8}$/,
	/-\d{4}-\d{2}-\d{2}$/,
	/-(?:latest|preview|exp)$/,
	/-\d{4}$/,
] as const;

/**
 * Resolves a model name as used in requests to its id: an id or alias, with or without a provider's prefix, a
 * snapshot date or `-latest`. Throws `unknown-name` with the nearest name.
 */
export function resolveApiModelId(name: string): ApiModelId {
	const found = findByName(name);
	if (found !== undefined) return found;
	const short = name.slice(0, 200).toLowerCase().trim();
	const hint = nearest(short.replace(PREFIXES, ""), [...BY_NAME.keys()]);
	throw new OnevisionError(
		"unknown-name",
		`model ${JSON.stringify(name.slice(0, 80))}: no counting rule is known for it${hint === undefined ? "" : `; did you mean ${hint}?`}`,
	);
}

/** Whether this name belongs to a closed model. */
export function isApiModelName(name: string): boolean {
	return findByName(name) !== undefined;
}

/**
 * Throws `unsupported` if the name belongs to a closed model, since plans take open ones. A name that both kinds use
 * means the open model.
 */
export function assertPlannable(model: string): void {
	if (isCheckpointName(model) || !isApiModelName(model)) return;
	throw new OnevisionError(
		"unsupported",
		`model: ${model} is a closed model, and a plan chooses settings, training and hardware of open ones; name one of those (onevision models), or count what ${model} takes (onevision count -m ${model})`,
	);
}

function findByName(name: string): ApiModelId | undefined {
	const short = name.slice(0, 200).toLowerCase().trim();
	return lookUp(short) ?? lookUp(short.replace(PREFIXES, ""));
}

/** Looks up a name as it is, then with its suffixes removed one after another. */
function lookUp(name: string): ApiModelId | undefined {
	let rest = name;
	let found = BY_NAME.get(rest);
	for (const suffix of SUFFIXES) {
		if (found !== undefined) return found;
		rest = rest.replace(suffix, "");
		found = BY_NAME.get(rest);
	}
	return found;
}

/** The model with this id. */
export function apiModelById(id: ApiModelId): ApiModel {
	return API_MODELS[id];
}
