/**
 * Prices of closed APIs per million tokens, for standard service without batch, cache or regional rates. Read from
 * copies of the providers' pages and from dated transcriptions of them. A model without a citable price has none.
 */

import { OnevisionError } from "@onevision/base";
import * as schema from "@onevision/base/schema";
import type { ApiModelId } from "./models.ts";

/** Price per million tokens, USD. */
interface TokenPrice {
	readonly inputUsd: number;
	/** Absent if no source could be cited. */
	readonly outputUsd?: number;
	/** Higher rates for the whole request once its input exceeds `tokens`. */
	readonly above?: readonly LongContextPrice[];
	/** Day or month the source was read or written, if it says; otherwise the commit in `source` dates it. */
	readonly read?: string;
	readonly source: string;
}

export interface LongContextPrice {
	readonly tokens: number;
	readonly inputUsd: number;
	readonly outputUsd?: number;
}

/** A price from a given day on; without one, from the first known day. */
export interface DatedPrice extends TokenPrice {
	readonly from?: string;
	/** Announced for a later date: used only when a day on or after `from` is requested. */
	readonly announced?: true;
}

/** The user's own prices by model id; they take precedence over the table. */
export type PriceOverrides = Readonly<Record<string, Pick<TokenPrice, "inputUsd" | "outputUsd" | "above">>>;

const GITHUB_COPILOT =
	"github/docs data/tables/copilot/models-and-pricing.yml at 024f6b0 (token prices of the providers' list)";
const OPENAI_PLANS =
	"https://developers.openai.com/api/docs/pricing, transcribed in api-evangelist/openai plans/openai-plans-pricing.yml at 0047de3";
const OPENAI_PLANS_LONG = `${OPENAI_PLANS}; above 272,000 tokens: ${GITHUB_COPILOT}`;
const GOOGLE_PLANS =
	"https://ai.google.dev/gemini-api/docs/pricing, transcribed in api-evangelist/deepmind plans/deepmind-plans-pricing.yml at 47a9772";
const ANTHROPIC_TABLE =
	"https://platform.claude.com/docs/about-claude/models/whats-new-opus-5 (comparison table)";
const ANTHROPIC_OVERVIEW =
	"https://platform.claude.com/docs/claude/docs/models-overview (comparison table of Opus 4.7, Sonnet 4.6, Haiku 4.5)";
const modelsDev = (path: string, commit: string): string =>
	`anomalyco/models.dev providers/${path}.toml at ${commit}`;

const flat = (
	inputUsd: number,
	outputUsd: number,
	read: string | undefined,
	source: string,
	above?: readonly LongContextPrice[],
): DatedPrice => ({
	inputUsd,
	outputUsd,
	source,
	...(read === undefined ? {} : { read }),
	...(above === undefined ? {} : { above }),
});

const over = (tokens: number, inputUsd: number, outputUsd: number): LongContextPrice => ({
	tokens,
	inputUsd,
	outputUsd,
});

const NONE: readonly DatedPrice[] = [];
/** The three GPT-5.6 models were repriced in summer 2026. */
const SOL_CUT =
	"https://docs.laozhang.ai/en/announcements/gpt-5-6-sol-price-cut-2026-09.md, citing developers.openai.com/api/docs/changelog; promised at least until 2026-11-21, look before you rely on it; rates above 272,000 tokens are not cited";
const TERRA_LUNA_CUT =
	"github.com/TheKrush/PromptFuel release v1.0.19 (effective 2026-07-30), github/docs data/tables/copilot/models-and-pricing.yml at 024f6b0";

/** Prices by model, oldest first. */
export const API_PRICES = {
	"gpt-6-astra": [
		flat(10, 50, undefined, modelsDev("openai/models/gpt-6-astra", "e2f67ad"), [over(272_000, 20, 75)]),
	],
	"gpt-5.6-sol": [
		flat(5, 30, undefined, GITHUB_COPILOT, [over(272_000, 10, 45)]),
		{ from: "2026-08-21", ...flat(4, 20, "2026-09-24", SOL_CUT) },
	],
	"gpt-5.6-terra": [
		flat(2.5, 15, undefined, modelsDev("openai/models/gpt-5.6-terra", "89b873e")),
		{ from: "2026-07-30", ...flat(2, 12, "2026-09", TERRA_LUNA_CUT, [over(272_000, 4, 18)]) },
	],
	"gpt-5.6-luna": [
		flat(1, 6, undefined, modelsDev("openai/models/gpt-5.6-luna", "89b873e")),
		{ from: "2026-07-30", ...flat(0.2, 1.2, "2026-09", TERRA_LUNA_CUT, [over(200_000, 0.4, 1.8)]) },
	],
	"gpt-5.5": [flat(5, 30, "2026-05-04", OPENAI_PLANS_LONG, [over(272_000, 10, 45)])],
	"gpt-5.4": [flat(2.5, 15, "2026-05-04", OPENAI_PLANS_LONG, [over(272_000, 5, 22.5)])],
	"gpt-5.4-mini": [flat(0.75, 4.5, "2026-05-04", OPENAI_PLANS)],
	"gpt-5.4-nano": [flat(0.2, 1.25, "2026-05-04", OPENAI_PLANS)],
	"gpt-5.2": [flat(1.75, 14, undefined, modelsDev("openai/models/gpt-5.2", "ecee1e6"))],
	"gpt-4.1-mini": NONE,
	"gpt-5-mini": [flat(0.25, 2, undefined, GITHUB_COPILOT)],
	"gpt-5-nano": [flat(0.05, 0.4, undefined, modelsDev("openai/models/gpt-5-nano", "0760cef"))],
	"gpt-4.1-nano": NONE,
	"o4-mini": [flat(1.1, 4.4, undefined, modelsDev("openai/models/o4-mini", "0760cef"))],
	"gpt-4o": [
		flat(
			2.5,
			10,
			undefined,
			"https://docs.rs/crate/openai-models/0.1.1/source/src/lib.rs (from openai.com/api/pricing)",
		),
	],
	"gpt-4o-mini": [
		flat(
			0.15,
			0.6,
			undefined,
			"https://docs.rs/crate/openai-models/0.1.1/source/src/lib.rs (from openai.com/api/pricing)",
		),
	],
	"gpt-4.1": [
		flat(2, 8, undefined, "github/docs data/tables/copilot/models-and-pricing.yml, copy of spring 2026"),
	],
	"gpt-4.5": NONE,
	"gpt-5.1": [flat(1.25, 10, undefined, modelsDev("openai/models/gpt-5.1", "0760cef"))],
	"gpt-5": [flat(1.25, 10, undefined, modelsDev("openai/models/gpt-5", "0760cef"))],
	"gpt-5-chat": NONE,
	o1: [flat(15, 60, undefined, modelsDev("openai/models/o1", "0760cef"))],
	"o1-pro": NONE,
	o3: [flat(2, 8, undefined, modelsDev("openai/models/o3", "8734c00"))],
	"computer-use": NONE,
	"gpt-image-1": NONE,
	"claude-fable-5-1": [flat(10, 50, undefined, ANTHROPIC_TABLE)],
	"claude-fable-5": [flat(10, 50, undefined, GITHUB_COPILOT)],
	"claude-opus-5-5": [flat(4, 20, undefined, ANTHROPIC_TABLE)],
	"claude-opus-5": [flat(5, 25, undefined, ANTHROPIC_TABLE)],
	"claude-opus-4-8": [
		flat(5, 25, undefined, "https://platform.claude.com/docs/de/models/opus-4-8/overview.md"),
	],
	"claude-opus-4-7": [flat(5, 25, undefined, ANTHROPIC_OVERVIEW)],
	"claude-opus-4-6": [flat(5, 25, undefined, GITHUB_COPILOT)],
	"claude-opus-4-5": [flat(5, 25, undefined, GITHUB_COPILOT)],
	"claude-opus-4-1": NONE,
	"claude-opus-4": NONE,
	"claude-sonnet-5-5": [flat(2, 10, undefined, ANTHROPIC_TABLE)],
	"claude-sonnet-5": [flat(2, 10, undefined, GITHUB_COPILOT)],
	"claude-sonnet-4-6": [flat(3, 15, undefined, ANTHROPIC_OVERVIEW)],
	"claude-sonnet-4-5": [flat(3, 15, undefined, GITHUB_COPILOT)],
	"claude-sonnet-4": [flat(3, 15, undefined, GITHUB_COPILOT)],
	// The table says "from": a longer prompt may cost more.
	"claude-haiku-5-5": [flat(0.1, 0.5, undefined, `${ANTHROPIC_TABLE}; printed as "from"`)],
	"claude-haiku-4-5": [flat(1, 5, undefined, ANTHROPIC_OVERVIEW)],
	"claude-3-7-sonnet": NONE,
	"claude-3-5-sonnet": NONE,
	"claude-3-5-haiku": NONE,
	"claude-3-opus": NONE,
	"claude-3-haiku": NONE,
	"gemini-3.8-flash": [
		flat(0.75, 3.75, "2026-10-07", GOOGLE_PLANS),
		{ from: "2027-01-01", announced: true, ...flat(1.5, 7.5, "2026-10-07", GOOGLE_PLANS) },
	],
	"gemini-3.7-flash": [flat(0.75, 3.75, undefined, GITHUB_COPILOT)],
	"gemini-3.6-flash": [flat(0.75, 3.75, undefined, GITHUB_COPILOT)],
	"gemini-3.5-flash": [flat(1.5, 9, "2026-10-07", GOOGLE_PLANS)],
	"gemini-3.5-flash-lite": [flat(0.3, 2.5, "2026-10-07", GOOGLE_PLANS)],
	"gemini-3.1-pro": [flat(2, 12, "2026-10-07", GOOGLE_PLANS, [over(200_000, 4, 18)])],
	"gemini-3.1-flash-lite": [
		flat(0.25, 1.5, undefined, modelsDev("google/models/gemini-3.1-flash-lite", "34fd667")),
	],
	"gemini-3-pro": [
		flat(2, 12, undefined, modelsDev("google/models/gemini-3-pro-preview", "2593e13"), [
			over(200_000, 4, 18),
		]),
	],
	"gemini-3-flash": [flat(0.5, 3, undefined, modelsDev("google/models/gemini-3-flash-preview", "96e7a00"))],
	"gemini-2.5-pro": [
		flat(1.25, 10, "2026-10-07", `${GOOGLE_PLANS}; output: anomalyco/models.dev at 0760cef`, [
			over(200_000, 2.5, 15),
		]),
	],
	"gemini-2.5-flash": [
		flat(0.3, 2.5, "2026-10-07", `${GOOGLE_PLANS}; output: anomalyco/models.dev at 0760cef`),
	],
	"gemini-2.5-flash-lite": [
		flat(0.1, 0.4, "2026-10-07", `${GOOGLE_PLANS}; input: anomalyco/models.dev at 19565ce`),
	],
	"gemini-2.0-flash": [flat(0.1, 0.4, undefined, modelsDev("google/models/gemini-2.0-flash", "51752b5"))],
	"grok-4.7": [flat(2, 6, undefined, modelsDev("xai/models/grok-4.7", "c8249f1"), [over(200_000, 4, 12)])],
	"grok-4.3": [
		flat(1.25, 2.5, undefined, modelsDev("xai/models/grok-4.3", "2593e13"), [over(200_000, 2.5, 5)]),
	],
	"grok-4-1-fast": [flat(0.2, 0.5, undefined, modelsDev("xai/models/grok-4-1-fast", "7fbe224"))],
	"grok-4": [flat(3, 15, undefined, modelsDev("xai/models/grok-4", "4f6c099"))],
	"grok-2-vision": [flat(2, 10, undefined, modelsDev("xai/models/grok-2-vision-1212", "7fbe224"))],
	"mistral-medium-3": [flat(0.4, 2, "2026-08-27", modelsDev("mistral/models/mistral-medium-3", "d87c8d0"))],
	"mistral-small-3.2": [flat(0.1, 0.3, undefined, modelsDev("mistral/models/mistral-small-2506", "51752b5"))],
	"magistral-medium": [flat(2, 5, undefined, modelsDev("mistral/models/magistral-medium-latest", "4061abb"))],
	"pixtral-12b": [flat(0.15, 0.15, undefined, modelsDev("mistral/models/pixtral-12b", "51752b5"))],
	"pixtral-large": [flat(2, 6, undefined, modelsDev("mistral/models/pixtral-large-latest", "227c9fe"))],
	"amazon-nova-lite-v1": [
		flat(0.06, 0.24, undefined, "huggingface.co/spaces/Presidentlin/llm-pricing-calculator at 915784a"),
	],
	"amazon-nova-pro-v1": [
		flat(0.8, 3.2, undefined, "huggingface.co/spaces/Presidentlin/llm-pricing-calculator at 915784a"),
	],
	"nova-2-lite": [flat(0.33, 2.75, undefined, "https://vercel.com/ai-gateway/models/nova-2-lite.md")],
	"qwen3-vl-plus": [
		flat(0.2, 1.6, undefined, modelsDev("alibaba/models/qwen3-vl-plus", "0654d77"), [
			over(32_000, 0.3, 2.4),
			over(128_000, 0.6, 4.8),
		]),
	],
	"qwen3-vl-flash": [
		flat(0.05, 0.4, undefined, modelsDev("alibaba/models/qwen3-vl-flash", "0654d77"), [
			over(32_000, 0.075, 0.6),
			over(128_000, 0.12, 0.96),
		]),
	],
	"qwen3.5-plus": [
		flat(0.4, 2.4, "2026-05-08", "api-evangelist/qwen plans/qwen-plans-pricing.yml at 4975bf9 (to 256K)"),
	],
	"qwen3.6-plus": [
		flat(0.5, 3, undefined, modelsDev("alibaba/models/qwen3.6-plus", "0654d77"), [over(256_000, 2, 6)]),
	],
	"qwen3.7-plus": NONE,
	"qwen-vl-max": [flat(0.8, 3.2, undefined, modelsDev("alibaba/models/qwen-vl-max", "0654d77"))],
	"qwen-vl-plus": [flat(0.21, 0.63, undefined, modelsDev("alibaba/models/qwen-vl-plus", "0654d77"))],
	"qvq-max": [flat(1.2, 4.8, undefined, modelsDev("alibaba/models/qvq-max", "0654d77"))],
	"qwen2.5-vl-72b-instruct": [
		flat(2.8, 8.4, undefined, modelsDev("alibaba/models/qwen2-5-vl-72b-instruct", "079e640")),
	],
} as const satisfies Record<ApiModelId, readonly DatedPrice[]>;

/** Cost of a request, USD. */
export interface ApiCost {
	readonly inputUsd: number;
	readonly outputUsd: number;
	readonly totalUsd: number;
	/** The rates used, per million tokens. */
	readonly perMillion: { readonly inputUsd: number; readonly outputUsd?: number };
	readonly source: string;
	/** Day the price was read; absent for the user's own price. */
	readonly read?: string;
}

const PRICE = schema.object("USD per million tokens", {
	inputUsd: schema.number("Input", { min: 0, max: 1e6 }),
	outputUsd: schema.optional(schema.number("Output", { min: 0, max: 1e6 })),
});

/** Checks the user's own prices, an object of models. Throws `invalid-input` or `unknown-key`, naming `path`. */
export function parsePrices(value: unknown, path: string): PriceOverrides {
	if (!schema.isRecord(value)) {
		throw new OnevisionError("invalid-input", `${path}: expected an object of models`);
	}
	return Object.fromEntries(
		Object.entries(value).map(([model, entry]) => [model, PRICE.parse(entry, `${path} ${model}`)]),
	);
}

/**
 * The price of a model on a day, `YYYY-MM-DD`; without a day, the newest in force. `undefined` if no price is
 * citable.
 */
export function priceOn(id: ApiModelId, date?: string): DatedPrice | undefined {
	const rows: readonly DatedPrice[] = API_PRICES[id];
	let found: DatedPrice | undefined;
	for (const row of rows) {
		const begun = date === undefined ? row.announced !== true : row.from === undefined || row.from <= date;
		if (begun) found = row;
	}
	return found;
}

/**
 * Cost of `inputTokens` and `outputTokens` at the rate for that input length. The user's own prices take precedence.
 * `undefined` if no price is known, or none for the output requested.
 */
export function costOf(
	id: ApiModelId,
	tokens: { readonly input: number; readonly output: number },
	{ date, prices }: { readonly date?: string; readonly prices?: PriceOverrides } = {},
): ApiCost | undefined {
	const own = prices !== undefined && Object.hasOwn(prices, id) ? prices[id] : undefined;
	const listed = own === undefined ? priceOn(id, date) : undefined;
	const price = own ?? listed;
	if (price === undefined) return undefined;
	let rate: { readonly inputUsd: number; readonly outputUsd?: number } = price;
	let from = 0;
	for (const step of price.above ?? []) {
		if (tokens.input > step.tokens && step.tokens >= from) {
			rate = step;
			from = step.tokens;
		}
	}
	if (rate.outputUsd === undefined && tokens.output > 0) return undefined;
	// Adds in millionths of a dollar before dividing, for 1.39 instead of 1.3900000000000001.
	const input = tokens.input * rate.inputUsd;
	const output = tokens.output * (rate.outputUsd ?? 0);
	return {
		inputUsd: input / 1e6,
		outputUsd: output / 1e6,
		totalUsd: (input + output) / 1e6,
		perMillion: {
			inputUsd: rate.inputUsd,
			...(rate.outputUsd === undefined ? {} : { outputUsd: rate.outputUsd }),
		},
		source: listed?.source ?? "prices given by the caller",
		...(listed?.read === undefined ? {} : { read: listed.read }),
	};
}
