/**
 * How each family numbers the positions of its sequence: one number per token, or three (time, row, column: M-RoPE,
 * arXiv 2409.12191 section 2.1). One row per family, each with the file it was read from.
 */

import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { OnevisionError } from "../errors.ts";
import type { TowerId } from "../facts/towers.ts";
import type { FamilyId } from "../families/index.ts";

/** The three axes a rotary frequency may turn with. */
export const AXES = ["temporal", "height", "width"] as const;
export type Axis = (typeof AXES)[number];

/** Every token the next number. */
export interface SequentialRule {
	readonly kind: "sequential";
	/** Number of the first token. */
	readonly start: 0 | 1;
	readonly source: string;
}

/** What the temporal position of a video counts. */
export type VideoClock =
	/** Temporal patches. */
	| { readonly kind: "patches" }
	/** Time: so many positions per second (`tokens_per_second`), and frames in one temporal patch. */
	| { readonly kind: "seconds"; readonly positionsPerSecond: number; readonly framesPerPatch: number }
	/** Nothing: each temporal patch stands alone behind its time as text. */
	| { readonly kind: "text" };

/** Three numbers per token: equal for text, time, row and column for a picture's tokens. */
export interface MropeRule {
	readonly kind: "mrope";
	readonly clock: VideoClock;
	/** Rotary frequencies per axis, in the order of `AXES`; half the dimensions that are turned (`mrope_section`). */
	readonly sections: readonly [number, number, number];
	/** Which frequencies an axis gets: a block of neighbours, or every third. See `frequencyAxes`. */
	readonly frequencies: "sectioned" | "interleaved";
	readonly source: string;
}

/** A rule of its own that is not implemented here. */
export interface UncoveredRule {
	readonly kind: "uncovered";
	readonly why: string;
}

export type PositionRule = SequentialRule | MropeRule | UncoveredRule;

/** A family whose generations differ; the tower tells them apart. */
interface RuleByTower {
	readonly kind: "by-tower";
	readonly towers: readonly { readonly tower: TowerId; readonly rule: MropeRule }[];
}

const transformers = (path: string) => `transformers 5.18.0 src/transformers/models/${path}`;
const sequential = (source: string): SequentialRule => ({ kind: "sequential", start: 0, source });
/** The language model numbers its inputs itself: `position_ids` is left empty and becomes `arange(length)`. */
const numberedByLanguageModel = (model: string) =>
	sequential(transformers(`${model}/modeling_${model}.py passes no position_ids of its own`));
const uncovered = (why: string): UncoveredRule => ({ kind: "uncovered", why });

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
	clock: { kind: "text" },
	sections: QWEN3_SECTIONS,
	frequencies: "interleaved",
	source: transformers("qwen3_vl/modeling_qwen3_vl.py get_rope_index, Qwen3VLTextRotaryEmbedding"),
};

const QWEN3_5: MropeRule = {
	kind: "mrope",
	clock: { kind: "text" },
	sections: [11, 11, 10],
	frequencies: "interleaved",
	source: transformers("qwen3_5/modeling_qwen3_5.py get_rope_index, Qwen3_5TextRotaryEmbedding"),
};

/** Complete by construction: a family of the registry without a row is a compile error. */
const FAMILY_RULES = {
	"qwen-vl": {
		kind: "by-tower",
		towers: [
			{ tower: "qwen2-vl-vit", rule: QWEN2 },
			{ tower: "qwen2.5-vl-vit", rule: QWEN2_5 },
			{ tower: "qwen3-vl-vit-large", rule: QWEN3 },
			{ tower: "qwen3-vl-vit-so400m", rule: QWEN3 },
			{ tower: "qwen3.5-vit-large", rule: QWEN3_5 },
			{ tower: "qwen3.5-vit-so400m", rule: QWEN3_5 },
		],
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
	glm4v: uncovered("GLM-4V sets each picture of a clip apart, with sections of its own"),
	glm46v: uncovered("GLM-4.6V sets each picture of a clip apart, with sections of its own"),
	"ernie-4.5-vl": uncovered("ERNIE 4.5 VL orders its axes differently and merges temporal patches"),
	"hunyuan-vl": uncovered("HunyuanVL numbers rows, columns and pictures on axes of their own"),
	"blip-2": uncovered("it depends on the language model: OPT learns its positions, T5 has none"),
	"instructblip-video": uncovered("it depends on the language model: T5 has no positions of this kind"),
	"kosmos-2": uncovered("Kosmos-2 has sinusoidal positions, not rotary ones"),
} as const satisfies Record<FamilyId, PositionRule | RuleByTower> &
	Record<string, PositionRule | RuleByTower>;

/**
 * How a checkpoint numbers positions.
 *
 * @throws OnevisionError `unsupported` for a family with a rule that is not implemented here
 */
export function positionRuleOf(checkpoint: Checkpoint): SequentialRule | MropeRule {
	const row: PositionRule | RuleByTower = FAMILY_RULES[checkpoint.family];
	const { tower } = checkpoint.parts;
	const rule = row.kind === "by-tower" ? row.towers.find((entry) => entry.tower === tower)?.rule : row;
	if (rule === undefined || rule.kind === "uncovered") {
		const why = rule?.why ?? `no rule is known for the tower ${tower}`;
		throw new OnevisionError(
			"unsupported",
			`positions of ${checkpoint.title}: ${why}; take them from the reference implementation`,
		);
	}
	return rule;
}

/**
 * The axis that each rotary frequency turns with, from the fastest (index 0) to the slowest: half the head size of
 * them, the second half of a head repeats the first. "sectioned" gives each axis a block; "interleaved" gives height
 * and width every third frequency from 1 and 2 on, as many as their sections say, and time all others.
 */
export function frequencyAxes({ sections, frequencies }: MropeRule): Axis[] {
	const axisAt = (frequency: number): Axis => {
		if (frequencies === "interleaved") {
			const axis = frequency % 3;
			return axis > 0 && frequency < 3 * (sections[axis] ?? 0) ? (AXES[axis] ?? "temporal") : "temporal";
		}
		if (frequency < sections[0]) return "temporal";
		return frequency < sections[0] + sections[1] ? "height" : "width";
	};
	return Array.from({ length: sections[0] + sections[1] + sections[2] }, (_, index) => axisAt(index));
}
