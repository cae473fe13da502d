/** DeepSeek-VL2: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import { asOriginal, processor, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { deepseekVl2 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential("deepseek-ai/DeepSeek-VL2, from memory, unconfirmed");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asOriginal(
	"one tile per image when there are more than two",
	processor("deepseek_vl2", "e005580"),
);
