/** Pixtral and Mistral 3: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential, transformers } from "../../positions/sequential.ts";
import { model, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { pixtral as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential(
	transformers("mistral3/modeling_mistral3.py passes no position_ids of its own"),
);

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = {
	parity: "mistral-common",
	what: "checkpoints in Mistral's own format by mistral-common; converted for transformers, Pixtral as transformers, but Mistral 3 rounded up to patches and then down to tokens, as no parity counts",
	source: `${model("pixtral", "055e47c")}; ${model("mistral3", "055e47c")}`,
};
