/**
 * How each family numbers the positions of its sequence. One row per family, each with the file it was read from.
 */

import { OnevisionError } from "@onevision/base";
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import type { FamilyId } from "../families/index.ts";
import { ERNIE, glm, HUNYUAN } from "./models.ts";
import type { PositionRule, SequentialRule } from "./rule.ts";

/** A family whose generations differ: the checkpoint says which rule is its own. */
const OF_CHECKPOINT = "of-checkpoint";

const transformers = (path: string) => `transformers 5.18.0 src/transformers/models/${path}`;
const sequential = (source: string): SequentialRule => ({ kind: "sequential", start: 0, source });
/** The language model numbers its inputs itself: `position_ids` is left empty and becomes `arange(length)`. */
const numberedByLanguageModel = (model: string) =>
	sequential(transformers(`${model}/modeling_${model}.py passes no position_ids of its own`));

/** The tokens of the queries stand in the sequence like any other; OPT looks its own up two rows further down. */
const queries = (model: string) =>
	sequential(transformers(`${model}/modeling_${model}.py, opt/modeling_opt.py, llama/modeling_llama.py`));

/** Complete by construction: a family of the registry without a row is a compile error. */
const FAMILY_RULES = {
	"qwen-vl": OF_CHECKPOINT,
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
	"blip-2": queries("blip_2"),
	"instructblip-video": queries("instructblipvideo"),
	"kosmos-2": {
		kind: "sequential",
		start: 2,
		source: transformers(
			"kosmos2/modeling_kosmos2.py Kosmos2TextSinusoidalPositionalEmbedding (one past padding_idx 1; sinusoids, not rotary)",
		),
	},
} as const satisfies Record<FamilyId, PositionRule | typeof OF_CHECKPOINT>;

/**
 * How a checkpoint numbers positions: as its own rule says, or its family's.
 *
 * @throws OnevisionError `unsupported` for a checkpoint without a rule of its own where the family has none for all
 */
export function positionRuleOf({ title, family, positions }: Checkpoint): PositionRule {
	const rule: PositionRule | typeof OF_CHECKPOINT = positions ?? FAMILY_RULES[family];
	if (rule !== OF_CHECKPOINT) return rule;
	throw new OnevisionError(
		"unsupported",
		`positions of ${title}: generations of this family number differently; give the checkpoint the rule of its own (positions)`,
	);
}
