/** Gemma 3: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { gemma3 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("gemma3");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers("pan and scan too", model("gemma3_mm", "e5fa945"));
