/** ERNIE-4.5-VL: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { asTransformers, LOADER, model, type VllmRule } from "../vllm.ts";
import { ERNIE } from "./positions.ts";

export { checkpoints } from "./checkpoints.ts";
export { ernie45Vl as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = ERNIE;

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"images; clips are sized by the checkpoint's own code, which was not read, from 32 frames",
	`${model("ernie45_vl", "00b9d65")}; ${LOADER}`,
);
