/** How HunyuanVL numbers positions. */

import type { XdropeRule } from "../../positions/rule.ts";
import { transformers } from "../../positions/sequential.ts";

export const HUNYUAN: XdropeRule = {
	kind: "xdrope",
	sections: [16, 16, 16, 16],
	source: `${transformers("hunyuan_vl/modeling_hunyuan_vl.py get_rope_index, HunYuanVLRotaryEmbedding")}; xdrope_section of HunyuanOCR as quoted in public code`,
};
