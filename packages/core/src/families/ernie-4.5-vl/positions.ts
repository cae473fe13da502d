/** How ERNIE-4.5-VL numbers positions. */

import type { MropeRule } from "../../positions/rule.ts";
import { transformers } from "../../positions/sequential.ts";

export const ERNIE: MropeRule = {
	kind: "mrope",
	clock: { kind: "patches" },
	// The model lists the sections as height, width, time.
	sections: [20, 22, 22],
	frequencies: "alternating",
	source: transformers(
		"ernie4_5_vl_moe/modeling_ernie4_5_vl_moe.py get_rope_index, Ernie4_5_VLMoeTextRotaryEmbedding",
	),
};
