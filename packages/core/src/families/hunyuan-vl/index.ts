/** HunyuanVL: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { asTransformers, model, REGISTRY, type VllmRule } from "../vllm.ts";
import { HUNYUAN } from "./positions.ts";

export { checkpoints } from "./checkpoints.ts";
export { hunyuanVl as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = HUNYUAN;

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"by the processor of transformers; earlier by the same formula in a model of its own",
	`${REGISTRY}; ${model("hunyuan_vision", "1c1b86e")}`,
);
