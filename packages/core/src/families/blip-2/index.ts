/** BLIP-2 and InstructBLIP: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential, transformers } from "../../positions/sequential.ts";
import { asTransformers, model, REGISTRY, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { blip2 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential(
	// Query tokens are positions like any other. OPT's position table is offset by two rows.
	transformers("blip_2/modeling_blip_2.py, opt/modeling_opt.py, llama/modeling_llama.py"),
);

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"BLIP-2; it has no InstructBLIP",
	`${model("blip2", "055e47c")}; ${REGISTRY}`,
);
