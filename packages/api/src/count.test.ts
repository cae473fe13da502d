import type { Sample } from "@onevision/core";
import { expect, test } from "vitest";
import { countApi, countApiFrom } from "./count.ts";
import { API_MODEL_IDS, API_MODELS, apiModelById, resolveApiModelId } from "./models.ts";
import type { ApiLimits } from "./providers/model.ts";
import { API_RULES, apiRuleById } from "./providers/rules.ts";

const image = (width: number, height: number) => ({ kind: "image", width, height }) as const;

test("every model counts a plain image, and says how sure it is and where from", () => {
	for (const id of API_MODEL_IDS) {
		const count = countApiFrom(id, { media: [image(1000, 800)] });
		expect(count.visualTokens, id).toBeGreaterThanOrEqual(64);
		expect(count.visualTokens, id).toSatisfy(Number.isSafeInteger);
		expect(count.source, id).toMatch(/https:|transformers|mistral-common/);
		expect(["documented", "inferred", "range"]).toContain(count.exactness);
		expect(count.items[0]?.exactness === "range", id).toBe(count.items[0]?.range !== undefined);
	}
});

test("every rule is used, every row has its source, versions are in order of their days", () => {
	const used = new Set(API_MODEL_IDS.map((id) => API_MODELS[id].rule));
	expect([...used].sort()).toEqual(Object.keys(API_RULES).sort());
	for (const id of API_MODEL_IDS) {
		const { versions, limits, contextTokens } = apiModelById(id);
		expect(limits.source.length, id).toBeGreaterThan(10);
		if (contextTokens !== undefined) {
			expect(contextTokens.source, id).toMatch(/https:|models\.dev/);
			expect(contextTokens.unit).toBe("tokens");
		}
		expect(versions[0].from, id).toBeUndefined();
		const days = versions.slice(1).map(({ from }) => from ?? "");
		expect(days, id).toEqual([...days].sort());
		for (const { source, from } of versions) {
			expect(source.length, id).toBeGreaterThan(10);
			expect(from ?? "2026-01-01").toMatch(/^\d{4}-\d{2}-\d{2}$/);
		}
	}
	for (const rule of Object.keys(API_RULES) as (keyof typeof API_RULES)[]) {
		expect(apiRuleById(rule).source).toMatch(/https:|mistral-common/);
	}
});

test("names as requests write them", () => {
	for (const [name, id] of [
		["gpt-4o-2024-08-06", "gpt-4o"],
		["openai/gpt-5.5", "gpt-5.5"],
		["gpt-4.1-mini-2025-04-14", "gpt-4.1-mini"],
		["gpt-5-chat-latest", "gpt-5-chat"],
		["GPT-6-Astra", "gpt-6-astra"],
		["claude-haiku-4-5-20251001", "claude-haiku-4-5"],
		["claude-haiku-4-5@20251001", "claude-haiku-4-5"],
		["us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"],
		["claude-3-5-sonnet-latest", "claude-3-5-sonnet"],
		["models/gemini-3-pro-preview", "gemini-3-pro"],
		["gemini-3.1-pro-preview", "gemini-3.1-pro"],
		["us.amazon.nova-lite-v1:0", "amazon-nova-lite-v1"],
		["nova-2-lite-v1", "nova-2-lite"],
		["mistral-medium-2505", "mistral-medium-3"],
		["pixtral-large-latest", "pixtral-large"],
		["grok-2-vision-1212", "grok-2-vision"],
		["qwen-vl-max-latest", "qwen-vl-max"],
	] as const) {
		expect(resolveApiModelId(name), name).toBe(id);
	}
	// A different model must never resolve to a related one.
	for (const name of ["gpt-5.2-chat-latest", "gemini-3-pro-image-preview", "mistral-medium-2508", "gpt-6"]) {
		expect(() => resolveApiModelId(name), name).toThrow(/no counting rule is known/);
	}
	expect(() => resolveApiModelId("gpt-5.5o")).toThrow(/did you mean gpt-5\.5\?/);
	expect(() => resolveApiModelId("__proto__")).toThrow(/no counting rule/);
	expect(() => resolveApiModelId("a".repeat(1e6))).toThrow(/no counting rule/);
});

test("sums, bounds and the least sure item", () => {
	const sample: Sample = { media: [image(300, 300), image(3840, 2160)], textTokens: 100 };
	expect(countApi("gemini-2.5-flash", sample)).toMatchObject({
		visualTokens: 258 + 15 * 258,
		bounds: { min: 258 + 6 * 258, max: 16 * 258 },
		contextTokens: 16 * 258 + 100,
		exactness: "range",
		provider: "google",
	});
	expect(countApi("gpt-4o", { media: [] })).toMatchObject({ visualTokens: 0, exactness: "documented" });
});

test("wrong dates, sizes, keys and kinds are refused by name", () => {
	const sample: Sample = { media: [image(10, 10)] };
	expect(() => countApiFrom("gpt-4o", sample, { date: "yesterday" })).toThrow(
		'date: expected a day as YYYY-MM-DD, got "yesterday"',
	);
	expect(() => countApiFrom("gpt-4o", sample, { date: 20260101 })).toThrow(/got number/);
	expect(() => countApiFrom("gpt-4o", { media: [image(0, 10)] })).toThrow(/0x10/);
	expect(() => countApiFrom("gpt-4o", { media: [image(Number.NaN, 10)] })).toThrow(/NaNx10/);
	expect(() => countApiFrom("gpt-4o", sample, { "__proto__ ": 1 })).toThrow(/no such key/);
	expect(() => countApiFrom("gpt-4o", { media: [], textTokens: -1 })).toThrow(/textTokens/);
	expect(() => countApiFrom("gpt-4o", { media: Array.from({ length: 10_001 }, () => image(1, 1)) })).toThrow(
		/at most 10000/,
	);
	expect(() => countApi("gpt-4o", { media: Array.from({ length: 1501 }, () => image(1, 1)) })).toThrow(
		"GPT-4o: 1501 images, at most 1500 in one request; split the request",
	);
	expect(countApi("gpt-4o", { media: Array.from({ length: 1500 }, () => image(1, 1)) }).items).toHaveLength(
		1500,
	);
});

test("limits are checked for every row that has them", () => {
	for (const id of API_MODEL_IDS) {
		const limits: ApiLimits = apiModelById(id).limits;
		if (limits.maxSide === undefined) continue;
		expect(() => countApiFrom(id, { media: [image((limits.maxSide ?? 0) + 1, 100)] }), id).toThrow(
			/each side may be at most/,
		);
		expect(countApiFrom(id, { media: [image(limits.maxSide ?? 0, 100)] }).items, id).toHaveLength(1);
	}
});

test("settings are typed per model", () => {
	const sample: Sample = { media: [image(1000, 1000)] };
	expect(countApi("gpt-5.5", sample, { detail: "original", date: "2026-11-01" }).visualTokens).toBe(1229);
	expect(countApi("gemini-3-pro", sample, { media_resolution: "low", fps: 2 }).visualTokens).toBe(256);
	// @ts-expect-error Gemini has no detail.
	expect(() => countApi("gemini-3-pro", sample, { detail: "high" })).toThrow(/setting detail: no such key/);
	// @ts-expect-error no such level.
	expect(() => countApi("gpt-4o", sample, { detail: "original" })).toThrow(/expected one of/);
});
