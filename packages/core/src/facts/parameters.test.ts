/**
 * Parameter formulas against transformers 5.18.0. Each number is the sum of `numel` over the named class built on
 * torch's meta device, or a checkpoint's published total.
 */

import { expect, test } from "vitest";
import { LANGUAGE_MODELS, type LanguageModel } from "./language-models.ts";
import {
	countLanguageModelParameters,
	countProjectorParameters,
	countTowerParameters,
	type Projector,
} from "./parameters.ts";
import { TOWERS, type Tower } from "./towers.ts";

const lms: Record<string, LanguageModel> = LANGUAGE_MODELS;
const towers: Record<string, Tower> = TOWERS;

test.each(Object.entries(lms))("%s: the formula gives the published total", (_id, model) => {
	expect(countLanguageModelParameters(model).total).toBe(model.parameters);
});

test.each(Object.entries(towers))("%s: the formula gives the row's total", (_id, tower) => {
	expect(countTowerParameters(tower).total).toBe(tower.parameters);
});

test.each([
	["Qwen2ForCausalLM, 0.5B, tied", LANGUAGE_MODELS["qwen2-0.5b"], 494_032_768],
	["Qwen2ForCausalLM, 7B", LANGUAGE_MODELS["qwen2-7b"], 7_615_616_512],
	["Qwen2ForCausalLM, 72B", LANGUAGE_MODELS["qwen2-72b"], 72_706_203_648],
	["Qwen2ForCausalLM, 2.5 3B, tied", LANGUAGE_MODELS["qwen2.5-3b"], 3_085_938_688],
	["Qwen3ForCausalLM, 1.7B, tied", LANGUAGE_MODELS["qwen3-1.7b"], 1_720_574_976],
	["Qwen3ForCausalLM, 8B", LANGUAGE_MODELS["qwen3-8b"], 8_190_735_360],
	["Qwen3MoeForCausalLM, 30B-A3B", LANGUAGE_MODELS["qwen3-30b-a3b"], 30_532_122_624],
	["Qwen3MoeForCausalLM, 235B-A22B", LANGUAGE_MODELS["qwen3-235b-a22b"], 235_093_634_560],
	["LlamaForCausalLM, Llama 2 13B", LANGUAGE_MODELS["vicuna-13b"], 13_015_864_320],
	["LlamaForCausalLM, Yi 34B", LANGUAGE_MODELS["yi-34b"], 34_388_917_248],
	["MistralForCausalLM, 7B", LANGUAGE_MODELS["mistral-7b"], 7_241_732_096],
	["Phi3ForCausalLM, mini", LANGUAGE_MODELS["phi-3-mini"], 3_821_079_552],
	["Gemma2ForCausalLM, 9B", LANGUAGE_MODELS["gemma-2-9b"], 9_241_705_984],
	["Gemma3ForCausalLM, 27B", LANGUAGE_MODELS["gemma-3-27b"], 27_009_346_304],
] as const)("transformers 5.18.0 %s", (_name, model, total) => {
	expect(countLanguageModelParameters(model).total).toBe(total);
});

test.each<[string, Tower, number]>([
	["CLIPVisionModel, L/14 336", TOWERS["clip-vit-l14-336"], 303_507_456],
	["SiglipVisionModel, 26 layers, no head", TOWERS["siglip-so400m-patch14-384"], 397_747_744],
	[
		"SiglipVisionModel, all 27 layers, no head",
		{ ...TOWERS["siglip-so400m-patch14-384"], layers: 27 },
		412_987_248,
	],
	["SiglipVisionModel, 896 px, no head", TOWERS["siglip-so400m-patch14-896"], 416_866_032],
	["SiglipVisionModel, patch 16 at 512 px, no head", TOWERS["siglip2-so400m-patch16-512"], 413_534_448],
	[
		"MLCDVisionModel, L/14 (RICE-ViT with a final norm)",
		{ ...TOWERS["rice-vit-l14"], finalNorm: true },
		302_916_640,
	],
	["InstructBlipVisionModel", TOWERS["eva-clip-vit-g14"], 985_952_256],
	["InternVLVisionModel, 300M", TOWERS["internvit-300m-448"], 304_012_288],
	["InternVLVisionModel, 6B", TOWERS["internvit-6b-448"], 5_536_496_000],
])("transformers 5.18.0 %s", (_name, tower, total) => {
	expect(countTowerParameters(tower).total).toBe(total);
});

test.each<[string, Tower, Projector, number]>([
	[
		"Qwen2VisionTransformerPretrainedModel, 7B",
		TOWERS["qwen2-vl-vit"],
		{ kind: "patch-merger", hidden: 1280, merge: 2, out: 3584, norm: "layer" },
		675_759_104,
	],
	[
		"Qwen2_5_VisionTransformerPretrainedModel, 7B",
		TOWERS["qwen2.5-vl-vit"],
		{ kind: "patch-merger", hidden: 1280, merge: 2, out: 3584, norm: "rms" },
		676_550_144,
	],
	[
		"Qwen2_5_VisionTransformerPretrainedModel, 32B",
		TOWERS["qwen2.5-vl-vit-3456"],
		{ kind: "patch-merger", hidden: 1280, merge: 2, out: 5120, norm: "rms" },
		688_841_984,
	],
	[
		"Qwen2_5_VisionTransformerPretrainedModel, 72B",
		TOWERS["qwen2.5-vl-vit-3456"],
		{ kind: "patch-merger", hidden: 1280, merge: 2, out: 8192, norm: "rms" },
		704_573_696,
	],
	[
		"Qwen3VLVisionModel, 4B",
		TOWERS["qwen3-vl-vit-large"],
		{ kind: "patch-merger", hidden: 1024, merge: 2, out: 2560, norm: "layer", deepstack: 3 },
		415_347_712,
	],
	[
		"Qwen3VLVisionModel, 8B",
		TOWERS["qwen3-vl-vit-so400m"],
		{ kind: "patch-merger", hidden: 1152, merge: 2, out: 4096, norm: "layer", deepstack: 3 },
		576_388_336,
	],
])("transformers 5.18.0 %s: tower and merger", (_name, tower, projector, total) => {
	expect(countTowerParameters(tower).total + countProjectorParameters(projector)).toBe(total);
});

test.each<[string, Projector, number]>([
	["LlavaOnevisionMultiModalProjector, 0.5B", { kind: "mlp2x-gelu", in: 1152, out: 896 }, 1_836_800],
	["LlavaOnevisionMultiModalProjector, 7B", { kind: "mlp2x-gelu", in: 1152, out: 3584 }, 16_980_992],
	["LlavaOnevisionMultiModalProjector, 72B", { kind: "mlp2x-gelu", in: 1152, out: 8192 }, 76_562_432],
	[
		"InternVLMultiModalProjector, 7B",
		{ kind: "pixel-shuffle", hidden: 1024, merge: 2, out: 3584 },
		27_540_480,
	],
	[
		"Gemma3MultiModalProjector, 4B",
		{ kind: "linear", in: 1152, out: 2560, bias: false, norm: "rms" },
		2_950_272,
	],
	["Blip2QFormerModel", { kind: "q-former", parameters: 105_137_664 }, 105_137_664],
])("transformers 5.18.0 %s", (_name, projector, total) => {
	expect(countProjectorParameters(projector)).toBe(total);
});

test.each<[string, LanguageModel, number, Tower, Projector, number]>([
	[
		"Qwen2-VL-7B-Instruct",
		LANGUAGE_MODELS["qwen2-7b"],
		0,
		TOWERS["qwen2-vl-vit"],
		{ kind: "patch-merger", hidden: 1280, merge: 2, out: 3584, norm: "layer" },
		8_291_375_616,
	],
	[
		"Qwen3-VL-30B-A3B-Instruct",
		LANGUAGE_MODELS["qwen3-30b-a3b"],
		0,
		TOWERS["qwen3-vl-vit-so400m"],
		{ kind: "patch-merger", hidden: 1152, merge: 2, out: 2048, norm: "layer", deepstack: 3 },
		31_070_754_032,
	],
	[
		"InternVL2_5-26B",
		LANGUAGE_MODELS["internlm2.5-20b"],
		9,
		TOWERS["internvit-6b-448"],
		{ kind: "pixel-shuffle", hidden: 3200, merge: 2, out: 6144 },
		25_514_186_112,
	],
	[
		"gemma-3-12b-it",
		LANGUAGE_MODELS["gemma-3-12b"],
		0,
		TOWERS["siglip-so400m-patch14-896"],
		{ kind: "linear", in: 1152, out: 3840, bias: false, norm: "rms" },
		12_187_325_040,
	],
])("published total of %s is the sum of its parts", (_name, model, extraRows, tower, projector, total) => {
	const lm = countLanguageModelParameters({ ...model, vocabulary: model.vocabulary + extraRows }).total;
	expect(lm + countTowerParameters(tower).total + countProjectorParameters(projector)).toBe(total);
});

test("a language model without gates or biases, by hand", () => {
	const tiny: LanguageModel = {
		...LANGUAGE_MODELS["qwen2-7b"],
		layers: 2,
		hidden: 8,
		heads: 2,
		kvHeads: 1,
		headSize: 4,
		mlp: 16,
		gatedMlp: false,
		vocabulary: 10,
		tiedEmbeddings: true,
		attentionBias: false,
	};
	expect(countLanguageModelParameters(tiny)).toEqual({
		embedding: 80,
		attention: 2 * (8 * 16 + 64),
		mlp: 2 * 256,
		norms: 2 * 16 + 8,
		head: 0,
		total: 80 + 384 + 512 + 40,
	});
});
