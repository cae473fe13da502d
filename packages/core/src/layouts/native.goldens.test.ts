/** Golden rows of the families that keep an image's aspect ratio, and of those with a fixed number of tokens. */

import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { count, createCounterFrom } from "../count.ts";
import { FAMILIES, type FamilyId } from "../families/index.ts";
import type { ItemLayout } from "../layout.ts";
import type { MediaItem } from "../sample.ts";
import { describeGoldens, type GoldenGroup, type GoldenRow, readGoldens } from "../testing/goldens.ts";

const NATIVE_FAMILIES: readonly FamilyId[] = [
	"pixtral",
	"gemma3",
	"gemma3n",
	"gemma4",
	"paligemma",
	"glm4v",
	"glm46v",
	"ernie-4.5-vl",
	"kimi-vl",
	"kimi-k2.5",
	"video-llama-3",
	"hunyuan-vl",
	"minicpm-v-resampler",
	"minicpm-v",
	"blip-2",
	"instructblip-video",
	"kosmos-2",
	"fuyu",
];
const NATIVE_IDS = NATIVE_FAMILIES.flatMap((id) => Object.keys(FAMILIES[id].checkpoints));

/** Text between special tokens, as a processor wrote it around runs such as `<pad>×12`. */
function textOf(expansion: string): string {
	return expansion.replace(/<[^<>]+>(×\d+)?/g, "");
}

/** The text pieces of a video or image appear in the expanded prompt, in order and with nothing in between. */
function checkText(row: GoldenRow, items: readonly ItemLayout[]): void {
	if (typeof row.text !== "string") return;
	expect(items.flatMap((item) => item.wrapper.text).join("")).toBe(textOf(row.text));
}

/** Pixel limits of a group, for families that name them like Qwen. */
function pixelLimits(group: GoldenGroup): Record<string, unknown> {
	const size = group.constants.size as { shortest_edge: number; longest_edge: number };
	const prefix = group.kind === "video" ? "video_" : "";
	const sampled = group.settings.do_sample_frames === false ? { num_frames: "all" } : {};
	return {
		[`${prefix}min_pixels`]: size.shortest_edge,
		[`${prefix}max_pixels`]: size.longest_edge,
		...(group.kind === "video" ? sampled : {}),
	};
}

const allFrames = (group: GoldenGroup): Record<string, unknown> =>
	group.settings.do_sample_frames === false ? { num_frames: "all" } : {};

const HELPERS = {
	"pixtral-12b, helper counts total": "checked with the column tokens",
	"mistral-small-3.1-24b, helper counts total": "checked with the column tokens",
} as const;

describeGoldens({
	file: "pixtral",
	column: "total",
	leftOut: HELPERS,
	// Rows with [IMG_BREAK] and [IMG_END]; `tokens` counts only [IMG].
	also: (row, [item]) => expect(item?.parts.grid).toBe(row.tokens),
});
describeGoldens({
	file: "pixtral",
	leftOut: {
		"mistral-small-3.1-24b": "checked with the column total",
		"pixtral-12b": "checked with the column total",
	},
});

/** Text tokens of the goldens' fake tokenizer: one per character, and one per pair of newlines. */
const characters = (item: ItemLayout | undefined): number =>
	(item?.wrapper.text ?? []).reduce((sum, piece) => sum + piece.replaceAll("\n\n", "¶").length, 0);
const wholePrompt = (row: GoldenRow, [item]: readonly ItemLayout[]): void => {
	if (row.total === undefined) return;
	expect((item?.visualTokens ?? 0) + (item?.wrapper.markers ?? 0) + characters(item)).toBe(row.total);
};

describeGoldens({
	file: "gemma3",
	settings: ({ settings }) => ({ ...settings }),
	also: (row, items) => {
		wholePrompt(row, items);
		checkText(row, items);
		if (row.crops !== undefined) expect(items[0]?.views).toBe(Number(row.crops) + 1);
	},
});
describeGoldens({ file: "gemma3n", also: wholePrompt });
describeGoldens({
	file: "gemma4",
	settings: (group) => ({
		[group.kind === "video" ? "video_max_soft_tokens" : "max_soft_tokens"]: group.constants.max_soft_tokens,
		...allFrames(group),
	}),
	also: (row, items) => {
		wholePrompt(row, items);
		checkText(row, items);
	},
});
describeGoldens({
	file: "paligemma",
	// `<bos>` and the newline after the prompt.
	also: (row, [item]) => {
		if (row.total !== undefined) expect(item?.visualTokens).toBe(Number(row.total) - 2);
	},
});
describeGoldens({ file: "glm4v", settings: pixelLimits, also: checkText });
describeGoldens({ file: "glm46v", settings: pixelLimits, also: checkText });
describeGoldens({ file: "ernie4_5_vl", settings: pixelLimits });
describeGoldens({
	file: "kimi_k25",
	settings: (group) => ({
		[group.kind === "video" ? "video_max_patches" : "max_patches"]: group.constants.max_patches,
		...allFrames(group),
	}),
	also: checkTextOfVideo,
});
describeGoldens({
	file: "minicpmv4_6",
	settings: ({ constants }) => ({ downsample_mode: constants.downsample_mode }),
	also: (row, items) => {
		wholePrompt(row, items);
		checkText(row, items);
	},
});
describeGoldens({ file: "video_llama_3", settings: compressionOff, also: checkText });
describeGoldens({
	file: "hunyuan_vl",
	checkpoint: () => "hunyuan-ocr",
	settings: pixelLimits,
	also: wholePrompt,
});
describeGoldens({
	file: "fuyu",
	column: "total",
	leftOut: { "helper counts total": "checked with the column tokens" },
	also: (row, [item]) => expect(item?.parts.grid).toBe(row.tokens),
});
describeGoldens({
	file: "fuyu",
	leftOut: { "one image, the <s> after it not counted": "checked with the column total" },
});
describeGoldens({ file: "kosmos2" });
describeGoldens({ file: "blip" });
describeGoldens({
	file: "llava",
	leftOut: {
		"llava-1.5-7b": "checked with LLaVA",
		"llava-1.5-7b helper": "checked with LLaVA",
		"clip-l-224 tower": "checked with LLaVA",
		"clip-l-224 tower helper": "checked with LLaVA",
		"siglip-384 tower": "checked with LLaVA",
		"siglip-384 tower helper": "checked with LLaVA",
	},
});

/** The chat template writes the word between an image's markers, and the goldens do not apply it. */
function checkTextOfVideo(row: GoldenRow, items: readonly ItemLayout[]): void {
	if (items[0]?.kind === "video") checkText(row, items);
}

function compressionOff(group: GoldenGroup): Record<string, unknown> {
	const { use_token_compression: compression = true } = group.constants;
	return { ...pixelLimits(group), use_token_compression: compression };
}

describe("sizes and clips the reference refuses", () => {
	/** Families for which every refused golden row must be refused here too. */
	const files: readonly [file: string, checkpoint: string, settings: (group: GoldenGroup) => object][] = [
		["ernie4_5_vl", "ernie-4.5-vl", pixelLimits],
		["glm4v", "glm-4.1v", pixelLimits],
		["glm46v", "glm-4.6v", pixelLimits],
		["hunyuan_vl", "hunyuan-ocr", pixelLimits],
		["video_llama_3", "video-llama3-7b", compressionOff],
	];
	test.each(files)("%s", (file, checkpoint, settings) => {
		let refused = 0;
		for (const group of readGoldens(file) as readonly (GoldenGroup & { refused?: number[][] })[]) {
			for (const [width = 0, height = 0, frames, fps] of group.refused ?? []) {
				const media: MediaItem =
					frames === undefined
						? { kind: "image", width, height }
						: { kind: "video", width, height, frames, ...(fps === undefined ? {} : { fps }) };
				const counter = createCounterFrom(checkpoint, { ...settings(group) });
				expect(() => counter.count({ media: [media] })).toThrow(OnevisionError);
				refused++;
			}
		}
		expect(refused).toBeGreaterThan(0);
	});
	test("Kimi K2.5: a clip too short for its rate", () => {
		const media: MediaItem[] = [{ kind: "video", width: 64, height: 48, frames: 7, fps: 30 }];
		expect(() => count("kimi-k2.5", { media })).toThrow("too short for fps=2");
	});
});

describe("visual tokens of ten sizes, as the reference's helpers gave them", () => {
	const sizes = [
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
	const glmClassDefault = { max_pixels: 28 * 28 * 15_000 };
	test.each<[string, Record<string, unknown>, readonly number[]]>([
		["pixtral-12b", {}, [210, 462, 1230, 4032, 3120, 2340, 2368, 2340, 320, 325]],
		["mistral-small-3.1-24b", {}, [72, 156, 432, 1332, 1064, 1736, 1760, 1736, 220, 280]],
		["gemma-4-31b", { max_soft_tokens: 70 }, [64, 64, 63, 64, 63, 66, 66, 66, 37, 60]],
		["gemma-4-31b", {}, [256, 256, 266, 256, 266, 264, 264, 264, 222, 244]],
		["gemma-4-31b", { max_soft_tokens: 1120 }, [1089, 1089, 1064, 1089, 1064, 1100, 1100, 1100, 1043, 1098]],
		["glm-4.1v-9b", glmClassDefault, [64, 144, 391, 1296, 999, 2691, 2691, 7360, 284, 1573]],
		["kimi-k2.5", {}, [64, 144, 414, 1296, 1036, 2691, 2691, 4214, 288, 1573]],
		["ernie-4.5-vl-28b-a3b", {}, [64, 144, 391, 1296, 999, 2691, 2691, 6032, 284, 1573]],
		["hunyuan-ocr", {}, [274, 274, 317, 994, 794, 2076, 2102, 4130, 362, 1136]],
		["fuyu-8b", {}, [72, 156, 368, 1190, 936, 2340, 792, 2340, 108, 325]],
		["minicpm-v-4.6", {}, [64, 64, 203, 320, 315, 578, 578, 578, 72, 520]],
		["qwen3.5-9b", {}, [64, 100, 300, 961, 768, 2040, 2040, 8160, 186, 1125]],
	])("%s %j", (checkpoint, settings, expected) => {
		const counter = createCounterFrom(checkpoint, settings);
		const counted = sizes.map(
			([width, height]) => counter.count({ media: [{ kind: "image", width, height }] }).visualTokens,
		);
		expect(counted).toEqual(expected);
	});
});

const one = (checkpoint: string, media: MediaItem, settings: Record<string, unknown> = {}): ItemLayout => {
	const [item] = createCounterFrom(checkpoint, settings).count({ media: [media] }).items;
	if (item === undefined) throw new Error("no item");
	return item;
};

describe("where implementations differ", () => {
	// transformers floors the shrunk sides; mistral-common's image.py rounds them half to even.
	test.each([
		[1920, 211, 455, 520],
		[3000, 1080, 1495, 1560],
		[1107, 900, 3380, 3445],
		[1920, 1080, 2340, 2340],
	])("Pixtral at %dx%d: transformers %d, mistral-common %d", (width, height, floored, rounded) => {
		const image: MediaItem = { kind: "image", width, height };
		expect(one("pixtral-12b", image).visualTokens).toBe(floored);
		expect(one("pixtral-12b", image, { parity: "mistral-common" }).visualTokens).toBe(rounded);
	});
});

describe("MiniCPM-V with a resampler", () => {
	// From the model card of 2.6: 1344×1344 px become 640 tokens. The others come from a port of its image processor.
	test.each([
		[1344, 1344, 640],
		[1920, 1080, 576],
		[640, 480, 192],
		[224, 224, 64],
		[1000, 1000, 320],
		[4000, 300, 512],
		[1170, 2532, 576],
	])("2.6 at %dx%d: %d tokens", (width, height, tokens) => {
		expect(one("minicpm-v-2.6", { kind: "image", width, height }).visualTokens).toBe(tokens);
	});
	test("2.6: one frame per second, at most 64, two cuts each", () => {
		const clip = { kind: "video", width: 640, height: 480, fps: 30 } as const;
		const short = one("minicpm-v-2.6", { ...clip, frames: 95 });
		expect(short.frameIndices).toEqual([0, 30, 60, 90]);
		expect(short.visualTokens).toBe(4 * 3 * 64);
		const long = one("minicpm-v-2.6", { ...clip, frames: 30 * 600 });
		expect(long.frames).toBe(64);
		expect(long.frameIndices?.slice(0, 3)).toEqual([4 * 30, 14 * 30, 23 * 30]);
	});
	test("4.5 packs frames by time, which is refused", () => {
		const clip: MediaItem = { kind: "video", width: 640, height: 480, frames: 95, fps: 30 };
		expect(() => one("minicpm-v-4.5", clip)).toThrow(OnevisionError);
	});
});

test("VideoLLaMA 3: a compressed clip has at least its first frame and one token per other frame", () => {
	const clip: MediaItem = { kind: "video", width: 640, height: 480, frames: 8, fps: 1 };
	const { visualTokens, range, frames } = one("videollama3", clip);
	const frame = visualTokens / frames;
	expect(range).toMatchObject({ min: frame + 7, max: visualTokens });
	expect(one("videollama3", clip, { use_token_compression: false }).range).toBeUndefined();
});

describe("frames by fps", () => {
	test("ERNIE-4.5-VL samples at least 16 and at most 180 frames", () => {
		const clip = { kind: "video", width: 640, height: 480, fps: 25 } as const;
		expect(one("ernie-4.5-vl", { ...clip, frames: 100 }, { fps: 2 }).frames).toBe(16);
		expect(one("ernie-4.5-vl", { ...clip, frames: 10_000 }, { fps: 2 }).frames).toBe(180);
		expect(one("ernie-4.5-vl", { ...clip, frames: 1000 }, { num_frames: 20 }).frames).toBe(20);
	});
	test("families that sample by time need the clip's rate", () => {
		const clip: MediaItem = { kind: "video", width: 640, height: 480, frames: 100 };
		for (const checkpoint of ["glm-4.1v", "glm-4.6v", "kimi-k2.5", "minicpm-v-4.6"]) {
			expect(() => one(checkpoint, clip)).toThrow("fps unknown");
			expect(one(checkpoint, clip, { num_frames: 16 }).frames).toBe(16);
		}
	});
});

test("ERNIE-4.5-VL and MiniCPM-V number their images, with one more digit from the tenth on", () => {
	const image: MediaItem = { kind: "image", width: 64, height: 64 };
	const texts = (checkpoint: string, media: readonly MediaItem[]) =>
		createCounterFrom(checkpoint)
			.count({ media })
			.items.map(({ wrapper }) => wrapper.text[0]);
	const twelve = Array.from({ length: 12 }, () => image);
	expect(texts("ernie-4.5-vl", twelve).slice(8)).toEqual(
		[9, 10, 11, 12].map((ordinal) => `Picture ${ordinal}:`),
	);
	const clip: MediaItem = { kind: "video", width: 64, height: 64, frames: 20, fps: 2 };
	expect(texts("ernie-4.5-vl", [image, clip, image])).toEqual(["Picture 1:", "Video 1:", "Picture 2:"]);
	for (const checkpoint of ["minicpm-v-4.6", "minicpm-v-2.6"]) {
		expect(texts(checkpoint, twelve).slice(9), checkpoint).toEqual(["9", "10", "11"]);
	}
	expect(texts("minicpm-v-2.5", [image, image])).toEqual([undefined, undefined]);
});

test("settings that contradict each other are refused", () => {
	expect(() => createCounterFrom("gemma-4", { max_soft_tokens: 100 })).toThrow("one of 70, 140");
	expect(() => createCounterFrom("ernie-4.5-vl", { num_frames: 8 })).toThrow("16 to 180");
	expect(() => createCounterFrom("fuyu", { size_width: 1000 })).toThrow("multiple of 30");
	expect(() => createCounterFrom("glm-4.6v", { video_min_pixels: 2 ** 30 })).toThrow("video_min_pixels");
});

test("BLIP-2, Kosmos-2 and Fuyu accept one image per prompt and refuse several", () => {
	const image: MediaItem = { kind: "image", width: 640, height: 480 };
	for (const checkpoint of ["blip-2", "kosmos-2", "fuyu"]) {
		expect(() => createCounterFrom(checkpoint).count({ media: [image, image] })).toThrow(
			"one image per prompt",
		);
	}
});

test("ERNIE-4.5-VL: a frame past the end is dropped, with a note", () => {
	const clip: MediaItem = { kind: "video", width: 640, height: 480, frames: 787, fps: 10 };
	const item = one("ernie-4.5-vl", clip);
	expect(item.frames).toBe(180);
	expect(item.frameIndices?.at(-1)).toBeLessThan(787);
	expect(item.notes?.[0]).toContain("one past its end");
});

test("any size gives a consistent layout or a clear refusal", () => {
	const side = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 2 ** 24 }));
	const image = fc.record({ kind: fc.constant("image" as const), width: side, height: side });
	const video = fc.record({
		kind: fc.constant("video" as const),
		width: side,
		height: side,
		frames: fc.integer({ min: 1, max: 3000 }),
		fps: fc.constantFrom(1, 12.5, 24, 29.97, 60),
	});
	const counters = NATIVE_IDS.map((id) => createCounterFrom(id));
	fc.assert(
		fc.property(fc.oneof(image, video), (media) => {
			for (const counter of counters) {
				let item: ItemLayout | undefined;
				try {
					[item] = counter.count({ media: [media] }).items;
				} catch (error) {
					expect(error).toBeInstanceOf(OnevisionError);
					continue;
				}
				if (item === undefined) throw new Error("no item");
				expect(item.visualTokens).toBeGreaterThan(0);
				expect(item.towerTokens).toBeGreaterThanOrEqual(item.visualTokens > 0 ? 1 : 0);
				expect(item.range?.min ?? 0).toBeLessThanOrEqual(item.visualTokens);
				expect(item.content.width).toBeLessThanOrEqual(item.canvas.width);
				expect(item.content.height).toBeLessThanOrEqual(item.canvas.height);
				if (item.frameIndices !== undefined) expect(item.frameIndices).toHaveLength(item.frames);
			}
		}),
		{ seed: 20_240_806, numRuns: 300 },
	);
});
