/** xAI's Grok models. A missing limit is one that no page confirms. */

import type { ApiModelOf, ProviderModels } from "../model.ts";
import { contextFact, modelsDev } from "../model-facts.ts";
import { GROK_SOURCE } from "./rules.ts";

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
} as const satisfies ProviderModels;
