/** Llama 3.2 Vision: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, REGISTRY, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { mllama as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("mllama");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"up to release 0.10.2, tiles from transformers' own search; keys of the last images in a row alone",
	`${model("mllama", "6f0b37b")}; ${REGISTRY}`,
);
