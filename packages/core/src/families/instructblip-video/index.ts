/** InstructBLIP-Video: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential, transformers } from "../../positions/sequential.ts";
import { absent, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { instructblipVideo as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential(
	// Query tokens are positions like any other. OPT's position table is offset by two rows.
	transformers(
		"instructblipvideo/modeling_instructblipvideo.py, opt/modeling_opt.py, llama/modeling_llama.py",
	),
);

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = absent();
