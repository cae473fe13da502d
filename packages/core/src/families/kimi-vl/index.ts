/** Kimi-VL: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import { asOriginal, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { kimiVl as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential("a DeepSeek-V3 language model, from memory, unconfirmed");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asOriginal("the same formula", model("kimi_vl", "dff4cad"));
