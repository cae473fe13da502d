/** Gemma 3n: all that is known of the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { gemma3n as layout } from "./layout.ts";
export { snapshot } from "./snapshot.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("gemma3n");

/** How vLLM counts the family. */
export const vllm: VllmRule = asTransformers("the processor's own sequence", model("gemma3n_mm", "055e47c"));
