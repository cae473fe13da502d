/** What a processor rejects, and what its options do. */

import { CHECKPOINT_IDS, CHECKPOINTS, type Checkpoint, checkpointById, count } from "@onevision/core";
import { describe, expect, test } from "vitest";
import { PIXEL_FAMILIES } from "../families/index.ts";
import { digestsOf } from "../testing/goldens.ts";
import { testImage } from "../testing/images.ts";
import { createProcessor } from "./processor.ts";

const image = testImage({ width: 50, height: 40 }, 1, "noise");
const clip = (frames: number) => ({
	item: { kind: "video", width: 50, height: 40, frames, fps: 10 } as const,
	frames: Array.from({ length: frames }, () => image),
});

describe("refuses in one line", () => {
	test.each([
		["families whose pixels are not made", "molmo-7b-d", {}, "its pixels are not made"],
		[
			"a parity that is not transformers",
			"llava-1.5-7b",
			{ settings: { parity: "original" } },
			"leave parity out",
		],
		["a backend that is not there", "llama-4-scout-17b-16e", { backend: "pillow" }, "no Pillow processor"],
		[
			"a backend of no such name",
			"llava-1.5-7b",
			{ backend: "pil" as never },
			"expected pillow or torchvision",
		],
		["a type of no such name", "llava-1.5-7b", { dtype: "int8" as never }, "expected float32 or float16"],
		["a setting of no such name", "llava-1.5-7b", { settings: { crop: 1 } }, "crop"],
	] as const)("%s", (_, model, options, message) => {
		expect(() => createProcessor(model, options)).toThrow(message);
	});

	test("a video for a family that takes none", () => {
		expect(() => createProcessor("llava-1.5-7b").videos([clip(2)])).toThrow("takes no video");
	});

	test("a different number of frames than laid out", () => {
		const { item, frames } = clip(4);
		const processor = createProcessor("llava-onevision-qwen2-7b-ov");
		expect(() => processor.videos([{ item, frames: frames.slice(1) }])).toThrow(
			"laid out as 4 frames of 50x40 was given 3 frames",
		);
	});

	test("clips of different lengths where the tensor has one", () => {
		const processor = createProcessor("llava-onevision-qwen2-7b-ov");
		expect(() => processor.videos([clip(2), clip(3)])).toThrow(
			"clips of 2 and 3 frames cannot share a tensor",
		);
	});

	test("pixels with an alpha channel", () => {
		const rgba = { width: 50, height: 40, data: new Uint8Array(50 * 40 * 4) };
		expect(() => createProcessor("llava-1.5-7b").images([[rgba]])).toThrow("drop the alpha channel");
	});

	test("an image that would become absurdly long", () => {
		const thread = { width: 60_000, height: 1, data: new Uint8Array(180_000) };
		expect(() => createProcessor("llava-1.5-7b").images([[thread]])).toThrow(
			"crop it to a less extreme shape",
		);
	});
});

test("names of Hugging Face repositories work", () => {
	expect(createProcessor("llava-hf/llava-1.5-7b-hf").checkpoint.title).toBe("LLaVA-1.5 7B");
});

test("half precision is the rounded float32", () => {
	const half = createProcessor("llava-1.5-7b", { dtype: "float16" }).images([[image]]).tensors.pixel_values;
	expect(half).toMatchObject({ dtype: "float16", shape: [1, 3, 336, 336] });
	expect(half?.data).toBeInstanceOf(Uint16Array);
});

test("Llama 4 is made in bfloat16 unless asked otherwise", () => {
	const dtypes = [undefined, "float32" as const].map((dtype) => {
		const processor = createProcessor("llama-4-scout-17b-16e", dtype === undefined ? {} : { dtype });
		return processor.images([[image]]).tensors.pixel_values?.dtype;
	});
	expect(dtypes).toEqual(["bfloat16", "float32"]);
});

test("a batch made in another one's memory is the same, whatever it held", () => {
	const small = testImage({ width: 90, height: 800 }, 2, "blocks");
	for (const model of [
		"llava-onevision-qwen2-7b-ov",
		"qwen2.5-vl-7b",
		"pixtral-12b",
		"smolvlm2-500m",
		"gemma-4-e4b",
	]) {
		const processor = createProcessor(model);
		const samples = [[image], [small]];
		const fresh = digestsOf(processor.images(samples).tensors);
		const large = processor.images([[testImage({ width: 900, height: 1000 }, 3, "noise")], [small], [small]]);
		const memory = large.tensors.pixel_values?.data.buffer;
		const again = processor.images(samples, large);
		expect(digestsOf(again.tensors)).toEqual(fresh);
		expect(again.tensors.pixel_values?.data.buffer).toBe(memory);
	}
});

test("layouts equal those of counting", () => {
	const model = "llava-onevision-qwen2-7b-ov";
	const processor = createProcessor(model);
	const item = { kind: "image", width: 50, height: 40 } as const;
	const { layouts } = processor.images([[image, image], [image]]);
	expect(layouts).toEqual([
		count(model, { media: [item, item] }).items,
		count(model, { media: [item] }).items,
	]);
	expect(processor.layout(item, 2)).toEqual(layouts[0]?.[0]);
});

test.each(PIXEL_FAMILIES)("%s: every checkpoint has a processor", (family) => {
	const own = CHECKPOINT_IDS.filter((id) => CHECKPOINTS[id].family === family);
	expect(own.length).toBeGreaterThan(0);
	for (const id of own) {
		expect(createProcessor(id).images([[image]]).tensors.pixel_values?.data.length, id).toBeGreaterThan(0);
	}
});

test("a checkpoint of one's own that says nothing of its pixels is refused, and made once it does", () => {
	const { pixels, ...silent } = checkpointById("qwen2.5-vl-7b");
	expect(() => createProcessor(silent as Checkpoint)).toThrow("says nothing of its pixel values");
	const half = { ...silent, pixels: { image: { doNormalize: true }, source: "none" } } as Checkpoint;
	expect(() => createProcessor(half)).toThrow("name no mean and deviation");
	expect(createProcessor({ ...silent, pixels } as Checkpoint).backend).toBe("torchvision");
});
