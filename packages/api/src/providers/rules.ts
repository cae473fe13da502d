/** Every counting rule by id; rows of `API_MODELS` refer to them. */

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

/** A rule with its own types erased, for shared code. */
export type AnyApiRule = ApiRule<unknown, Settings>;

/** The rule with this id, its constants and settings untyped. */
export function apiRuleById(id: ApiRuleId): AnyApiRule {
	const table: Readonly<Record<ApiRuleId, AnyApiRule>> = API_RULES;
	return table[id];
}
