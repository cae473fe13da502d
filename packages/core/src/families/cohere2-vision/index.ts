/** Command A Vision: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { cohere2Vision as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("cohere2_vision");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"tiles from transformers' own search",
	model("cohere2_vision", "dd94868"),
);
