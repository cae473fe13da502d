/** VILA-1.5: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import { absent, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { vila as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential(
	"NVlabs/VILA: a LLaMA language model, from memory, unconfirmed",
);

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = absent();
