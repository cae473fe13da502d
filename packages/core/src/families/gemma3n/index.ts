/** Gemma 3n: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { gemma3n as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("gemma3n");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers("the processor's own sequence", model("gemma3n_mm", "055e47c"));
