/** LLaVA-NeXT-Video: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { LOADER, model, own, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { llavaNextVideo as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("llava_next_video");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = own(
	"32 frames, evenly; one clip and no image",
	`${model("llava_next_video", "187d8e5")}; ${LOADER}`,
);
