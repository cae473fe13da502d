/** Bytes: the key-value cache of known models, and training memory by what ZeRO shards. */

import { describe, expect, test } from "vitest";
import { checkpointById } from "../checkpoints/index.ts";
import { LANGUAGE_MODELS, type LanguageModel } from "../facts/language-models.ts";
import { estimateTrainingMemory, kvCacheBytes, type TrainingSetup } from "./memory.ts";
import { modelOf } from "./model.ts";

const QWEN: LanguageModel = LANGUAGE_MODELS["qwen2-7b"];

describe("key-value cache", () => {
	// Keys and values · 28 layers · 4 heads of 128 · 2 bytes.
	test("Qwen2-7B: 57,344 bytes per token", () => {
		expect(kvCacheBytes(QWEN, 1)).toBe(57_344);
		expect(kvCacheBytes(QWEN, 32_768)).toBe(57_344 * 32_768);
	});
	// 2 · 32 layers · 32 heads of 128 · 2 bytes: half a mebibyte, as Llama-2-7B is known for.
	test("Vicuna-7B: half a mebibyte per token", () => {
		expect(kvCacheBytes(LANGUAGE_MODELS["vicuna-7b"], 1)).toBe(2 ** 19);
	});
	test("a window bounds the windowed layers and not the full ones", () => {
		const model: LanguageModel = { ...QWEN, layers: 4, slidingWindow: { tokens: 100, fullLayers: 1 } };
		const perPosition = 2 * 4 * 128 * 2;
		expect(kvCacheBytes(model, 80)).toBe(4 * 80 * perPosition);
		expect(kvCacheBytes(model, 1000)).toBe((1000 + 3 * 100) * perPosition);
	});
	// One latent of 512 and one rotated key of 64 for all heads · 27 layers · 2 bytes.
	test("Moonlight with latent attention: 31,104 bytes per token", () => {
		expect(kvCacheBytes(LANGUAGE_MODELS["moonlight-16b-a3b"], 1)).toBe(31_104);
		expect(kvCacheBytes(LANGUAGE_MODELS["kimi-k2"], 1)).toBe((512 + 64) * 61 * 2);
	});
	test("nothing cached, no bytes", () => {
		expect(kvCacheBytes(QWEN, 0)).toBe(0);
	});
});

describe("training memory of LLaVA-OneVision 7B on 8 accelerators, everything trained", () => {
	const model = modelOf(checkpointById("llava-onevision-qwen2-7b-ov").parts);
	const { total } = model.parameters;
	const load = { contextTokens: 4000, towerTokens: 7290 };
	const setup: TrainingSetup = {
		accelerators: 8,
		zeroStage: 0,
		microBatch: 1,
		activationCheckpointing: true,
	};
	const estimate = (changes: Partial<TrainingSetup>) =>
		estimateTrainingMemory(model, total, load, { ...setup, ...changes });

	// bfloat16 weights and gradients, float32 master weights and two moments: 2 + 2 + 12 bytes (arXiv 1910.02054).
	test.each([
		[0, { parameters: 2, gradients: 2, optimizer: 12 }],
		[1, { parameters: 2, gradients: 2, optimizer: 12 / 8 }],
		[2, { parameters: 2, gradients: 2 / 8, optimizer: 12 / 8 }],
		[3, { parameters: 2 / 8, gradients: 2 / 8, optimizer: 12 / 8 }],
	])("ZeRO stage %d holds per parameter %o bytes", (zeroStage, bytes) => {
		const memory = estimate({ zeroStage });
		expect(memory.parameters / total).toBeCloseTo(bytes.parameters, 12);
		expect(memory.gradients / total).toBeCloseTo(bytes.gradients, 12);
		expect(memory.optimizer / total).toBeCloseTo(bytes.optimizer, 12);
	});

	test("one accelerator shards nothing", () => {
		expect(estimate({ zeroStage: 3, accelerators: 1 })).toEqual(estimate({ zeroStage: 0, accelerators: 1 }));
	});

	test("parts sum to the total", () => {
		const { parameters, gradients, optimizer, activations, total: all } = estimate({ zeroStage: 2 });
		expect(parameters + gradients + optimizer + activations).toBe(all);
	});

	test("frozen parts have no gradients and no optimizer state, their weights remain", () => {
		const memory = estimateTrainingMemory(model, model.parameters.projector, load, setup);
		expect(memory.parameters).toBe(2 * total);
		expect(memory.gradients).toBe(2 * model.parameters.projector);
		expect(memory.optimizer).toBe(12 * model.parameters.projector);
	});

	test("activations: 34 bytes per token and width in each layer, or 2 of every layer and 34 of one", () => {
		const { tower, languageModel } = model;
		const widths = [
			[tower.layers, load.towerTokens * tower.hidden],
			[languageModel.layers, load.contextTokens * languageModel.hidden],
		] as const;
		const logits = 8 * load.contextTokens * languageModel.vocabulary;
		const kept = widths.reduce((sum, [layers, width]) => sum + 34 * layers * width, logits);
		const checkpointed = widths.reduce((sum, [layers, width]) => sum + (2 * layers + 34) * width, logits);
		expect(estimate({ activationCheckpointing: false }).activations).toBe(kept);
		expect(estimate({ activationCheckpointing: true }).activations).toBe(checkpointed);
	});

	test("activations grow with the samples per pass, and are never sharded", () => {
		const one = estimate({ zeroStage: 3 }).activations;
		expect(estimate({ zeroStage: 3, microBatch: 4 }).activations).toBe(4 * one);
		expect(estimate({ zeroStage: 3, accelerators: 512 }).activations).toBe(one);
	});
});
