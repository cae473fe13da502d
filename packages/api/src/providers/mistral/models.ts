/** Mistral's hosted models. A missing limit is one that no page confirms. */

import type { Fact } from "@onevision/base";
import type { ApiModelOf, ProviderModels } from "../model.ts";
import { contextFact, modelsDev } from "../model-facts.ts";
import { MISTRAL_SOURCE } from "./rules.ts";

const PIXTRAL = { patch: 16, merge: 1, maxSide: 1024 } as const;
const MISTRAL_3 = { patch: 14, merge: 2, maxSide: 1540 } as const;

const mistralModel = (
	title: string,
	constants: typeof PIXTRAL | typeof MISTRAL_3,
	aliases: readonly string[],
	contextTokens?: Fact<number>,
): ApiModelOf<"mistral"> => ({
	title,
	provider: "mistral",
	rule: "mistral",
	aliases,
	versions: [{ constants, source: MISTRAL_SOURCE }],
	...(contextTokens === undefined ? {} : { contextTokens }),
	limits: { source: "no limit of the hosted API is confirmed" },
});

export const MISTRAL_MODELS = {
	"mistral-medium-3": mistralModel(
		"Mistral Medium 3",
		MISTRAL_3,
		["mistral-medium-2505", "mistral-medium-3.0"],
		contextFact(131_072, modelsDev("providers/mistral/models/mistral-medium-3", "d87c8d0")),
	),
	"mistral-small-3.2": mistralModel(
		"Mistral Small 3.2",
		MISTRAL_3,
		["mistral-small-2506", "mistral-small-3.1", "mistral-small-2503"],
		contextFact(128_000, modelsDev("providers/mistral/models/mistral-small-2506", "51752b5")),
	),
	"magistral-medium": mistralModel(
		"Magistral Medium",
		MISTRAL_3,
		["magistral-medium-2509"],
		contextFact(128_000, modelsDev("models/mistral/magistral-medium-2509", "03d4574")),
	),
	"pixtral-12b": mistralModel(
		"Pixtral 12B",
		PIXTRAL,
		["pixtral-12b-2409"],
		contextFact(128_000, modelsDev("providers/mistral/models/pixtral-12b", "51752b5")),
	),
	"pixtral-large": mistralModel("Pixtral Large", PIXTRAL, ["pixtral-large-2411"]),
} as const satisfies ProviderModels;
