/**
 * How vLLM counts a family: with a parity of its own, like another implementation, or not at all if it has no such
 * model. vLLM runs transformers' processors for most models, so the main difference is which frames its loader passes
 * to them.
 */

import type { Parity } from "./family.ts";

export interface VllmRule {
	/** The parity that counts as vLLM does. Absent when vLLM has no such model. */
	readonly parity?: Parity;
	/** What is the same, or what differs. */
	readonly what: string;
	/** Files of vllm-project/vllm, each with the commit it was read at. */
	readonly source: string;
}

export const model = (file: string, commit: string) => `vllm/model_executor/models/${file}.py at ${commit}`;
export const processor = (file: string, commit: string) =>
	`vllm/transformers_utils/processors/${file}.py at ${commit}`;
export const LOADER = "vllm/multimodal/video.py at e5005d0";
/** The file that lists the models vLLM supports, and the last release that supported models removed since. */
export const REGISTRY = model("registry", "055e47c");

export const asTransformers = (what: string, source: string): VllmRule => ({
	parity: "transformers",
	what,
	source,
});
export const asOriginal = (what: string, source: string): VllmRule => ({ parity: "original", what, source });
export const own = (what: string, source: string): VllmRule => ({ parity: "vllm", what, source });
export const absent = (what = "no such model"): VllmRule => ({ what, source: REGISTRY });
