/** GLM-4.6V: everything known about the family. */

import { glm } from "../../positions/glm.ts";
import type { PositionRule } from "../../positions/rule.ts";
import { asTransformers, LOADER, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { glm46v as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = glm("glm46v");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"clips too, though times are cut to whole seconds before they are written",
	`${model("glm4_1v", "9ba7fb9")}; ${LOADER}`,
);
