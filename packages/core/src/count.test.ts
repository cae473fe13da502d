/**
 * The counting API: named rows of every family, what is refused and how, and what holds for every checkpoint at every
 * size. The named rows were read from the reference processors (transformers 5.18); goldens/ holds many more.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS, type CheckpointId, checkpointById } from "./checkpoints/index.ts";
import { createCounter, createCounterFrom, count, MAX_ITEMS, resolveSettings } from "./count.ts";
import { OnevisionError } from "./errors.ts";
import { familyById } from "./families/index.ts";
import type { ItemLayout } from "./layout.ts";
import type { ImageItem, MediaItem, Sample, VideoItem } from "./sample.ts";
import type { JsonSchema } from "./schema.ts";

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
		expect(SIZES.map(([width, height]) => counter.count({ media: [image(width, height)] }).visualTokens)).toEqual(
			tokens,
		);
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
		(parity) => count("llava-onevision-qwen2-7b-ov", { media: [image(width, height)] }, { parity }).visualTokens,
	);
	expect(counted).toEqual([transformers, original]);
});

/** `code: message` of what is thrown on purpose. */
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
		const names = ["llava-onevision-qwen2-7b-ov", "LLAVA-HF/llava-onevision-qwen2-7b-ov-HF", "llava-onevision"];
		const counted = names.map((name) => createCounterFrom(name).count({ media: [image(640, 480)] }).visualTokens);
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
		expect(refusal(() => createCounterFrom("llava-onevison-qwen2-7b-ov"))).toMatchInlineSnapshot(`"unknown-name: model "llava-onevison-qwen2-7b-ov": not known; did you mean llava-onevision-qwen2-7b-ov? Run "onevision models" for the list"`);
	});
	test.each(["", "gpt-99", "__proto__", "constructor", "toString", "x".repeat(5000)])("%j is no model", (name) => {
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
		expect(settings("llava-onevision-qwen2-7b-ov", { anyres_maxx: 4 })).toMatchInlineSnapshot(`"unknown-key: setting anyres_maxx: no such key; did you mean anyres_max? Known: anyres_max, max_tiles, image_pooling, multi_image_pooling, video_pooling, pooling_mode, newline_position, num_frames, parity"`);
	});
	test("a family without settings says so", () => {
		expect(settings("llava-1.5-7b", { max_pixels: 4 })).toMatchInlineSnapshot(`"unknown-key: max_pixels: LLaVA-1.5 has no settings"`);
	});
	test("a value out of range is told the range", () => {
		expect(settings("llava-onevision-qwen2-7b-ov", { anyres_max: 0 })).toMatchInlineSnapshot(`"invalid-input: anyres_max: expected a whole number from 1 to 100, got 0"`);
		expect(settings("llava-onevision-qwen2-7b-ov", { num_frames: "some" })).toMatchInlineSnapshot(`"invalid-input: num_frames: expected a whole number from 1 to 10368000, or one of all, got "some""`);
		expect(settings("qwen3-vl-8b", { fps: 0 })).toMatchInlineSnapshot(`"invalid-input: fps: expected a number from 0.001 to 1000, or one of all, got 0"`);
	});
	test("values that contradict each other are told which to change", () => {
		expect(settings("qwen2.5-vl-7b", { min_pixels: 2000, max_pixels: 1000 })).toMatchInlineSnapshot(`"invalid-input: min_pixels 2000 is above max_pixels 1000: lower min_pixels or raise max_pixels"`);
	});
	test("a parity the family does not have is told those it has", () => {
		expect(settings("llava-1.5-7b", { parity: "vllm" })).toMatchInlineSnapshot(`"invalid-input: parity "vllm": LLaVA-1.5 has transformers, original"`);
		expect(settings("qwen3-vl-8b", { parity: "qwen_vl_utils" })).toMatchInlineSnapshot(`"invalid-input: parity "qwen_vl_utils": Qwen-VL (2, 2.5, 3) has transformers, qwen-vl-utils; did you mean qwen-vl-utils?"`);
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
		expect(refused({ media: [image(10, 10), video(8, 10, side)] })).toMatch(/^invalid-media: video size /);
	});
	test.each([0, -1, 1.5, Number.NaN, 1e9])("%d frames", (frames) => {
		expect(refused({ media: [video(frames)] })).toMatch(/^invalid-media: video frames /);
	});
	test("more items than a sample may hold", () => {
		const media = Array.from({ length: MAX_ITEMS + 1 }, () => image(10, 10));
		expect(refused({ media })).toMatchInlineSnapshot(`"over-limit: 10001 media items in one sample: at most 10000"`);
		expect(refused({ media: media.slice(1) })).toBe("accepted");
	});
	test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%d tokens of text", (textTokens) => {
		expect(refused({ media: [], textTokens })).toBe(
			`invalid-input: textTokens: expected a whole number from 0, got ${textTokens}`,
		);
	});
	test("a video for a family that takes none", () => {
		expect(refused({ media: [video(8)] }, "llava-1.5-7b")).toMatchInlineSnapshot(`"unsupported: LLaVA-1.5 takes no video; choose a model that does (onevision models)"`);
	});
	test("an aspect ratio over what Qwen-VL takes", () => {
		expect(refused({ media: [image(2010, 10)] }, "qwen2.5-vl-7b")).toMatchInlineSnapshot(`"unsupported: aspect ratio 201 of 2010x10: this family takes at most 200; crop or pad the image first"`);
	});
});

/** A setting's value within its declaration; large ranges are drawn evenly over orders of magnitude. */
function valueOf(json: JsonSchema): fc.Arbitrary<unknown> {
	const { anyOf, enum: words, type } = json;
	if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((option: JsonSchema) => valueOf(option)));
	if (Array.isArray(words)) return fc.constantFrom(...words);
	if (type === "boolean") return fc.boolean();
	const [low, high] = [Math.log2(Number(json.minimum) || 1e-3), Math.log2(Math.min(Number(json.maximum), 2 ** 36))];
	return fc.double({ min: low, max: high, noNaN: true }).map((power) => {
		const value = Math.min(Number(json.maximum), Math.max(Number(json.minimum), 2 ** power));
		return type === "integer" ? Math.round(value) : value;
	});
}

/** 1 to 2^24, evenly over orders of magnitude. */
const side = fc.double({ min: 0, max: 24, noNaN: true }).map((power) => Math.round(2 ** power));
const frameCount = fc.double({ min: 0, max: 13, noNaN: true }).map((power) => Math.round(2 ** power));
const anyImage = fc.record({ kind: fc.constant("image" as const), width: side, height: side });
const anyVideo = fc.record(
	{
		kind: fc.constant("video" as const),
		width: side,
		height: side,
		frames: frameCount,
		fps: fc.constantFrom(1, 23.976, 25, 30, 120),
	},
	{ requiredKeys: ["kind", "width", "height", "frames"] },
);
const anySample = fc.record({
	media: fc.array(fc.oneof({ weight: 2, arbitrary: anyImage }, anyVideo), { minLength: 1, maxLength: 3 }),
	textTokens: fc.nat(1000),
});

function anySettings(id: CheckpointId): fc.Arbitrary<Record<string, unknown>> {
	const family = familyById(checkpointById(id).family);
	const values = Object.entries(family.settings).map(([key, schema]) => [key, valueOf(schema.json)] as const);
	return fc.record(
		{ ...Object.fromEntries(values), parity: fc.constantFrom(...family.parities) },
		{ requiredKeys: [] },
	);
}

/** What holds for any item, whatever the family. */
function checkItem(item: ItemLayout, source: MediaItem): void {
	const { parts, visualTokens, towerTokens, views, patchGrid, around, range, frameIndices } = item;
	const sum = parts.overview + parts.grid + parts.newlines + parts.markers;
	expect(sum).toBe(visualTokens);
	const whole = [...Object.values(parts), towerTokens, views, item.frames, around.markers, around.estimatedTextTokens];
	expect(whole.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
	for (const grid of [item.tileGrid, patchGrid, item.pooledGrid, item.unpaddedGrid, item.cappedGrid]) {
		expect(Number.isInteger(grid.rows) && Number.isInteger(grid.cols)).toBe(true);
	}
	expect(item.kind).toBe(source.kind);
	expect(item.source).toEqual({ width: source.width, height: source.height });
	if (range !== undefined) expect([range.min <= range.max, range.max]).toEqual([true, visualTokens]);
	if (frameIndices !== undefined && source.kind === "video") {
		frameIndices.forEach((frame, at) => {
			if (frame < (frameIndices[at - 1] ?? 0) || frame >= source.frames) expect(frameIndices).toBe("ascending, in the clip");
		});
	}
}

const RUNS = 60;

describe.each(CHECKPOINT_IDS)("%s, at any size and setting", (id) => {
	test("is counted in whole tokens whose parts sum, or refused in words", { timeout: 20_000 }, () => {
		let counted = 0;
		const tried = fc.property(anySample, anySettings(id), (sample, settings) => {
			const message = refusal(() => {
				const layout = createCounterFrom(id, settings).count(sample);
				counted++;
				for (const [index, item] of layout.items.entries()) checkItem(item, sample.media[index] as MediaItem);
				const sum = (pick: (item: ItemLayout) => number): number =>
					layout.items.reduce((total, item) => total + pick(item), 0);
				expect(layout.visualTokens).toBe(sum((item) => item.visualTokens));
				expect(layout.towerTokens).toBe(sum((item) => item.towerTokens));
				expect(layout.contextTokens).toBeGreaterThanOrEqual(layout.visualTokens + sample.textTokens);
			});
			expect(message).toMatch(
				/^(accepted|unsupported: .+|invalid-input: .+|invalid-media: video fps unknown: .+)$/,
			);
		});
		fc.assert(tried, { seed: 42, numRuns: RUNS });
		fc.assert(
			fc.property(anyImage, (item) => {
				if (refusal(() => createCounterFrom(id).count({ media: [item] })) === "accepted") counted++;
			}),
			{ seed: 43, numRuns: RUNS },
		);
		expect(counted).toBeGreaterThan(0);
	});
});

describe("what must grow", () => {
	const tokensOf = (id: CheckpointId, settings: Readonly<Record<string, unknown>>) => {
		const counter = createCounterFrom(id, settings);
		return (item: MediaItem): number => counter.count({ media: [item] }).visualTokens;
	};

	// Frames are laid out alike and apart from each other; Qwen3-VL shrinks them to fit a clip's limit instead.
	test.each<[CheckpointId, number]>([
		["llava-onevision-qwen2-7b-ov", 196],
		["llava-next-video-7b", 144],
		["video-llava-7b", 257],
	])("%s: every further frame adds %d tokens", (id, perFrame) => {
		const tokens = tokensOf(id, { num_frames: "all" });
		for (let frames = 1; frames <= 300; frames += 23) {
			expect(tokens(video(frames + 1)) - tokens(video(frames))).toBe(perFrame);
		}
	});

	test("Qwen2.5-VL: two more frames add one frame's worth of tokens, one alone at most as much", () => {
		const tokens = tokensOf("qwen2.5-vl-7b", {});
		const pair = tokens(video(2));
		for (let frames = 2; frames < 100; frames++) {
			expect(tokens(video(frames + 2)) - tokens(video(frames))).toBe(pair);
			expect(tokens(video(frames + 1))).toBeGreaterThanOrEqual(tokens(video(frames)));
		}
	});

	test("LLaVA-OneVision asked for more frames takes more, up to the clip's", () => {
		const asked = [1, 8, 32, 64].map((num_frames) => tokensOf("llava-onevision-qwen2-7b-ov", { num_frames })(video(40)));
		expect(asked).toEqual([197, 1569, 6273, 7841]);
	});

	// A grid within 1.1 times the cap per side is kept, a larger one is shrunk below the cap; rows are at most 6·27.
	test("LLaVA-OneVision: no image is over 729 + 1.21·cap·729 + 162 tokens", () => {
		fc.assert(
			fc.property(anyImage, fc.integer({ min: 1, max: 36 }), (item, anyres_max) => {
				const tokens = tokensOf("llava-onevision-qwen2-7b-ov", { anyres_max })(item);
				expect(tokens).toBeLessThanOrEqual(729 + 1.21 * anyres_max * 729 + 162);
			}),
			{ seed: 44, numRuns: 1000 },
		);
	});

	test("LLaVA-OneVision: a stronger pooling never takes more tokens", () => {
		fc.assert(
			fc.property(anyImage, (item) => {
				const [one, two, three] = [1, 2, 3].map((image_pooling) =>
					tokensOf("llava-onevision-qwen2-7b-ov", { image_pooling })(item),
				) as [number, number, number];
				expect(two).toBeLessThanOrEqual(one);
				expect(three).toBeLessThanOrEqual(two);
			}),
			{ seed: 45, numRuns: 300 },
		);
	});

	test("Qwen-VL: no image is over its pixel limit, nor a token over it", () => {
		fc.assert(
			fc.property(anyImage, fc.integer({ min: 64, max: 16_384 }), (item, most) => {
				const max_pixels = most * 28 * 28;
				const message = refusal(() => {
					const tokens = tokensOf("qwen2.5-vl-7b", { max_pixels })(item);
					// A side under one token is rounded up to one, so a sliver may pass the limit by its length.
					expect(tokens).toBeLessThanOrEqual(Math.max(most, 200));
				});
				expect(message).toMatch(/^(accepted|unsupported)/);
			}),
			{ seed: 46, numRuns: 1000 },
		);
	});
});

test("the same count twice gives equal, separate answers", () => {
	const counter = createCounter("llava-onevision-qwen2-7b-ov");
	const sample = { media: [image(640, 480), video(8)] };
	expect(counter.count(sample)).toEqual(counter.count(sample));
	expect(counter.count(sample).items).not.toBe(counter.count(sample).items);
});
