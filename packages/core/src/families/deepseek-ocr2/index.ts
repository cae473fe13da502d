/** DeepSeek-OCR-2: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { numberedByLanguageModel } from "../../positions/sequential.ts";
import { asTransformers, model, processor, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { deepseekOcr2 as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = numberedByLanguageModel("deepseek_ocr2");

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asTransformers(
	"the same search for the grid, always 2 to 6 tiles",
	`${model("deepseek_ocr2", "055e47c")}; ${processor("deepseek_ocr2", "3624f50")}`,
);
