/** InternVL (2, 2.5, 3, 3.5): everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { LOADER, own, processor, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { internvl as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("internvl");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = own(
	"images as the original; 32 frames, evenly, their names without line breaks between",
	`${processor("internvl", "c6f146b")}; ${LOADER}`,
);
