/** Phi-4-multimodal: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { phi4Multimodal as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("phi4_multimodal");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers("the mask summed in integers", model("phi4mm", "42fa4c0"));
