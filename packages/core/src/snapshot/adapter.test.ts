/**
 * Adapters: reading an adapter's processor files against a table row gives the same result as reading them next to the
 * row's config.json.
 */

import { expect, test } from "vitest";
import { checkpointById, checkpointIdOfRepository } from "../checkpoints.ts";
import type { CheckpointId } from "../families/index.ts";
import { fixture, read } from "../testing/snapshots.ts";
import { adapterFiles, checkpointFromAdapter } from "./adapter.ts";

const ON_ROWS: readonly (readonly [fixture: string, row: CheckpointId])[] = [
	["llava-1.5-7b-hf", "llava-1.5-7b"],
	["llava-v1.6-mistral-7b-hf", "llava-v1.6-mistral-7b"],
	["LLaVA-NeXT-Video-7B-hf", "llava-next-video-7b"],
	["llava-onevision-qwen2-7b-ov-hf", "llava-onevision-qwen2-7b-ov"],
	["Video-LLaVA-7B-hf", "video-llava-7b"],
	["idefics2-8b", "idefics2-8b"],
	["Idefics3-8B-Llama3", "idefics3-8b"],
	["SmolVLM2-500M-Video-Instruct", "smolvlm2-500m"],
	["Qwen2-VL-7B-Instruct", "qwen2-vl-7b"],
	["Qwen2.5-VL-7B-Instruct", "qwen2.5-vl-7b"],
	["Qwen3-VL-8B-Instruct", "qwen3-vl-8b"],
	["Qwen3.5-27B", "qwen3.5-27b"],
	["InternVL3-8B-hf", "internvl3-8b"],
	["gemma-3-4b-it", "gemma-3-4b"],
	["gemma-3n-E4B-it", "gemma-3n-e4b"],
	["gemma-4-31B-it", "gemma-4-31b"],
	["paligemma-3b-pt-224", "paligemma-3b-224"],
	["pixtral-12b", "pixtral-12b"],
	["Mistral-Small-3.1-24B", "mistral-small-3.1-24b"],
	["Llama-3.2-11B-Vision-Instruct", "llama-3.2-11b-vision"],
	["LFM2-VL-1.6B", "lfm2-vl-1.6b"],
	["MiniCPM-V-4.6", "minicpm-v-4.6"],
	["GLM-4.1V-9B-Thinking", "glm-4.1v-9b"],
];

for (const [name, row] of ON_ROWS) {
	test(`${name}: an adapter on ${row} counts as the folder does`, () => {
		const { "config.json": _, ...own } = fixture(name);
		const folder = read(fixture(name));
		const adapter = checkpointFromAdapter(row, own, "adapter");
		expect(adapter?.checkpoint.constants).toEqual(folder.checkpoint.constants);
		expect(adapter?.settings).toEqual(folder.settings);
		expect(adapter?.checkpoint.parts).toEqual(checkpointById(row).parts);
	});
}

test("a copy of a repository is found, another model is not", () => {
	expect(checkpointIdOfRepository("unsloth/Qwen2.5-VL-7B-Instruct-unsloth-bnb-4bit")).toBe("qwen2.5-vl-7b");
	expect(checkpointIdOfRepository("/models/Qwen2.5-VL-7B-Instruct/")).toBe("qwen2.5-vl-7b");
	expect(checkpointIdOfRepository("someone/Qwen2.5-VL-7B-Instruct-tuned")).toBeUndefined();
	expect(checkpointIdOfRepository("qwen2.5-vl")).toBe(checkpointIdOfRepository("QWEN2.5-VL"));
});

test("an adapter's own image processor hides every processor file of the base", () => {
	const base = { "config.json": {}, "processor_config.json": { image_processor: { size: 1 } } };
	const own = { "preprocessor_config.json": { size: 2 } };
	expect(adapterFiles(own, base)).toEqual({ "config.json": {}, ...own });
	expect(
		adapterFiles({ "processor_config.json": { patch_size: 3 } }, { ...base, "preprocessor_config.json": {} }),
	).toEqual({
		"config.json": {},
		"preprocessor_config.json": {},
		"processor_config.json": { patch_size: 3 },
	});
});
