/** How each generation of Qwen-VL numbers positions, with the sections and clocks of its released checkpoints. */

import type { MropeRule } from "../../positions/rule.ts";
import { transformers } from "../../positions/sequential.ts";

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
