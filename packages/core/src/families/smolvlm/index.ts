/** SmolVLM2: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { smolvlm as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("smolvlm");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"images as Idefics3; no clips",
	`${model("smolvlm", "52e9d6f")}; ${model("idefics3", "055e47c")}`,
);
