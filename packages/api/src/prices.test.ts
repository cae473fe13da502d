import { expect, test } from "vitest";
import { API_MODEL_IDS } from "./models.ts";
import { API_PRICES, costOf, type DatedPrice, priceOn } from "./prices.ts";

test("every price has a source, and rates that rise with the input", () => {
	for (const id of API_MODEL_IDS) {
		const rows: readonly DatedPrice[] = API_PRICES[id];
		const days = rows.slice(1).map(({ from }) => from ?? "");
		expect(days, id).toEqual([...days].sort());
		for (const { inputUsd, outputUsd, source, above = [] } of rows) {
			expect(source, id).toMatch(/https:|github|models\.dev|api-evangelist|huggingface/);
			expect(inputUsd, id).toBeGreaterThan(0);
			expect(outputUsd ?? 1, id).toBeGreaterThan(0);
			let last = inputUsd;
			for (const step of above) {
				expect(step.inputUsd, id).toBeGreaterThan(last);
				last = step.inputUsd;
			}
		}
	}
});

test("a price by its day; one announced for later waits for its day", () => {
	expect(priceOn("gpt-5.6-terra")?.inputUsd).toBe(2);
	expect(priceOn("gpt-5.6-terra", "2026-07-29")?.inputUsd).toBe(2.5);
	expect(priceOn("gpt-5.6-terra", "2026-07-30")?.inputUsd).toBe(2);
	expect(priceOn("gemini-3.8-flash")?.inputUsd).toBe(0.75);
	expect(priceOn("gemini-3.8-flash", "2026-12-31")?.inputUsd).toBe(0.75);
	expect(priceOn("gemini-3.8-flash", "2027-01-01")?.inputUsd).toBe(1.5);
	expect(priceOn("gpt-4.5")).toBeUndefined();
});

test("cost, with the rate of a long input for the whole request", () => {
	expect(costOf("gpt-5.5", { input: 272_000, output: 1000 })).toMatchObject({
		inputUsd: 1.36,
		outputUsd: 0.03,
		totalUsd: 1.39,
		perMillion: { inputUsd: 5, outputUsd: 30 },
	});
	expect(costOf("gpt-5.5", { input: 272_001, output: 0 })?.perMillion).toEqual({
		inputUsd: 10,
		outputUsd: 45,
	});
	expect(costOf("qwen3-vl-plus", { input: 200_000, output: 0 })?.perMillion.inputUsd).toBe(0.6);
	expect(costOf("gpt-4.5", { input: 1, output: 1 })).toBeUndefined();
});

test("own prices come first", () => {
	const prices = { "gpt-4.5": { inputUsd: 75 } };
	expect(costOf("gpt-4.5", { input: 2e6, output: 0 }, { prices })).toMatchObject({
		totalUsd: 150,
		source: "prices given by the caller",
	});
	expect(costOf("gpt-4.5", { input: 2e6, output: 5 }, { prices })).toBeUndefined();
	expect(costOf("gpt-4o", { input: 1e6, output: 0 }, { prices })?.totalUsd).toBe(2.5);
});
