/** Pixel constants read from the files of known checkpoints equal those in the table; unsupported ones are rejected. */

import { readFileSync } from "node:fs";
import { checkpointFromSnapshot, type SnapshotFiles } from "@onevision/core";
import { describe, expect, test } from "vitest";
import { PIXEL_FAMILIES } from "../families/index.ts";
import { digestsOf } from "../testing/goldens.ts";
import { testImage } from "../testing/images.ts";
import { createProcessor } from "./processor.ts";

function snapshot(name: string): SnapshotFiles {
	const file = new URL(`../../../core/src/snapshot/fixtures/${name}.json`, import.meta.url);
	return JSON.parse(readFileSync(file, "utf8")) as SnapshotFiles;
}

function changed(name: string, file: "preprocessor_config.json", changes: object): SnapshotFiles {
	const files = snapshot(name);
	return { ...files, [file]: { ...(files[file] as object), ...changes } };
}

describe.each([
	["llava-1.5-7b-hf", "llava-1.5-7b"],
	["llava-v1.6-mistral-7b-hf", "llava-v1.6-mistral-7b"],
	["llava-onevision-qwen2-7b-ov-hf", "llava-onevision-qwen2-7b-ov"],
	["llava-onevision-qwen2-7b-ov-v5", "llava-onevision-qwen2-7b-ov"],
	["Qwen2.5-VL-7B-Instruct", "qwen2.5-vl-7b"],
	["Qwen3-VL-8B-Instruct", "qwen3-vl-8b"],
	["InternVL3-8B-hf", "internvl3-8b"],
	["pixtral-12b", "pixtral-12b"],
	["gemma-3-4b-it", "gemma-3-4b"],
	["gemma-4-31B-it", "gemma-4-31b"],
	["SmolVLM2-500M-Video-Instruct", "smolvlm2-500m"],
	["InternVL2-2B", "internvl2-2b"],
	["Llama-4-Scout-17B-16E-Instruct", "llama-4-scout-17b-16e"],
])("%s", (name, known) => {
	test(`makes the pixels of ${known}`, () => {
		const files = snapshot(name);
		const { checkpoint, settings } = checkpointFromSnapshot(files);
		const own = createProcessor(checkpoint, { settings });
		const samples = [[testImage({ width: 90, height: 61 }, 4, "noise")]];
		expect(digestsOf(own.images(samples).tensors)).toEqual(
			digestsOf(createProcessor(known).images(samples).tensors),
		);
	});
});

test.each([
	["a resize turned off", "llava-v1.6-mistral-7b-hf", { do_resize: false }, "do_resize is off"],
	["padding to a square first", "llava-1.5-7b-hf", { do_pad: true }, "do_pad"],
	[
		"another size than the crop",
		"llava-v1.6-mistral-7b-hf",
		{ size: { shortest_edge: 224 } },
		"resizing to 224",
	],
	["bytes left as they are", "pixtral-12b", { do_rescale: false, do_normalize: null }, "do_rescale is off"],
	["a batch of many sizes", "pixtral-12b", { do_pad: false }, "do_pad is off"],
	["a filter that is none", "pixtral-12b", { resample: 9 }, "resample"],
	["two channels", "pixtral-12b", { image_mean: [0.5, 0.5] }, "image_mean"],
	["text for a factor", "pixtral-12b", { rescale_factor: "1/255" }, "rescale_factor"],
])("refuses %s in one line", (_, name, changes, message) => {
	const files = changed(name, "preprocessor_config.json", changes);
	expect(() => createProcessor(checkpointFromSnapshot(files).checkpoint)).toThrow(message);
});

test("refuses filters that differ in torchvision's processor", () => {
	const files = changed("pixtral-12b", "preprocessor_config.json", { resample: 0 });
	const { checkpoint } = checkpointFromSnapshot(files);
	expect(() => createProcessor(checkpoint)).toThrow("use backend pillow");
	expect(createProcessor(checkpoint, { backend: "pillow" }).backend).toBe("pillow");
});

test.each([
	["rescaling off", { do_rescale: false, image_mean: 0, image_std: 1 }, 255],
	["normalizing off", { do_normalize: false }, 1],
	["its own mean and deviation", { image_mean: 0, image_std: 0.5 }, 2],
])("takes %s", (_, changes, white) => {
	const files = changed("pixtral-12b", "preprocessor_config.json", changes);
	const { checkpoint } = checkpointFromSnapshot(files);
	const { pixel_values: pixels } = createProcessor(checkpoint).images([
		[{ width: 16, height: 16, data: new Uint8Array(16 * 16 * 3).fill(255) }],
	]).tensors;
	expect(pixels?.data[0]).toBeCloseTo(white, 6);
});

/** Randomly generated folders that transformers loads and counts (oracle/configs.py). */
test("every such folder of a supported family has a processor, or names the unsupported step", () => {
	const file = new URL("../../../core/src/goldens/configs.json", import.meta.url);
	const { snapshots } = JSON.parse(readFileSync(file, "utf8")) as {
		readonly snapshots: readonly { readonly files: SnapshotFiles }[];
	};
	const outcomes = snapshots.flatMap(({ files }) => {
		const { checkpoint, settings } = checkpointFromSnapshot(files);
		if (!PIXEL_FAMILIES.some((family) => family === checkpoint.family)) return [];
		try {
			return [createProcessor(checkpoint, { settings }).checkpoint.title];
		} catch (error) {
			expect((error as Error).message).toMatch(/ (do_\w+|size)\b.* (is off|is not done for this family)/);
			return [undefined];
		}
	});
	expect(outcomes.filter((title) => title !== undefined).length).toBeGreaterThan(300);
	expect(outcomes.filter((title) => title === undefined).length).toBeLessThan(outcomes.length / 5);
});
