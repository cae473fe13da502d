/** GLM-4.1V and GLM-4.5V: everything known about the family. */

import { glm } from "../../positions/glm.ts";
import type { PositionRule } from "../../positions/rule.ts";
import { asTransformers, LOADER, model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { glm4v as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = glm("glm4v");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers("clips too", `${model("glm4_1v", "9ba7fb9")}; ${LOADER}`);
