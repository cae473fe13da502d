/** Gemma 4: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { LOADER, model, own, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { gemma4 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("gemma4");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = own(
	"thin images by another formula; 32 frames, evenly, and all of a shorter clip",
	`${model("gemma4_mm", "49e6e47")}; ${LOADER}`,
);
