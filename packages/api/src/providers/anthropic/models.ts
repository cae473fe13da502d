/** Anthropic's models: one rule, two tiers. Models of version 4.7 and later see images at the higher resolution. */

import type { Fact } from "@onevision/base";
import type { ApiLimits, ApiModelOf, ProviderModels } from "../model.ts";
import { contextFact, modelsDev } from "../model-facts.ts";
import { CLAUDE_SOURCE } from "./rules.ts";

const CLAUDE_HIGH = { maxSide: 2576, maxTokens: 4784 } as const;
const CLAUDE_STANDARD = { maxSide: 1568, maxTokens: 1568 } as const;
const CLAUDE_LIMITS: ApiLimits = {
	maxSide: 8000,
	manyImages: { over: 20, maxSide: 2000 },
	maxImages: 600,
	maxImageBytes: { bytes: 10 * 2 ** 20, of: "base64" },
	maxRequestBytes: 32 * 2 ** 20,
	source: `${CLAUDE_SOURCE}; on Amazon Bedrock and Google Cloud an image may have 5 MB`,
};
const MODELS_OVERVIEW =
	"https://platform.claude.com/docs/claude/docs/models-overview (comparison table, copy of spring 2026)";
const WHATS_NEW_OPUS_5 =
	"https://platform.claude.com/docs/about-claude/models/whats-new-opus-5 (comparison table, copy of autumn 2026)";

/** A model with 200,000 tokens of context takes 100 images, one with more takes 600. */
const claudeModel = (
	title: string,
	tier: "high" | "standard",
	contextTokens: Fact<number> | undefined,
	aliases: readonly string[] = [],
): ApiModelOf<"claude"> => ({
	title,
	provider: "anthropic",
	rule: "claude",
	aliases,
	versions: [{ constants: tier === "high" ? CLAUDE_HIGH : CLAUDE_STANDARD, source: CLAUDE_SOURCE }],
	...(contextTokens === undefined ? {} : { contextTokens }),
	limits:
		contextTokens !== undefined && contextTokens.value > 200_000
			? CLAUDE_LIMITS
			: { ...CLAUDE_LIMITS, maxImages: 100 },
});

const MILLION = contextFact(1_000_000, WHATS_NEW_OPUS_5);
const of = (value: number, source: string): Fact<number> => contextFact(value, source);
const providerFile = (model: string, commit: string): string =>
	modelsDev(`providers/anthropic/models/${model}`, commit);

export const ANTHROPIC_MODELS = {
	"claude-fable-5-1": claudeModel("Claude Fable 5.1", "high", MILLION),
	"claude-fable-5": claudeModel("Claude Fable 5", "high", MILLION, ["claude-mythos-5"]),
	"claude-opus-5-5": claudeModel("Claude Opus 5.5", "high", MILLION),
	"claude-opus-5": claudeModel("Claude Opus 5", "high", MILLION),
	"claude-opus-4-8": claudeModel(
		"Claude Opus 4.8",
		"high",
		of(1_000_000, "https://platform.claude.com/docs/de/models/opus-4-8/overview.md"),
	),
	"claude-opus-4-7": claudeModel("Claude Opus 4.7", "high", of(1_000_000, MODELS_OVERVIEW)),
	"claude-opus-4-6": claudeModel(
		"Claude Opus 4.6",
		"standard",
		of(1_000_000, providerFile("claude-opus-4-6", "7fbe224")),
	),
	"claude-opus-4-5": claudeModel(
		"Claude Opus 4.5",
		"standard",
		of(200_000, providerFile("claude-opus-4-5", "7fbe224")),
	),
	"claude-opus-4-1": claudeModel("Claude Opus 4.1", "standard", undefined),
	"claude-opus-4": claudeModel("Claude Opus 4", "standard", undefined, ["claude-opus-4-0"]),
	"claude-sonnet-5-5": claudeModel("Claude Sonnet 5.5", "high", MILLION),
	"claude-sonnet-5": claudeModel("Claude Sonnet 5", "high", MILLION),
	"claude-sonnet-4-6": claudeModel("Claude Sonnet 4.6", "standard", of(1_000_000, MODELS_OVERVIEW)),
	"claude-sonnet-4-5": claudeModel(
		"Claude Sonnet 4.5",
		"standard",
		of(200_000, providerFile("claude-sonnet-4-5", "179029e")),
	),
	"claude-sonnet-4": claudeModel("Claude Sonnet 4", "standard", undefined, ["claude-sonnet-4-0"]),
	"claude-haiku-5-5": claudeModel(
		"Claude Haiku 5.5",
		"high",
		of(1_000_000, modelsDev("models/anthropic/claude-haiku-5-5", "6d4c26b")),
	),
	"claude-haiku-4-5": claudeModel("Claude Haiku 4.5", "standard", of(200_000, MODELS_OVERVIEW)),
	"claude-3-7-sonnet": claudeModel("Claude Sonnet 3.7", "standard", undefined),
	"claude-3-5-sonnet": claudeModel("Claude Sonnet 3.5", "standard", undefined),
	"claude-3-5-haiku": claudeModel("Claude Haiku 3.5", "standard", undefined),
	"claude-3-opus": claudeModel("Claude Opus 3", "standard", undefined),
	"claude-3-haiku": claudeModel("Claude Haiku 3", "standard", undefined),
} as const satisfies ProviderModels;
