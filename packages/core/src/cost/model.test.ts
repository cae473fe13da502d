/** Whole models come close to their published sizes: the total from the safetensors metadata on each model page. */

import { expect, test } from "vitest";
import { CHECKPOINT_IDS, checkpointById } from "../checkpoints.ts";
import type { CheckpointId } from "../families/index.ts";
import { modelOf } from "./model.ts";

/** Tolerance relative to a size published with three digits. */
const TOLERANCE = 0.01;

/** Billions of parameters shown on huggingface.co for the repository, rounded there to three digits; from memory. */
test.each<[CheckpointId, number]>([
	["llava-1.5-7b", 7.06],
	["llava-1.5-13b", 13.4],
	["llava-v1.6-mistral-7b", 7.57],
	["llava-v1.6-34b", 34.8],
	["llava-onevision-qwen2-0.5b-ov", 0.894],
	["llava-onevision-qwen2-7b-ov", 8.03],
	["llava-onevision-qwen2-72b-ov", 73.2],
	["qwen2-vl-2b", 2.21],
	["qwen2-vl-7b", 8.29],
	["qwen2.5-vl-3b", 3.75],
	["qwen2.5-vl-7b", 8.29],
	["qwen2.5-vl-72b", 73.4],
	["qwen3-vl-4b", 4.44],
	["qwen3-vl-8b", 8.77],
	["qwen3-vl-30b-a3b", 31.1],
	["idefics2-8b", 8.4],
])("%s has about %d billion parameters", (id, billions) => {
	const { total } = modelOf(checkpointById(id).parts).parameters;
	expect(Math.abs(total / 1e9 / billions - 1)).toBeLessThan(TOLERANCE);
});

test.each(
	CHECKPOINT_IDS,
)("%s: tower, projector and language model sum to the total, and fit each other", (id) => {
	const { tower, projector, languageModel, parameters } = modelOf(checkpointById(id).parts);
	expect(parameters.tower + parameters.projector + parameters.languageModel).toBe(parameters.total);
	expect(Object.values(parameters).every((count) => Number.isSafeInteger(count) && count > 0)).toBe(true);
	if ("in" in projector) expect(projector.in).toBe(tower.hidden);
	if ("hidden" in projector) expect(projector.hidden).toBe(tower.hidden);
	if ("out" in projector) expect(projector.out).toBe(languageModel.hidden);
});
