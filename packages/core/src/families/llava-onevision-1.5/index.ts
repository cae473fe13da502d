/** LLaVA-OneVision-1.5: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import { absent, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { llavaOnevision15 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential(
	"transformers src/transformers/models/llava_onevision1_5/modular_llava_onevision1_5.py at 6639d1d (compute_3d_position_ids returns None)",
);

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = absent();
