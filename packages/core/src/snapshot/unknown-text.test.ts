/** Snapshots with an unknown language model: visual tokens are counted, and nothing else is invented. */

import { describe, expect, test } from "vitest";
import { knownModelOf, modelOf } from "../cost/model.ts";
import { createCounterFrom } from "../count.ts";
import { plan } from "../plan/plan.ts";
import { changed, type Files, fixture, read } from "../testing/snapshots.ts";

const IMAGE = { kind: "image", width: 1080, height: 675 } as const;
const visualTokens = (files: Files): number => {
	const { checkpoint, settings } = read(files);
	return createCounterFrom(checkpoint, settings).count({ media: [IMAGE] }).visualTokens;
};

describe("Granite Vision", () => {
	const granite = fixture("granite-vision-3.2-2b");

	test("is counted under its 26 canvases", () => {
		// LlavaNextProcessor of transformers 5.18 with the same files.
		expect(visualTokens(granite)).toBe(4829);
		expect(read(granite).notes).toEqual([
			'visual tokens are exact; parameters and costs are unknown: config.json text_config model_type: language models of type "granite" are not read here',
		]);
	});

	test("has no parameters and no costs, not zero of them", () => {
		const { parts, contextTokens } = read(granite).checkpoint;
		expect(contextTokens).toBe(131_072);
		expect(knownModelOf(parts)).toBeUndefined();
		expect(() => modelOf(parts)).toThrow(/parameters and costs of the granite language model are not known/);
	});

	test("its projector reads four concatenated layers", () => {
		expect(read(granite).checkpoint.parts.projector).toEqual({ kind: "mlp2x-gelu", layers: 4 });
		const llama = { ...granite, "config.json": { ...granite["config.json"], text_config: {} } };
		const model = modelOf(read(llama).checkpoint.parts);
		expect(model.projector).toEqual({ kind: "mlp2x-gelu", in: 4 * 1152, out: 4096 });
	});

	test("a plan omits unknown values", () => {
		const { curriculum, costs } = plan(
			{ mix: { "single-image": 60, "multi-image": 40, video: 0 } },
			[],
			read(granite).checkpoint,
		);
		expect(costs).toBeUndefined();
		expect(Object.keys(curriculum.total)).toEqual(["samples", "steps", "tokens"]);
		for (const stage of curriculum.stages) {
			expect(stage.totalTokens).toBeGreaterThan(0);
			expect([stage.flops, stage.acceleratorHours, stage.memory, stage.cost]).toEqual(
				Array(4).fill(undefined),
			);
		}
	});
});

const TEXTS: readonly (readonly [string, Record<string, unknown>])[] = [
	["olmo2", { model_type: "olmo2" }],
	["stablelm", { model_type: "stablelm", hidden_size: 2048 }],
	["exaone4", { model_type: "exaone4" }],
	["smollm3", { model_type: "smollm3" }],
	["deepseek_v2 without the number of active experts", { model_type: "deepseek_v2" }],
	["a mixture in every second layer", { model_type: "qwen3_moe", decoder_sparse_step: 2 }],
];
for (const [what, text_config] of TEXTS) {
	test(`${what}: counted as with a known one`, () => {
		const files = changed("llava-v1.6-mistral-7b-hf", "config.json", { text_config });
		expect(visualTokens(files)).toBe(visualTokens(fixture("llava-v1.6-mistral-7b-hf")));
		expect(knownModelOf(read(files).checkpoint.parts)).toBeUndefined();
		expect(read(files).notes.join()).toContain("parameters and costs are unknown");
	});
}

test("invalid values of a known language model are still errors", () => {
	const files = changed("llava-1.5-7b-hf", "config.json", { text_config: { hidden_size: "4096" } });
	expect(() => read(files)).toThrow(/hidden_size: expected/);
});

test("a plan with an unknown context length compares nothing with it", () => {
	const files = changed("llava-onevision-qwen2-7b-ov-hf", "config.json", {
		text_config: { model_type: "olmo2" },
	});
	const { checkpoint } = read(files);
	expect(checkpoint.contextTokens).toBeUndefined();
	const { extrapolation, findings } = plan({}, [], checkpoint);
	expect(extrapolation).toBeUndefined();
	expect(findings.filter(({ rule }) => rule.startsWith("context"))).toEqual([]);
});
