/**
 * Models of closed APIs by id, and finding one by any of its names. Facts are the providers' own pages, read through
 * copies of the day named; a copy can be out of date, so every answer names its source.
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

/** Models by provider; the order is that of lists. */
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

/** Ids in the order of the table. */
export const API_MODEL_IDS = Object.keys(API_MODELS) as readonly ApiModelId[];

const BY_NAME: ReadonlyMap<string, ApiModelId> = new Map(
	API_MODEL_IDS.flatMap((id) =>
		[id, ...API_MODELS[id].aliases].map((name) => [name.toLowerCase(), id] as const),
	),
);

/** What gateways and clouds put before a name: `openai/`, `models/`, `us.anthropic.`. */
const PREFIXES = /^(?:.*\/)?(?:(?:us|eu|apac|global|jp|au)\.)?(?:anthropic\.)?/;
/** What follows a name: a snapshot's date, a cloud's revision, `-latest`, `-preview`. */
const SUFFIXES = [
	/-v\d+(?::\d+)?$/,
	/[-@]\d{8}$/,
	/-\d{4}-\d{2}-\d{2}$/,
	/-(?:latest|preview|exp)$/,
	/-\d{4}$/,
] as const;

/**
 * The id behind a model name as requests write it: an id or alias, with or without a provider's prefix, a snapshot's
 * date or `-latest`. Throws `unknown-name` with the nearest name.
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

/** Whether a closed model goes by this name. */
export function isApiModelName(name: string): boolean {
	return findByName(name) !== undefined;
}

/** Throws `unsupported` where the name is a closed model's: a plan takes open ones, whose names win where both know one. */
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

/** A name as it is, then without its endings, one after the other. */
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
