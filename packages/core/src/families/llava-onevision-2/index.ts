/** LLaVA-OneVision-2: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import { model, own, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { llavaOnevision2 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential(
	"vllm-project/vllm vllm/model_executor/models/llava_onevision2.py at 045d757 (1-D position_ids, no M-RoPE)",
);

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = own("frames by its own rule", model("llava_onevision2", "045d757"));
