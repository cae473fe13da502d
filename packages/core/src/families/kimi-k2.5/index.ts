/** Kimi K2.5: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, processor, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { kimiK25 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("kimi_k25");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"images; clips are split by the checkpoint's own code, which was not read",
	`${model("kimi_k25", "055e47c")}; ${processor("kimi_k25_vision_fused", "a772b6d")}`,
);
