/** Names of closed models, and what they reject. */

import { expect, test } from "vitest";
import { API_MODEL_IDS, apiModelById, assertPlannable, MODELS_BY_PROVIDER } from "./models.ts";
import type { ProviderModels, RuleVersion } from "./providers/model.ts";
import { PROVIDERS } from "./providers/provider.ts";

test.each(["gpt-4o", "openai/gpt-4o", "claude-opus-4-7"])("%s is closed, and it says so", (model) => {
	expect(() => assertPlannable(model)).toThrow(
		expect.objectContaining({
			code: "unsupported",
			message: expect.stringMatching(
				new RegExp(`^model: ${model} is a closed model.*onevision count -m ${model}`),
			),
		}),
	);
});

test("an open model is planned", () => {
	expect(() => assertPlannable("llava-onevision-qwen2-7b-ov")).not.toThrow();
});

/** Wording by which a source admits that it is not one. */
const NO_SOURCE = /memory|unconfirmed|by analogy|second-hand|not readable/i;

test.each(API_MODEL_IDS)("%s: unverified names the day or constants of a version", (id) => {
	const versions: readonly RuleVersion<unknown>[] = apiModelById(id).versions;
	for (const { unverified, constants, source } of versions) {
		const known = ["from", ...Object.keys(constants as object)];
		for (const name of unverified ?? []) expect(known).toContain(name);
		if (NO_SOURCE.test(source)) expect(unverified ?? []).not.toEqual([]);
	}
});

test.each(PROVIDERS)("%s: the models of its folder name it as their provider", (provider) => {
	const models: ProviderModels = MODELS_BY_PROVIDER[provider];
	expect(Object.values(models).filter((model) => model.provider !== provider)).toEqual([]);
});
