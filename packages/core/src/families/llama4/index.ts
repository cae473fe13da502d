/** Llama 4: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { llama4 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("llama4");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"tiles from transformers' own search",
	model("mllama4", "60d375c"),
);
