/** Memory in bytes: the KV cache of known models, and training memory by what ZeRO shards. */

import { describe, expect, test } from "vitest";
import { checkpointById } from "../checkpoints.ts";
import { LANGUAGE_MODELS, type LanguageModel } from "../facts/language-models.ts";
import {
	estimateTrainingMemory,
	kvCacheBytes,
	largestMicroBatch,
	type TrainingMemory,
	type TrainingSetup,
} from "./memory.ts";
import { type Model, modelOf } from "./model.ts";
import { fullTraining, type Training } from "./training.ts";

const QWEN: LanguageModel = LANGUAGE_MODELS["qwen2-7b"];

describe("key-value cache", () => {
	// Keys and values · 28 layers · 4 heads of 128 · 2 bytes.
	test("Qwen2-7B: 57,344 bytes per token", () => {
		expect(kvCacheBytes(QWEN, 1)).toBe(57_344);
		expect(kvCacheBytes(QWEN, 32_768)).toBe(57_344 * 32_768);
	});
	// 2 · 32 layers · 32 heads of 128 · 2 bytes: half a mebibyte, the known figure for Llama-2-7B.
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
	const everything = fullTraining(["tower", "projector", "language-model"]);
	const setup: TrainingSetup = {
		accelerators: 8,
		zeroStage: 0,
		microBatch: 1,
		activationCheckpointing: true,
		offload: "none",
	};
	const estimate = (changes: Partial<TrainingSetup>, training: Training = everything) =>
		estimateTrainingMemory(model, training, load, { ...setup, ...changes });

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

	test("one accelerator shards nothing and gathers nothing", () => {
		const alone = estimate({ zeroStage: 3, accelerators: 1 });
		expect(alone).toEqual(estimate({ zeroStage: 0, accelerators: 1 }));
		expect([alone.gathered, alone.buffers]).toEqual([0, 0]);
	});

	test("stage 3 holds a billion gathered parameters beside its own, a bucket of half a billion gradients", () => {
		expect(estimate({ zeroStage: 3 })).toMatchObject({ gathered: 2e9, buffers: 1e9 });
		expect(estimate({ zeroStage: 2 })).toMatchObject({ gathered: 0, buffers: 1e9 });
	});

	test("parts sum to the total", () => {
		const { total: all, host: _host, ...parts } = estimate({ zeroStage: 3 });
		expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(all);
	});

	test("what is offloaded is on the host and nowhere else", () => {
		const kept = estimate({ zeroStage: 3 });
		const optimizer = estimate({ zeroStage: 3, offload: "optimizer" });
		expect(optimizer).toMatchObject({ optimizer: 0, gradients: 0, parameters: kept.parameters });
		expect(optimizer.host).toBe(kept.optimizer + kept.gradients);
		const both = estimate({ zeroStage: 3, offload: "optimizer-and-parameters" });
		expect(both.parameters).toBe(0);
		expect(both.host).toBe(kept.optimizer + kept.gradients + kept.parameters);
	});

	test("frozen parts have no gradients and no optimizer state, their weights remain", () => {
		const memory = estimate({}, fullTraining(["projector"]));
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
		const kept = widths.reduce((sum, [layers, width]) => sum + 34 * layers * width, 0);
		const checkpointed = widths.reduce((sum, [layers, width]) => sum + (2 * layers + 34) * width, 0);
		expect(estimate({ activationCheckpointing: false }).activations).toBe(kept);
		expect(estimate({ activationCheckpointing: true }).activations).toBe(checkpointed);
	});

	test("a frozen tower that no gradient reaches keeps no activations; one behind a trained part does", () => {
		const { tower } = model;
		const towerBytes = (2 * tower.layers + 34) * load.towerTokens * tower.hidden;
		const all = estimate({}).activations;
		expect(estimate({}, fullTraining(["projector", "language-model"])).activations).toBe(all - towerBytes);
		expect(estimate({}, fullTraining(["tower"])).activations).toBe(all);
	});

	test("logits: float32 with their gradient, and 16-bit", () => {
		expect(estimate({}).logits).toBe(10 * load.contextTokens * model.languageModel.vocabulary);
	});

	test("activations grow with the samples per pass, and are never sharded", () => {
		const one = estimate({ zeroStage: 3 }).activations;
		expect(estimate({ zeroStage: 3, microBatch: 4 }).activations).toBe(4 * one);
		expect(estimate({ zeroStage: 3, accelerators: 512 }).activations).toBe(one);
	});
});

/**
 * Peaks measured by others. The estimate is a lower bound: it must not exceed them, nor fall short by more than a
 * quarter, the share taken by allocators and temporary copies.
 */
describe("published runs", () => {
	const alone = (languageModel: Partial<LanguageModel>, parameters: number): Model => ({
		...modelOf(checkpointById("llava-onevision-qwen2-7b-ov").parts),
		languageModel: { ...LANGUAGE_MODELS["vicuna-7b"], ...languageModel },
		parameters: { tower: 0, projector: 0, languageModel: parameters, total: parameters },
	});
	const adapters = (loraRank: number): Training => ({
		parts: { tower: "frozen", projector: "frozen", "language-model": "lora" },
		loraRank,
	});
	const GB = 1e9;

	// QwenLM/Qwen README.md, "Profiling of Memory and Speed": one A100 80 GB, FlashAttention 2, batch 1; finetune.py has
	// rank 64 on c_attn, c_proj, w1 and w2.
	test.each([
		[256, 20.1],
		[512, 20.4],
		[1024, 21.5],
		[2048, 23.8],
		[4096, 29.7],
		[8192, 36.6],
	])("Qwen-7B with LoRA on %d tokens: %d GB measured", (contextTokens, measured) => {
		const { total } = estimateTrainingMemory(
			alone({ vocabulary: 151_936 }, 7_721_324_544),
			adapters(64),
			{ contextTokens, towerTokens: 0 },
			{ accelerators: 1, zeroStage: 2, microBatch: 1, activationCheckpointing: true, offload: "none" },
		);
		expect(total / GB).toBeLessThanOrEqual(measured);
		expect(total / GB).toBeGreaterThan(0.75 * measured);
	});

	// LongLoRA, arXiv 2309.12307, table 12, plain LoRA: 8 A100, ZeRO-2, FlashAttention 2, one sample each.
	test("Llama 2 7B with LoRA on 8,192 tokens over 8 accelerators: 25.7 GB measured", () => {
		const { total } = estimateTrainingMemory(
			alone({}, 6_738_415_616),
			adapters(8),
			{ contextTokens: 8192, towerTokens: 0 },
			{ accelerators: 8, zeroStage: 2, microBatch: 1, activationCheckpointing: true, offload: "none" },
		);
		expect(total / GB).toBeLessThanOrEqual(25.7);
		expect(total / GB).toBeGreaterThan(0.75 * 25.7);
	});

	// DeepSpeed's own estimate, docs of transformers (main_classes/deepspeed, "Memory requirements"): T0-3B, 2,783 M
	// parameters on one GPU, in GiB: 46.91 without offload, 5.43 with the optimizer offloaded. It counts 18 bytes a
	// parameter (gradients in float32), we count the 16 of bf16 training.
	test("model states of T0-3B stay below DeepSpeed's estimate", () => {
		const parameters = 2_783e6;
		const memory = estimateTrainingMemory(
			alone({}, parameters),
			fullTraining(["language-model"]),
			{ contextTokens: 0, towerTokens: 0 },
			{ accelerators: 1, zeroStage: 3, microBatch: 1, activationCheckpointing: true, offload: "none" },
		);
		const states = memory.parameters + memory.gradients + memory.optimizer;
		expect(states).toBe(16 * parameters);
		expect(states / 2 ** 30).toBeLessThanOrEqual(46.91);
		expect(states / 2 ** 30).toBeGreaterThan((46.91 * 16) / 18.2);
	});
});

describe("micro-batch", () => {
	const memoryOf = (microBatch: number): TrainingMemory => ({ total: 10 + 5 * microBatch }) as TrainingMemory;
	test.each([
		["the largest power of two that fits", 50, 64, 8],
		["no more than asked for", 1000, 4, 4],
		["one where nothing fits", 1, 64, 1],
	])("%s", (_what, memory, most, expected) => {
		expect(largestMicroBatch(memoryOf, memory, most)).toBe(expected);
	});
});
