/** PaliGemma: everything known about the family. */

import type { SequentialRule } from "../../positions/rule.ts";
import { transformers } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { paligemma as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: SequentialRule = {
	kind: "sequential",
	start: 1,
	source: transformers("paligemma/modeling_paligemma.py (positions are 1-indexed)"),
};

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers("one image per prompt", model("paligemma", "055e47c"));
