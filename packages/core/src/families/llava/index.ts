/** LLaVA-1.5: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { llava as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("llava");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers("from the constants of the tower", model("llava", "35d3c24"));
