/** LLaVA-OneVision: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { LOADER, model, own, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { llavaOnevision as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("llava_onevision");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = own(
	"every image as if it were alone; the cap is always 9 tiles; 32 frames, evenly",
	`${model("llava_onevision", "055e47c")}; ${LOADER}`,
);
