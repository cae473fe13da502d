/** Every counting rule by id. A row of `API_MODELS` names one of these. */

import type { Settings } from "@onevision/core";
import { dashscope } from "./alibaba/rules.ts";
import { nova1, nova2 } from "./amazon/rules.ts";
import { claude } from "./anthropic/rules.ts";
import { gemini2, gemini3 } from "./google/rules.ts";
import { mistral } from "./mistral/rules.ts";
import { openaiImageInput, openaiPatch, openaiTile } from "./openai/rules.ts";
import type { ApiRule } from "./rule.ts";
import { grok } from "./xai/rules.ts";

export const API_RULES = {
	"openai-patch": openaiPatch,
	"openai-tile": openaiTile,
	"openai-image-input": openaiImageInput,
	claude,
	"gemini-3": gemini3,
	"gemini-2": gemini2,
	grok,
	mistral,
	"nova-1": nova1,
	"nova-2": nova2,
	dashscope,
} as const;

export type ApiRuleId = keyof typeof API_RULES;
export type ApiConstantsOf<R extends ApiRuleId> =
	(typeof API_RULES)[R] extends ApiRule<infer C, infer _S> ? C : never;
export type ApiSettingsOf<R extends ApiRuleId> =
	(typeof API_RULES)[R] extends ApiRule<infer _C, infer S> ? S : never;

/** A rule seen without its own types: what shared code works with. */
export type AnyApiRule = ApiRule<unknown, Settings>;

/** The rule with this id, its constants and settings no longer typed apart. */
export function apiRuleById(id: ApiRuleId): AnyApiRule {
	const table: Readonly<Record<ApiRuleId, AnyApiRule>> = API_RULES;
	return table[id];
}
