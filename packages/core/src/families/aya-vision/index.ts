/** Aya Vision: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, REGISTRY, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { ayaVision as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("aya_vision");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"up to release 0.24.0, tiles from transformers' own search",
	`${model("aya_vision", "ca71ef2")}; ${REGISTRY}`,
);
