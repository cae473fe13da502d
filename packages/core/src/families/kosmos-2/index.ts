/** Kosmos-2: everything known about the family. */

import type { SequentialRule } from "../../positions/rule.ts";
import { transformers } from "../../positions/sequential.ts";
import { absent, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { kosmos2 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: SequentialRule = {
	kind: "sequential",
	start: 2,
	source: transformers(
		"kosmos2/modeling_kosmos2.py Kosmos2TextSinusoidalPositionalEmbedding (one past padding_idx 1; sinusoids, not rotary)",
	),
};

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = absent();
