/** Molmo: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import { asOriginal, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { molmo as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential("OLMo and Qwen2 language models, from memory, unconfirmed");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asOriginal("the same formula, also in float32", model("molmo", "f06ae65"));
