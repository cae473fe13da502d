/** LFM2-VL: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { lfm2Vl as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("lfm2_vl");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"with the thumbnail that released checkpoints have",
	model("lfm2_vl", "e7bcaef"),
);
