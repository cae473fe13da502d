/**
 * The counting API: named rows for every family, and which inputs are refused with which errors. The named rows were
 * read from the reference processors (transformers 5.18); goldens/ contains many more.
 */

import { OnevisionError } from "@onevision/base";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS, checkpointById } from "./checkpoints.ts";
import { count, createCounter, createCounterFrom, resolveSettings } from "./count.ts";
import { MAX_ITEMS } from "./counter.ts";
import type { CheckpointId } from "./families/index.ts";
import type { ImageItem, MediaItem, Sample, VideoItem } from "./sample.ts";

const image = (width: number, height: number): ImageItem => ({ kind: "image", width, height });
const video = (frames: number, width = 640, height = 360, fps = 30): VideoItem => ({
	kind: "video",
	width,
	height,
	frames,
	fps,
});

const SIZES = [
	[224, 224],
	[336, 336],
	[640, 480],
	[1000, 1000],
	[1024, 768],
	[1920, 1080],
	[1080, 1920],
	[3840, 2160],
	[100, 2000],
	[4000, 300],
] as const;

describe("one image, ten sizes", () => {
	test.each<[string, string, Readonly<Record<string, unknown>>, readonly number[]]>([
		["llava-1.5", "llava-1.5-7b", {}, [576, 576, 576, 576, 576, 576, 576, 576, 576, 576]],
		["llava-1.6", "llava-v1.6-mistral-7b", {}, [1176, 1176, 2340, 2928, 2340, 1948, 1968, 1948, 936, 1014]],
		[
			"llava-onevision",
			"llava-onevision-qwen2-7b-ov",
			{},
			[1485, 1485, 2929, 7371, 4725, 7269, 7317, 7317, 2349, 2848],
		],
		["qwen2-vl", "qwen2-vl-7b", {}, [64, 144, 391, 1296, 999, 2691, 2691, 10549, 284, 1573]],
		["qwen2.5-vl", "qwen2.5-vl-7b", {}, [64, 144, 391, 1296, 999, 2691, 2691, 10549, 284, 1573]],
		[
			"qwen2-vl, class default",
			"qwen2-vl-7b",
			{ max_pixels: 1_003_520 },
			[64, 144, 391, 1225, 999, 1222, 1222, 1222, 284, 1170],
		],
		["qwen3-vl", "qwen3-vl-8b", {}, [64, 100, 300, 961, 768, 2040, 2040, 8160, 186, 1125]],
	])("%s", (_name, id, settings, tokens) => {
		const counter = createCounterFrom(id, settings);
		expect(
			SIZES.map(([width, height]) => counter.count({ media: [image(width, height)] }).visualTokens),
		).toEqual(tokens);
	});
});

describe("LLaVA-OneVision by scenario", () => {
	const counter = createCounter("llava-onevision-qwen2-7b-ov");
	const tokens = (...media: MediaItem[]): number => counter.count({ media }).visualTokens;

	test("several images are one tile and one newline each: twelve are 8,760", () => {
		expect(tokens(image(1920, 1080), image(100, 2000))).toBe(2 * 730);
		expect(tokens(...Array.from({ length: 12 }, () => image(640, 480)))).toBe(8760);
	});
	test("a frame is 196 tokens and a clip ends with one newline: 32 frames are 6,273", () => {
		expect(tokens(video(32))).toBe(32 * 196 + 1);
	});
	test("one image beside a clip is still the only image", () => {
		expect(tokens(image(640, 480), video(32))).toBe(2929 + 6273);
		expect(tokens(image(640, 480), video(32), image(640, 480))).toBe(2 * 730 + 6273);
	});
	test("transformers takes every frame, the original repository at most 32", () => {
		expect(tokens(video(900))).toBe(900 * 196 + 1);
		const original = createCounter("llava-onevision-qwen2-7b-ov", { parity: "original" });
		expect(original.count({ media: [video(900)] }).visualTokens).toBe(6273);
	});
	test("text adds to the context only", () => {
		const sample = { media: [image(640, 480)], textTokens: 100 };
		expect(counter.count(sample)).toMatchObject({ visualTokens: 2929, contextTokens: 3029, exact: true });
	});
	test("no media: the text alone", () => {
		expect(counter.count({ media: [], textTokens: 7 })).toMatchObject({ visualTokens: 0, contextTokens: 7 });
	});
});

test.each([
	[1107, 820, 5731, 5567],
	[820, 1107, 5751, 5589],
	[738, 820, 4084, 3974],
])("%d×%d: transformers counts %d, the original repository %d", (width, height, transformers, original) => {
	const counted = (["transformers", "original"] as const).map(
		(parity) =>
			count("llava-onevision-qwen2-7b-ov", { media: [image(width, height)] }, { parity }).visualTokens,
	);
	expect(counted).toEqual([transformers, original]);
});

test.each([
	["llava-v1.6-mistral-7b", 225, 101, 1654, 826],
	["llava-v1.6-mistral-7b", 2, 3, 984, 1476],
	["llava-next-video-7b", 44, 37, 1272, 1076],
] as const)("%s, %d×%d: of two one area the original takes the other", (model, width, height, transformers, original) => {
	const counted = (["transformers", "original"] as const).map(
		(parity) => count(model, { media: [image(width, height)] }, { parity }).visualTokens,
	);
	expect(counted).toEqual([transformers, original]);
});

/** `code: message` of an intended error. */
function refusal(call: () => unknown): string {
	try {
		call();
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
	return "accepted";
}

describe("names", () => {
	test("ids, Hugging Face ids and short names mean the same, without regard to case", () => {
		const names = [
			"llava-onevision-qwen2-7b-ov",
			"LLAVA-HF/llava-onevision-qwen2-7b-ov-HF",
			"llava-onevision",
		];
		const counted = names.map(
			(name) => createCounterFrom(name).count({ media: [image(640, 480)] }).visualTokens,
		);
		expect(counted).toEqual([2929, 2929, 2929]);
	});
	test("every name of every checkpoint leads to it and to no other", () => {
		for (const id of CHECKPOINT_IDS) {
			const { aliases } = checkpointById(id);
			for (const name of [id, ...aliases, id.toUpperCase()]) {
				expect(createCounterFrom(name).checkpoint, name).toBe(checkpointById(id));
			}
		}
	});
	test("a slip gets the nearest name", () => {
		expect(refusal(() => createCounterFrom("llava-onevison-qwen2-7b-ov"))).toMatchInlineSnapshot(
			`"unknown-name: model "llava-onevison-qwen2-7b-ov": not known; did you mean llava-onevision-qwen2-7b-ov? Run "onevision models" for the list"`,
		);
	});
	test.each([
		"",
		"gpt-99",
		"__proto__",
		"constructor",
		"toString",
		"x".repeat(5000),
	])("%j is no model", (name) => {
		expect(refusal(() => createCounterFrom(name))).toMatch(/^unknown-name: model ".{0,80}": not known/);
	});
	test("a checkpoint of one's own is counted with its constants", () => {
		const base = checkpointById("llava-onevision-qwen2-7b-ov");
		if (base.family !== "llava-onevision") throw new Error("the checkpoint changed its family");
		const own = { ...base, constants: { ...base.constants, tile: 336 } };
		expect(count(own, { media: [image(10, 10), image(10, 10)] }).visualTokens).toBe(2 * (24 * 24 + 1));
	});
});

describe("settings", () => {
	const settings = (id: CheckpointId, asked: Readonly<Record<string, unknown>>): string =>
		refusal(() => createCounterFrom(id, asked));

	test("defaults are filled in and what is given is kept", () => {
		expect(
			resolveSettings(checkpointById("llava-onevision-qwen2-7b-ov"), { anyres_max: 4, max_tiles: undefined }),
		).toMatchInlineSnapshot(`
			{
			  "parity": "transformers",
			  "values": {
			    "anyres_max": 4,
			    "image_pooling": 1,
			    "max_tiles": 36,
			    "multi_image_pooling": 1,
			    "newline_position": "one_token",
			    "num_frames": "all",
			    "pooling_mode": "bilinear",
			    "video_pooling": 2,
			  },
			}
		`);
	});
	test("a setting that does not exist gets the nearest", () => {
		expect(settings("llava-onevision-qwen2-7b-ov", { anyres_maxx: 4 })).toMatchInlineSnapshot(
			`"unknown-key: setting anyres_maxx: no such key; did you mean anyres_max? Known: anyres_max, max_tiles, image_pooling, multi_image_pooling, video_pooling, pooling_mode, newline_position, num_frames, parity"`,
		);
	});
	test("a family without settings says so", () => {
		expect(settings("llava-1.5-7b", { max_pixels: 4 })).toMatchInlineSnapshot(
			`"unknown-key: max_pixels: LLaVA-1.5 has no settings"`,
		);
	});
	test("a value out of range is told the range", () => {
		expect(settings("llava-onevision-qwen2-7b-ov", { anyres_max: 0 })).toMatchInlineSnapshot(
			`"invalid-input: anyres_max: expected a whole number from 1 to 100, got 0"`,
		);
		expect(settings("llava-onevision-qwen2-7b-ov", { num_frames: "some" })).toMatchInlineSnapshot(
			`"invalid-input: num_frames: expected a whole number from 1 to 10368000, or one of all, got "some""`,
		);
		expect(settings("qwen3-vl-8b", { fps: 0 })).toMatchInlineSnapshot(
			`"invalid-input: fps: expected a number from 0.001 to 1000, or one of all, got 0"`,
		);
	});
	test("values that contradict each other are told which to change", () => {
		expect(settings("qwen2.5-vl-7b", { min_pixels: 2000, max_pixels: 1000 })).toMatchInlineSnapshot(
			`"invalid-input: min_pixels 2000 is above max_pixels 1000: lower min_pixels or raise max_pixels"`,
		);
	});
	test("a parity the family does not have is told those it has", () => {
		expect(settings("llava-1.5-7b", { parity: "vllm" })).toMatchInlineSnapshot(
			`"invalid-input: parity "vllm": LLaVA-1.5 has transformers, original"`,
		);
		expect(settings("qwen3-vl-8b", { parity: "qwen_vl_utils" })).toMatchInlineSnapshot(
			`"invalid-input: parity "qwen_vl_utils": Qwen-VL (2, 2.5, 3, 3.5) has transformers, qwen-vl-utils, vllm; did you mean qwen-vl-utils?"`,
		);
	});
	test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("%s is no setting", (key) => {
		const asked = JSON.parse(`{${JSON.stringify(key)}: 1}`) as Record<string, unknown>;
		expect(settings("llava-onevision-qwen2-7b-ov", asked)).toMatch(/^unknown-key: /);
		expect(settings("llava-1.5-7b", asked)).toMatch(/^unknown-key: /);
	});
	test("settings of one counter do not leak into another", () => {
		createCounter("llava-onevision-qwen2-7b-ov", { image_pooling: 3 });
		expect(count("llava-onevision-qwen2-7b-ov", { media: [image(640, 480)] }).visualTokens).toBe(2929);
	});
});

describe("samples that are refused", () => {
	const refused = (sample: Sample, id: CheckpointId = "llava-onevision-qwen2-7b-ov"): string =>
		refusal(() => createCounter(id).count(sample));

	test.each([0, -5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 24 + 1])("a side of %d px", (side) => {
		expect(refused({ media: [image(side, 10)] })).toMatch(/^invalid-media: image size /);
		expect(refused({ media: [image(10, 10), video(8, 10, side)] })).toMatch(
			/^invalid-media: media\[1\]: video size /,
		);
	});
	test.each([0, -1, 1.5, Number.NaN, 1e9])("%d frames", (frames) => {
		expect(refused({ media: [video(frames)] })).toMatch(/^invalid-media: video frames /);
	});
	test("more items than a sample may hold", () => {
		const media = Array.from({ length: MAX_ITEMS + 1 }, () => image(10, 10));
		expect(refused({ media })).toMatchInlineSnapshot(
			`"over-limit: 10001 media items in one sample: at most 10000; split the sample"`,
		);
		expect(refused({ media: media.slice(1) })).toBe("accepted");
	});
	test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%d tokens of text", (textTokens) => {
		expect(refused({ media: [], textTokens })).toBe(
			`invalid-input: textTokens: expected a whole number from 0, got ${textTokens}`,
		);
	});
	test("a video for a family that takes none", () => {
		expect(refused({ media: [video(8)] }, "llava-1.5-7b")).toMatchInlineSnapshot(
			`"unsupported: LLaVA-1.5 takes no video; choose a model that does (onevision models)"`,
		);
	});
	test("an aspect ratio over what Qwen-VL takes", () => {
		expect(refused({ media: [image(2010, 10)] }, "qwen2.5-vl-7b")).toMatchInlineSnapshot(
			`"unsupported: aspect ratio 201 of 2010x10: this family takes at most 200; crop or pad the image first"`,
		);
	});
});

test("the same count twice gives equal, separate answers", () => {
	const counter = createCounter("llava-onevision-qwen2-7b-ov");
	const sample = { media: [image(640, 480), video(8)] };
	expect(counter.count(sample)).toEqual(counter.count(sample));
	expect(counter.count(sample).items).not.toBe(counter.count(sample).items);
});
