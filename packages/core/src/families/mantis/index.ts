/** Mantis: everything known about the family. */

import type { PositionRule } from "../../positions/rule.ts";
import { sequential } from "../../positions/sequential.ts";
import { asOriginal, model, REGISTRY, type VllmRule } from "../vllm.ts";

export { checkpoints } from "./checkpoints.ts";
export { mantisSiglip as layout } from "./layout.ts";

/** How positions are numbered. */
export const positions: PositionRule = sequential(
	"TIGER-AI-Lab/Mantis: a LLaMA language model, from memory, unconfirmed",
);

/** How vLLM counts tokens for this family. */
export const vllm: VllmRule = asOriginal(
	"up to release 0.24.0, the same text around every image",
	`${model("llava", "35d3c24")}; ${REGISTRY}`,
);
