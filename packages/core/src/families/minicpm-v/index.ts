/** MiniCPM-V 4.6: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { LOADER, model, own, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { minicpmV as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("minicpmv4_6");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = own(
	"images as transformers; 32 frames, evenly, each cut like an image",
	`${model("minicpmv4_6", "055e47c")}; ${LOADER}`,
);
