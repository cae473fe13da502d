/** NVILA: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import { absent, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { nvila as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential(
	"NVlabs/VILA: a Qwen2 language model, from memory, unconfirmed",
);

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = absent();
