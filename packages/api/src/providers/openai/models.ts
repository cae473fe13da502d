/**
 * OpenAI's models. Multipliers and budgets changed between the vision page's copies of about July and September 2026;
 * both tables are kept, by date.
 */

import type { Fact } from "@onevision/base";
import type { ApiLimits, ApiModelOf, ProviderModels } from "../model.ts";
import { contextFact, modelsDev } from "../model-facts.ts";
import { OPENAI_SOURCE, type OpenaiPatchConstants, type PatchLimit } from "./rules.ts";

const contextOf = (value: number, path: string, commit: string): Fact<number> =>
	contextFact(value, modelsDev(path, commit));

const OPENAI_LIMITS: ApiLimits = {
	maxImages: 1500,
	maxRequestBytes: 512 * 2 ** 20,
	source: OPENAI_SOURCE,
};
const OPENAI_OLD_SOURCE =
	"https://developers.openai.com/api/docs/guides/images-vision, copy of about July 2026";
/** The page changed between its copies of about July and September 2026; the exact day is unknown. */
const CHANGED = "2026-09-01";
const CHANGE_NOTE = "; changed between July and September 2026";

const SMALL: PatchLimit = { maxSide: 512 };
const FIT_2048 = (patches: number): PatchLimit => ({ maxSide: 2048, patches });
const LARGE: PatchLimit = { maxSide: 6000, patches: 10_000 };
const UNBUDGETED: PatchLimit = { maxSide: 65_535 };
const MAX_PATCHES = 30_000;

/** The same limit for every `detail`, and no `original`. */
const uniform = (percent: number, patches: number): OpenaiPatchConstants => ({
	percent,
	low: FIT_2048(patches),
	high: FIT_2048(patches),
	auto: "high",
	maxPatches: MAX_PATCHES,
});
const GPT_5_4: OpenaiPatchConstants = {
	percent: 120,
	low: FIT_2048(6144),
	high: FIT_2048(2500),
	original: LARGE,
	auto: "high",
	maxPatches: MAX_PATCHES,
};
const GPT_5_6: OpenaiPatchConstants = {
	percent: 120,
	low: SMALL,
	high: FIT_2048(2500),
	original: UNBUDGETED,
	auto: "original",
	maxPatches: MAX_PATCHES,
};

const patchModel = (
	title: string,
	now: OpenaiPatchConstants,
	facts: Partial<Pick<ApiModelOf<"openai-patch">, "aliases" | "contextTokens">> & {
		/** The multiplier and budget in the page's July copy, if listed there. */
		readonly before?: OpenaiPatchConstants;
	},
): ApiModelOf<"openai-patch"> => {
	const { before, aliases = [], ...rest } = facts;
	const base = { title, provider: "openai", rule: "openai-patch", aliases, limits: OPENAI_LIMITS } as const;
	return before === undefined
		? {
				...base,
				...rest,
				versions: [
					{
						constants: now,
						source: `${OPENAI_SOURCE}; earlier copies list no multiplier for this model`,
					},
				],
			}
		: {
				...base,
				...rest,
				versions: [
					{ constants: before, source: OPENAI_OLD_SOURCE },
					{ from: CHANGED, constants: now, unverified: ["from"], source: OPENAI_SOURCE + CHANGE_NOTE },
				],
			};
};

/** A deprecated mini model: today's page lists a multiplier but no sizes, so those of the July copy are kept. */
const deprecatedMini = (
	title: string,
	percent: { readonly before: number; readonly now: number },
	contextTokens: Fact<number> | undefined,
): ApiModelOf<"openai-patch"> => ({
	title,
	provider: "openai",
	rule: "openai-patch",
	aliases: [],
	limits: OPENAI_LIMITS,
	...(contextTokens === undefined ? {} : { contextTokens }),
	versions: [
		{ constants: uniform(percent.before, 1536), source: OPENAI_OLD_SOURCE },
		{
			from: CHANGED,
			constants: uniform(percent.now, 1536),
			exactness: "inferred",
			unverified: ["from"],
			source: `${OPENAI_SOURCE} (multiplier); budget of 1,536 patches from the copy of about July 2026`,
		},
	],
});

const tileModel = (
	title: string,
	base: number,
	tile: number,
	contextTokens?: Fact<number>,
	source = OPENAI_SOURCE,
): ApiModelOf<"openai-tile"> => ({
	title,
	provider: "openai",
	rule: "openai-tile",
	aliases: [],
	versions: [{ constants: { base, tile, shortSide: 768 }, source }],
	...(contextTokens === undefined ? {} : { contextTokens }),
	limits: OPENAI_LIMITS,
});

export const OPENAI_MODELS = {
	"gpt-6-astra": patchModel(
		"GPT-6 Astra",
		{ ...GPT_5_6, high: { maxSide: 65_535, patches: 2500 } },
		{ contextTokens: contextOf(1_050_000, "models/openai/gpt-6-astra", "6cec76d") },
	),
	"gpt-5.6-sol": patchModel("GPT-5.6 Sol", GPT_5_6, {
		aliases: ["gpt-5.6"],
		contextTokens: contextOf(1_050_000, "models/openai/gpt-5.6-sol", "89b873e"),
	}),
	"gpt-5.6-terra": patchModel("GPT-5.6 Terra", GPT_5_6, {
		contextTokens: contextOf(1_050_000, "providers/openai/models/gpt-5.6-terra", "89b873e"),
	}),
	"gpt-5.6-luna": patchModel("GPT-5.6 Luna", GPT_5_6, {
		contextTokens: contextOf(1_050_000, "models/openai/gpt-5.6-luna", "89b873e"),
	}),
	"gpt-5.5": patchModel(
		"GPT-5.5",
		{ ...GPT_5_6, original: LARGE },
		{ contextTokens: contextOf(1_050_000, "models/openai/gpt-5.5", "506b1b0") },
	),
	"gpt-5.4": patchModel("GPT-5.4", GPT_5_4, {
		contextTokens: contextOf(1_050_000, "providers/openai/models/gpt-5.4", "137b27c"),
	}),
	"gpt-5.4-mini": patchModel("GPT-5.4 mini", GPT_5_4, { before: uniform(162, 1536) }),
	"gpt-5.4-nano": patchModel("GPT-5.4 nano", GPT_5_4, { before: uniform(246, 1536) }),
	"gpt-5.2": patchModel("GPT-5.2", uniform(120, 6144), {
		contextTokens: contextOf(400_000, "providers/openai/models/gpt-5.2", "ecee1e6"),
	}),
	"gpt-4.1-mini": patchModel("GPT-4.1 mini", uniform(162, 6144), {
		before: uniform(162, 1536),
		contextTokens: contextOf(1_047_576, "models/openai/gpt-4.1-mini", "506b1b0"),
	}),
	"gpt-5-mini": deprecatedMini(
		"GPT-5 mini",
		{ before: 162, now: 120 },
		contextOf(400_000, "providers/openai/models/gpt-5-mini", "8734c00"),
	),
	"gpt-5-nano": deprecatedMini(
		"GPT-5 nano",
		{ before: 246, now: 150 },
		contextOf(400_000, "providers/openai/models/gpt-5-nano", "0760cef"),
	),
	"gpt-4.1-nano": deprecatedMini("GPT-4.1 nano", { before: 246, now: 246 }, undefined),
	"o4-mini": deprecatedMini(
		"o4-mini",
		{ before: 172, now: 172 },
		contextOf(200_000, "models/openai/o4-mini", "506b1b0"),
	),
	"gpt-4o": tileModel("GPT-4o", 85, 170, contextOf(128_000, "providers/openai/models/gpt-4o", "1a01dd6")),
	"gpt-4o-mini": tileModel(
		"GPT-4o mini",
		2833,
		5667,
		contextOf(128_000, "models/openai/gpt-4o-mini", "36dbbd6"),
	),
	"gpt-4.1": tileModel("GPT-4.1", 85, 170, contextOf(1_047_576, "models/openai/gpt-4.1", "f6c6f04")),
	"gpt-4.5": tileModel("GPT-4.5", 85, 170, undefined, OPENAI_OLD_SOURCE),
	"gpt-5.1": tileModel("GPT-5.1", 70, 140, contextOf(400_000, "providers/openai/models/gpt-5.1", "0760cef")),
	"gpt-5": tileModel("GPT-5", 70, 140),
	"gpt-5-chat": tileModel("GPT-5 Chat", 70, 140, undefined, OPENAI_OLD_SOURCE),
	o1: tileModel("o1", 75, 150, contextOf(200_000, "models/openai/o1", "f6c6f04")),
	"o1-pro": tileModel("o1-pro", 75, 150),
	o3: tileModel("o3", 75, 150, contextOf(200_000, "models/openai/o3", "f6c6f04")),
	"computer-use": tileModel("Computer use", 65, 129, undefined, OPENAI_OLD_SOURCE),
	"gpt-image-1": {
		title: "GPT Image 1 (input images)",
		provider: "openai",
		rule: "openai-image-input",
		aliases: [],
		versions: [
			{
				constants: { base: 65, tile: 129, shortSide: 512, highFidelity: { square: 4160, other: 6240 } },
				source: OPENAI_SOURCE,
			},
		],
		limits: { source: OPENAI_SOURCE },
	},
} as const satisfies ProviderModels;
