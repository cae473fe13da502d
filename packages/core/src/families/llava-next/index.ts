/** LLaVA-1.6 (LLaVA-NeXT): everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { llavaNext as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("llava_next");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"sides are cut in integers, which gives the same rows and columns",
	model("llava_next", "92c504d"),
);
