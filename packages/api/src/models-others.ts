/**
 * Models of Google, xAI, Mistral, Amazon and Alibaba. What a provider does not publish is left out, not guessed:
 * a missing limit means that none is confirmed.
 */

import type { Fact } from "@onevision/base";
import { DASHSCOPE_SOURCE, type DashscopeConstants } from "./dashscope.ts";
import { GEMINI_2_SOURCE, GEMINI_3_SOURCE } from "./gemini.ts";
import { GROK_SOURCE } from "./grok.ts";
import { MISTRAL_SOURCE } from "./mistral.ts";
import type { ApiLimits, ApiModel, ApiModelOf } from "./model.ts";
import { contextFact, modelsDev } from "./model-facts.ts";
import { NOVA_1_SOURCE, NOVA_2_SOURCE } from "./nova.ts";

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
} as const satisfies Record<string, ApiModel>;

const grokModel = (title: string, contextTokens: number, source: string): ApiModelOf<"grok"> => ({
	title,
	provider: "xai",
	rule: "grok",
	aliases: [],
	versions: [
		{
			constants: { tileTokens: 256, mostTiles: 6 },
			unverified: ["tileTokens", "mostTiles"],
			source: GROK_SOURCE,
		},
	],
	contextTokens: contextFact(contextTokens, source),
	limits: { maxImageBytes: { bytes: 20 * 2 ** 20, of: "file" }, source: GROK_SOURCE },
});

export const XAI_MODELS = {
	"grok-4.7": grokModel("Grok 4.7", 500_000, modelsDev("models/xai/grok-4.7", "c8249f1")),
	"grok-4.3": grokModel("Grok 4.3", 1_000_000, modelsDev("providers/xai/models/grok-4.3", "2593e13")),
	"grok-4-1-fast": grokModel(
		"Grok 4.1 Fast",
		2_000_000,
		modelsDev("providers/xai/models/grok-4-1-fast", "7fbe224"),
	),
	"grok-4": grokModel("Grok 4", 256_000, modelsDev("providers/xai/models/grok-4", "4f6c099")),
	"grok-2-vision": grokModel(
		"Grok 2 Vision",
		8192,
		modelsDev("providers/xai/models/grok-2-vision-1212", "7fbe224"),
	),
} as const satisfies Record<string, ApiModel>;

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
} as const satisfies Record<string, ApiModel>;

const NOVA_1 = {
	longSide: 896,
	thinnest: { pixels: 1400 * 900, tokens: 1800 },
	densest: { pixels: 900 * 450, tokens: 800 },
	frameSide: 672,
	frameTokens: 288,
	mostFrames: 960,
} as const;
const NOVA_LIMITS: ApiLimits = { maxSide: 8000, source: NOVA_1_SOURCE };

const nova1Model = (title: string, aliases: readonly string[]): ApiModelOf<"nova-1"> => ({
	title,
	provider: "amazon",
	rule: "nova-1",
	aliases,
	versions: [{ constants: NOVA_1, unverified: ["frameTokens"], source: NOVA_1_SOURCE }],
	contextTokens: contextFact(
		300_000,
		"https://docs.litellm.ai/docs/providers/amazon_nova and https://developer.puter.com/ai/amazon/nova-lite-v1 (300K input tokens)",
	),
	limits: NOVA_LIMITS,
});

export const AMAZON_MODELS = {
	"amazon-nova-lite-v1": nova1Model("Amazon Nova Lite", [
		"amazon.nova-lite-v1:0",
		"nova-lite-v1",
		"nova-lite",
	]),
	"amazon-nova-pro-v1": nova1Model("Amazon Nova Pro", ["amazon.nova-pro-v1:0", "nova-pro-v1", "nova-pro"]),
	"nova-2-lite": {
		title: "Amazon Nova 2 Lite",
		provider: "amazon",
		rule: "nova-2",
		aliases: ["amazon.nova-2-lite-v1:0", "nova-2-lite-v1"],
		versions: [{ constants: { billedPerImage: 230 }, source: NOVA_2_SOURCE }],
		contextTokens: contextFact(1_000_000, "https://vercel.com/ai-gateway/models/nova-2-lite.md"),
		limits: { source: NOVA_2_SOURCE },
	},
} as const satisfies Record<string, ApiModel>;

const CELL_32 = 32 ** 2;
const QWEN_32: DashscopeConstants = {
	factor: 32,
	maxPixels: 2560 * CELL_32,
	mostTokens: 16_384,
	fewestTokens: 4,
	video: { framePixels: 768 * CELL_32, clipPixels: 65_536 * CELL_32 },
};
const QWEN_28: DashscopeConstants = {
	factor: 28,
	maxPixels: 1280 * 28 ** 2,
	mostTokens: 16_384,
	fewestTokens: 4,
};
const DASHSCOPE_LIMITS: ApiLimits = { minSide: 10, maxRatio: 200, source: DASHSCOPE_SOURCE };

const qwenModel = (
	title: string,
	constants: DashscopeConstants,
	contextTokens?: Fact<number>,
	aliases: readonly string[] = [],
): ApiModelOf<"dashscope"> => ({
	title,
	provider: "alibaba",
	rule: "dashscope",
	aliases,
	versions: [{ constants, source: DASHSCOPE_SOURCE }],
	...(contextTokens === undefined ? {} : { contextTokens }),
	limits: DASHSCOPE_LIMITS,
});

export const ALIBABA_MODELS = {
	"qwen3-vl-plus": qwenModel(
		"Qwen3-VL Plus",
		{ ...QWEN_32, video: { framePixels: 640 * CELL_32, clipPixels: 131_072 * CELL_32 } },
		contextFact(262_144, modelsDev("models/alibaba/qwen3-vl-plus", "5066c82")),
	),
	"qwen3-vl-flash": qwenModel("Qwen3-VL Flash", QWEN_32),
	"qwen3.5-plus": qwenModel("Qwen3.5 Plus", QWEN_32),
	"qwen3.6-plus": qwenModel("Qwen3.6 Plus", QWEN_32),
	"qwen3.7-plus": qwenModel("Qwen3.7 Plus", QWEN_32),
	"qwen-vl-max": qwenModel("Qwen-VL Max", { ...QWEN_32, maxPixels: 1280 * CELL_32 }),
	"qwen-vl-plus": qwenModel("Qwen-VL Plus", { ...QWEN_32, maxPixels: 1280 * CELL_32 }),
	"qvq-max": qwenModel(
		"QVQ Max",
		QWEN_28,
		contextFact(131_072, modelsDev("providers/alibaba/models/qvq-max", "0654d77")),
	),
	"qwen2.5-vl-72b-instruct": qwenModel(
		"Qwen2.5-VL 72B Instruct (DashScope)",
		QWEN_28,
		contextFact(131_072, modelsDev("providers/alibaba/models/qwen2-5-vl-72b-instruct", "079e640")),
		["qwen2-5-vl-72b-instruct"],
	),
} as const satisfies Record<string, ApiModel>;
