/** Ovis2: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, processor, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { ovis2 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("ovis2");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers("the same search for the grid", processor("ovis", "949c9a6"));
