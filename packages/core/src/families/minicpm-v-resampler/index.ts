/** MiniCPM-V 2 to 4.5: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import { LOADER, model, own, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { minicpmVResampler as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential("Llama and Qwen language models, from memory, unconfirmed");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = own(
	"frames are not cut; 32 of them, evenly, also for 4.5",
	`${model("minicpmv", "73fb7a4")}; ${LOADER}`,
);
