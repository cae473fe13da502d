/**
 * How each family numbers the positions of its sequence. One row per family, each with the file it was read from.
 */

import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { OnevisionError } from "../errors.ts";
import type { LanguageModelId } from "../facts/language-models.ts";
import type { TowerId } from "../facts/towers.ts";
import type { FamilyId } from "../families/index.ts";
import type { MropeRule, PositionRule, SequentialRule, XdropeRule } from "./rule.ts";

/** A family whose generations, or whose language models, differ; the part tells them apart. */
interface RuleByPart {
	readonly kind: "by-part";
	readonly part: "tower" | "languageModel";
	readonly rules: { readonly [Id in TowerId | LanguageModelId]?: PositionRule };
}

const transformers = (path: string) => `transformers 5.18.0 src/transformers/models/${path}`;
const sequential = (source: string): SequentialRule => ({ kind: "sequential", start: 0, source });
/** The language model numbers its inputs itself: `position_ids` is left empty and becomes `arange(length)`. */
const numberedByLanguageModel = (model: string) =>
	sequential(transformers(`${model}/modeling_${model}.py passes no position_ids of its own`));

const QWEN2_SECTIONS = [16, 24, 24] as const;
const QWEN3_SECTIONS = [24, 20, 20] as const;

const QWEN2: MropeRule = {
	kind: "mrope",
	clock: { kind: "patches" },
	sections: QWEN2_SECTIONS,
	frequencies: "sectioned",
	source: transformers("qwen2_vl/modeling_qwen2_vl.py get_rope_index, Qwen2VLRotaryEmbedding"),
};

const QWEN2_5: MropeRule = {
	kind: "mrope",
	clock: { kind: "seconds", positionsPerSecond: 2, framesPerPatch: 2 },
	sections: QWEN2_SECTIONS,
	frequencies: "sectioned",
	source: `${transformers("qwen2_5_vl/modeling_qwen2_5_vl.py get_rope_index, Qwen2_5_VLRotaryEmbedding")}; tokens_per_second 2: config.json of the released checkpoints as quoted in public code (the class default is 4)`,
};

const QWEN3: MropeRule = {
	kind: "mrope",
	clock: { kind: "text", written: "before" },
	sections: QWEN3_SECTIONS,
	frequencies: "interleaved",
	source: transformers("qwen3_vl/modeling_qwen3_vl.py get_rope_index, Qwen3VLTextRotaryEmbedding"),
};

const QWEN3_5: MropeRule = {
	kind: "mrope",
	clock: { kind: "text", written: "before" },
	sections: [11, 11, 10],
	frequencies: "interleaved",
	source: transformers("qwen3_5/modeling_qwen3_5.py get_rope_index, Qwen3_5TextRotaryEmbedding"),
};

/** GLM-4.1V and its descendants; `get_rope_index` is the same in the three models. */
const glm = (model: string): MropeRule => ({
	kind: "mrope",
	clock: { kind: "text", written: "after" },
	sections: [8, 12, 12],
	frequencies: "sectioned",
	source: transformers(`${model}/modeling_${model}.py get_rope_index; sections: Glm4vTextRotaryEmbedding`),
});

const ERNIE: MropeRule = {
	kind: "mrope",
	clock: { kind: "patches" },
	// The model lists them as height, width, time.
	sections: [20, 22, 22],
	frequencies: "alternating",
	source: transformers(
		"ernie4_5_vl_moe/modeling_ernie4_5_vl_moe.py get_rope_index, Ernie4_5_VLMoeTextRotaryEmbedding",
	),
};

const HUNYUAN: XdropeRule = {
	kind: "xdrope",
	sections: [16, 16, 16, 16],
	source: `${transformers("hunyuan_vl/modeling_hunyuan_vl.py get_rope_index, HunYuanVLRotaryEmbedding")}; xdrope_section of HunyuanOCR as quoted in public code`,
};

const OPT = sequential(`${transformers("opt/modeling_opt.py")} (looked up two rows further down its table)`);
const VICUNA = sequential(transformers("llama/modeling_llama.py"));

/** The tokens of the queries stand in the sequence like any other; the language model numbers them. */
const queries = {
	kind: "by-part",
	part: "languageModel",
	rules: { "opt-2.7b": OPT, "vicuna-7b": VICUNA, "vicuna-13b": VICUNA },
} as const satisfies RuleByPart;

/** Complete by construction: a family of the registry without a row is a compile error. */
const FAMILY_RULES = {
	"qwen-vl": {
		kind: "by-part",
		part: "tower",
		rules: {
			"qwen2-vl-vit": QWEN2,
			"qwen2.5-vl-vit": QWEN2_5,
			"qwen2.5-vl-vit-3456": QWEN2_5,
			"qwen3-vl-vit-large": QWEN3,
			"qwen3-vl-vit-so400m": QWEN3,
			"qwen3.5-vit-large": QWEN3_5,
			"qwen3.5-vit-so400m": QWEN3_5,
		},
	},
	llava: numberedByLanguageModel("llava"),
	"llava-next": numberedByLanguageModel("llava_next"),
	"llava-next-video": numberedByLanguageModel("llava_next_video"),
	"llava-onevision": numberedByLanguageModel("llava_onevision"),
	"llava-onevision-1.5": sequential(
		"transformers src/transformers/models/llava_onevision1_5/modular_llava_onevision1_5.py at 6639d1d (compute_3d_position_ids returns None)",
	),
	"llava-onevision-2": sequential(
		"vllm-project/vllm vllm/model_executor/models/llava_onevision2.py at 045d757 (1-D position_ids, no M-RoPE)",
	),
	"video-llava": numberedByLanguageModel("video_llava"),
	"video-llama": sequential("DAMO-NLP-SG/Video-LLaMA: a LLaMA language model, from memory, unconfirmed"),
	vila: sequential("NVlabs/VILA: a LLaMA language model, from memory, unconfirmed"),
	nvila: sequential("NVlabs/VILA: a Qwen2 language model, from memory, unconfirmed"),
	mantis: sequential("TIGER-AI-Lab/Mantis: a LLaMA language model, from memory, unconfirmed"),
	idefics2: numberedByLanguageModel("idefics2"),
	idefics3: numberedByLanguageModel("idefics3"),
	smolvlm: numberedByLanguageModel("smolvlm"),
	internvl: numberedByLanguageModel("internvl"),
	"aya-vision": numberedByLanguageModel("aya_vision"),
	"cohere2-vision": numberedByLanguageModel("cohere2_vision"),
	ovis2: numberedByLanguageModel("ovis2"),
	"lfm2-vl": numberedByLanguageModel("lfm2_vl"),
	"perception-lm": numberedByLanguageModel("perception_lm"),
	"phi4-multimodal": numberedByLanguageModel("phi4_multimodal"),
	"video-llama-3": numberedByLanguageModel("video_llama_3"),
	"deepseek-vl": numberedByLanguageModel("deepseek_vl"),
	"deepseek-ocr2": numberedByLanguageModel("deepseek_ocr2"),
	"deepseek-vl2": sequential("deepseek-ai/DeepSeek-VL2, from memory, unconfirmed"),
	llama4: numberedByLanguageModel("llama4"),
	mllama: numberedByLanguageModel("mllama"),
	gemma3: numberedByLanguageModel("gemma3"),
	gemma3n: numberedByLanguageModel("gemma3n"),
	gemma4: numberedByLanguageModel("gemma4"),
	paligemma: {
		kind: "sequential",
		start: 1,
		source: transformers("paligemma/modeling_paligemma.py (positions are 1-indexed)"),
	},
	pixtral: sequential(transformers("mistral3/modeling_mistral3.py passes no position_ids of its own")),
	fuyu: numberedByLanguageModel("fuyu"),
	"kimi-k2.5": numberedByLanguageModel("kimi_k25"),
	"kimi-vl": sequential("a DeepSeek-V3 language model, from memory, unconfirmed"),
	"minicpm-v": numberedByLanguageModel("minicpmv4_6"),
	"minicpm-v-resampler": sequential("Llama and Qwen language models, from memory, unconfirmed"),
	molmo: sequential("OLMo and Qwen2 language models, from memory, unconfirmed"),
	glm4v: glm("glm4v"),
	glm46v: glm("glm46v"),
	"ernie-4.5-vl": ERNIE,
	"hunyuan-vl": HUNYUAN,
	"blip-2": queries,
	"instructblip-video": queries,
	"kosmos-2": {
		kind: "sequential",
		start: 2,
		source: transformers(
			"kosmos2/modeling_kosmos2.py Kosmos2TextSinusoidalPositionalEmbedding (one past padding_idx 1; sinusoids, not rotary)",
		),
	},
} as const satisfies Record<FamilyId, PositionRule | RuleByPart>;

/**
 * How a checkpoint numbers positions.
 *
 * @throws OnevisionError `unsupported` where the rule depends on a part that no rule is known for
 */
export function positionRuleOf(checkpoint: Checkpoint): PositionRule {
	const row: PositionRule | RuleByPart = FAMILY_RULES[checkpoint.family];
	if (row.kind !== "by-part") return row;
	const part = checkpoint.parts[row.part];
	const rule = typeof part === "string" ? row.rules[part] : undefined;
	if (rule !== undefined) return rule;
	const what = row.part === "tower" ? "tower" : "language model";
	throw new OnevisionError(
		"unsupported",
		`positions of ${checkpoint.title}: no rule is known for the ${what} ${typeof part === "string" ? part : part.name}; take them from the reference implementation`,
	);
}
