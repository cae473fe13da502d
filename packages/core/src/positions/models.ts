/**
 * How the models number that give several numbers per token, with the sections and clocks of their released checkpoints.
 */

import type { MropeRule, XdropeRule } from "./rule.ts";

const transformers = (path: string) => `transformers 5.18.0 src/transformers/models/${path}`;

const QWEN2_SECTIONS = [16, 24, 24] as const;
const QWEN3_SECTIONS = [24, 20, 20] as const;

export const QWEN2: MropeRule = {
	kind: "mrope",
	clock: { kind: "patches" },
	sections: QWEN2_SECTIONS,
	frequencies: "sectioned",
	source: transformers("qwen2_vl/modeling_qwen2_vl.py get_rope_index, Qwen2VLRotaryEmbedding"),
};

export const QWEN2_5: MropeRule = {
	kind: "mrope",
	clock: { kind: "seconds", positionsPerSecond: 2, framesPerPatch: 2 },
	sections: QWEN2_SECTIONS,
	frequencies: "sectioned",
	source: `${transformers("qwen2_5_vl/modeling_qwen2_5_vl.py get_rope_index, Qwen2_5_VLRotaryEmbedding")}; tokens_per_second 2: config.json of the released checkpoints as quoted in public code (the class default is 4)`,
};

export const QWEN3: MropeRule = {
	kind: "mrope",
	clock: { kind: "text", written: "before" },
	sections: QWEN3_SECTIONS,
	frequencies: "interleaved",
	source: transformers("qwen3_vl/modeling_qwen3_vl.py get_rope_index, Qwen3VLTextRotaryEmbedding"),
};

export const QWEN3_5: MropeRule = {
	kind: "mrope",
	clock: { kind: "text", written: "before" },
	sections: [11, 11, 10],
	frequencies: "interleaved",
	source: transformers("qwen3_5/modeling_qwen3_5.py get_rope_index, Qwen3_5TextRotaryEmbedding"),
};

/** GLM-4.1V and its descendants; `get_rope_index` is the same in the three models. */
export const glm = (model: string): MropeRule => ({
	kind: "mrope",
	clock: { kind: "text", written: "after" },
	sections: [8, 12, 12],
	frequencies: "sectioned",
	source: transformers(`${model}/modeling_${model}.py get_rope_index; sections: Glm4vTextRotaryEmbedding`),
});

export const ERNIE: MropeRule = {
	kind: "mrope",
	clock: { kind: "patches" },
	// The model lists them as height, width, time.
	sections: [20, 22, 22],
	frequencies: "alternating",
	source: transformers(
		"ernie4_5_vl_moe/modeling_ernie4_5_vl_moe.py get_rope_index, Ernie4_5_VLMoeTextRotaryEmbedding",
	),
};

export const HUNYUAN: XdropeRule = {
	kind: "xdrope",
	sections: [16, 16, 16, 16],
	source: `${transformers("hunyuan_vl/modeling_hunyuan_vl.py get_rope_index, HunYuanVLRotaryEmbedding")}; xdrope_section of HunyuanOCR as quoted in public code`,
};
