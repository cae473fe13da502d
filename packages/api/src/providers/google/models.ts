/** Google's Gemini models. A missing limit is one that no page confirms. */

import type { Fact } from "@onevision/base";
import type { ApiLimits, ApiModelOf, ProviderModels } from "../model.ts";
import { contextFact, modelsDev } from "../model-facts.ts";
import { GEMINI_2_SOURCE, GEMINI_3_SOURCE } from "./rules.ts";

const GEMINI_LIMITS: ApiLimits = {
	maxImages: 3600,
	source: "https://ai.google.dev/gemini-api/docs/image-understanding",
};
const GEMINI_3 = {
	image: { unspecified: 1120, low: 280, medium: 560, high: 1120, ultra_high: 2240 },
	frame: { unspecified: 70, low: 70, medium: 70, high: 280 },
	audioPerSecond: 25,
} as const;
const GEMINI_2 = {
	tile: 258,
	smallSide: 384,
	low: { min: 64, max: 66 },
	medium: { min: 256, max: 258 },
	audioPerSecond: 32,
	unit: { min: 256, max: 768 },
} as const;

const gemini3Model = (title: string, contextTokens?: Fact<number>): ApiModelOf<"gemini-3"> => ({
	title,
	provider: "google",
	rule: "gemini-3",
	aliases: [],
	versions: [{ constants: GEMINI_3, source: GEMINI_3_SOURCE }],
	...(contextTokens === undefined ? {} : { contextTokens }),
	limits: GEMINI_LIMITS,
});
const gemini2Model = (title: string, contextTokens?: Fact<number>): ApiModelOf<"gemini-2"> => ({
	title,
	provider: "google",
	rule: "gemini-2",
	aliases: [],
	versions: [{ constants: GEMINI_2, source: GEMINI_2_SOURCE }],
	...(contextTokens === undefined ? {} : { contextTokens }),
	limits: GEMINI_LIMITS,
});
const googleContext = (value: number, file: string, commit: string): Fact<number> =>
	contextFact(value, modelsDev(file, commit));

export const GOOGLE_MODELS = {
	"gemini-3.8-flash": gemini3Model(
		"Gemini 3.8 Flash",
		googleContext(1_048_576, "models/google/gemini-3.8-flash", "91a1983"),
	),
	"gemini-3.7-flash": gemini3Model("Gemini 3.7 Flash"),
	"gemini-3.6-flash": gemini3Model("Gemini 3.6 Flash"),
	"gemini-3.5-flash": gemini3Model(
		"Gemini 3.5 Flash",
		googleContext(1_048_576, "providers/google/models/gemini-3.5-flash", "96e7a00"),
	),
	"gemini-3.5-flash-lite": gemini3Model("Gemini 3.5 Flash-Lite"),
	"gemini-3.1-pro": gemini3Model("Gemini 3.1 Pro"),
	"gemini-3.1-flash-lite": gemini3Model(
		"Gemini 3.1 Flash-Lite",
		googleContext(1_048_576, "providers/google/models/gemini-3.1-flash-lite", "34fd667"),
	),
	"gemini-3-pro": gemini3Model(
		"Gemini 3 Pro",
		googleContext(1_000_000, "providers/google/models/gemini-3-pro-preview", "2593e13"),
	),
	"gemini-3-flash": gemini3Model(
		"Gemini 3 Flash",
		googleContext(1_048_576, "providers/google/models/gemini-3-flash-preview", "96e7a00"),
	),
	"gemini-2.5-pro": gemini2Model("Gemini 2.5 Pro"),
	"gemini-2.5-flash": gemini2Model("Gemini 2.5 Flash"),
	"gemini-2.5-flash-lite": gemini2Model(
		"Gemini 2.5 Flash-Lite",
		googleContext(1_048_576, "providers/google/models/gemini-2.5-flash-lite", "19565ce"),
	),
	"gemini-2.0-flash": gemini2Model(
		"Gemini 2.0 Flash",
		googleContext(1_048_576, "providers/google/models/gemini-2.0-flash", "51752b5"),
	),
} as const satisfies ProviderModels;
