/** Alibaba's Qwen-VL models on DashScope. A missing limit is one that no page confirms. */

import type { Fact } from "@onevision/base";
import type { ApiLimits, ApiModelOf, ProviderModels } from "../model.ts";
import { contextFact, modelsDev } from "../model-facts.ts";
import { DASHSCOPE_SOURCE, type DashscopeConstants } from "./rules.ts";

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
} as const satisfies ProviderModels;
