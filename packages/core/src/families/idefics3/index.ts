/** Idefics3: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { idefics3 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("idefics3");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"tiles from transformers' helper, equal to its processor where the longest edge is a multiple of the tile, as released",
	model("idefics3", "055e47c"),
);
