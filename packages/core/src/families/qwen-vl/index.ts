/** Qwen-VL (2, 2.5, 3, 3.5): everything known about the family. */

import { LOADER, model, own, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { qwenVl as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions = "of-checkpoint" as const;

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = own(
	"clips at 2 frames a second, also for Qwen2-VL and Qwen2.5-VL; no outer pair of markers around a clip of Qwen3-VL",
	`${model("qwen2_5_vl", "fb33ec8")}; ${model("qwen3_vl", "4f5768c")}; ${LOADER}`,
);
