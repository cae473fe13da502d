/** Fuyu: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, REGISTRY, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { fuyu as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("fuyu");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"up to release 0.25.0, by the processor of transformers, later by the same formula",
	`${model("fuyu", "0d8caed")} and a copy; ${REGISTRY}`,
);
