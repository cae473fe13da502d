/** DeepSeek-VL and Janus: all that is known of the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { absent, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { deepseekVl as layout } from "./layout.ts";
export { snapshot } from "./snapshot.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("deepseek_vl");

/** How vLLM counts the family. */
export const vllm: VllmRule = absent();
