/** Amazon's Nova models. A missing limit is one that no page confirms. */

import type { ApiLimits, ApiModelOf, ProviderModels } from "../model.ts";
import { contextFact } from "../model-facts.ts";
import { NOVA_1_SOURCE, NOVA_2_SOURCE } from "./rules.ts";

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
} as const satisfies ProviderModels;
