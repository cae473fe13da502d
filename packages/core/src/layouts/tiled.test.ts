/** Tiled families beyond their golden rows: settings, video, grids, refusals, and invariants of any image. */

import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS } from "../checkpoints.ts";
import { createCounter, createCounterFrom } from "../count.ts";
import type { CheckpointId } from "../families/index.ts";
import { numberInWords } from "../families/smolvlm/number-words.ts";
import type { ItemLayout } from "../layout.ts";
import { gridsUpTo } from "./aspect-grid.ts";

const countImage = (id: CheckpointId, width: number, height: number, copies = 1): ItemLayout =>
	createCounterFrom(id).count({
		media: Array.from({ length: copies }, () => ({ kind: "image", width, height })),
	}).items[0] as ItemLayout;

test("an image is one frame in every family that accepts images", () => {
	const frames = CHECKPOINT_IDS.flatMap((id) => {
		try {
			return [[id, countImage(id, 640, 480).frames] as const];
		} catch (error) {
			if (error instanceof OnevisionError && error.code === "unsupported") return [];
			throw error;
		}
	});
	expect(frames.length).toBeGreaterThan(50);
	expect(frames.filter(([, count]) => count !== 1)).toEqual([]);
});

test("Llama 3.2 Vision: a wide image gets tiles side by side, all four are read, and the text has one token", () => {
	const wide = countImage("llama-3.2-11b-vision", 1120, 560);
	expect(wide.tileGrid).toEqual({ rows: 1, cols: 2 });
	expect(wide).toMatchObject({ visualTokens: 1, crossAttentionTokens: 3202, views: 4, towerTokens: 6400 });
	expect(countImage("llama-3.2-11b-vision", 560, 1120).tileGrid).toEqual({ rows: 2, cols: 1 });
	// transformers: get_image_size_fit_to_canvas(480, 640, 560, 1120, 560) is (480, 640).
	expect(countImage("llama-3.2-11b-vision", 640, 480).content).toEqual({ width: 640, height: 480 });
});

test("LFM2-VL: native resolution, then tiles and a thumbnail", () => {
	const tokens = ([width, height]: readonly [number, number]) =>
		countImage("lfm2-vl-1.6b", width, height).visualTokens;
	expect(
		(
			[
				[224, 224],
				[640, 480],
				[1000, 1000],
				[1024, 768],
				[1920, 1080],
				[4000, 300],
			] as const
		).map(tokens),
	).toEqual([66, 236, 1287, 1779, 2311, 2805]);
	expect(countImage("lfm2-vl-1.6b", 640, 480).canvas).toEqual({ width: 576, height: 416 });
});

/** The repository's arithmetic (tokenize_with_images, select_best_resolution) run in Python. */
describe("DeepSeek-VL2", () => {
	test.each([
		[224, 224, 1, 1, 421],
		[640, 480, 2, 2, 1023],
		[1000, 1000, 3, 3, 2017],
		[1920, 1080, 2, 4, 1807],
	])("%ix%i", (width, height, rows, cols, tokens) => {
		const layout = countImage("deepseek-vl2-tiny", width, height);
		expect([layout.tileGrid, layout.visualTokens]).toEqual([{ rows, cols }, tokens]);
	});

	test("two images are cut, three are one tile each", () => {
		expect(countImage("deepseek-vl2-tiny", 1000, 1000, 2).visualTokens).toBe(2017);
		expect(countImage("deepseek-vl2-tiny", 1000, 1000, 3).visualTokens).toBe(421);
	});
});

/** image_preprocessing_molmo.py run in Python: tiling and number of tokens. */
test.each([
	[224, 224, 1, 1, 316],
	[336, 336, 1, 1, 316],
	[640, 480, 2, 3, 740],
	[1000, 1000, 3, 3, 972],
	[1024, 768, 3, 4, 1196],
	[1920, 1080, 3, 4, 1196],
	[1080, 1920, 4, 3, 1204],
	[100, 2000, 1, 1, 316],
	[4000, 300, 1, 12, 1372],
	[112, 500, 2, 1, 420],
	[112, 112, 1, 1, 316],
	[1, 1, 1, 1, 316],
	[1456, 560, 2, 6, 1220],
])("Molmo %ix%i", (width, height, rows, cols, tokens) => {
	const layout = countImage("molmo-7b-d", width, height);
	expect([layout.tileGrid, layout.visualTokens]).toEqual([{ rows, cols }, tokens]);
	expect(layout.views).toBe(rows * cols + 1);
});

test("grid orientation: Llama 4 follows the image, Ovis2 is transposed", () => {
	const gridOf = (id: CheckpointId, width: number, height: number) => countImage(id, width, height).tileGrid;
	expect(gridOf("llama-4-scout-17b-16e", 100, 2000)).toEqual({ rows: 6, cols: 1 });
	expect(gridOf("llama-4-scout-17b-16e", 4000, 300)).toEqual({ rows: 1, cols: 12 });
	expect(gridOf("ovis2-8b", 100, 2000)).toEqual({ rows: 1, cols: 5 });
	expect(gridOf("ovis2-8b", 1920, 1080)).toEqual({ rows: 4, cols: 2 });
});

/** num2words 0.5.10. */
test.each([
	[0, "zero"],
	[13, "thirteen"],
	[64, "sixty-four"],
	[100, "one hundred"],
	[115, "one hundred and fifteen"],
	[1000, "one thousand"],
	[1001, "one thousand and one"],
	[1100, "one thousand, one hundred"],
	[20_100, "twenty thousand, one hundred"],
	[1_000_001, "one million and one"],
	[2_500_064, "two million, five hundred thousand and sixty-four"],
])("%i in words", (value, words) => {
	expect(numberInWords(value)).toBe(words);
});

const SETTINGS_ROWS: [CheckpointId, Record<string, unknown>, number, number, number][] = [
	["command-a-vision", { max_patches: 20 }, 1469, 2829, 4885],
	["command-a-vision", { max_patches: 12 }, 579, 1857, 2315],
	["command-a-vision", { max_patches: 6 }, 2579, 2312, 1801],
	["aya-vision-8b", { min_patches: 3, max_patches: 3 }, 1469, 2829, 682],
	["aya-vision-8b", { min_patches: 3, max_patches: 6 }, 383, 5798, 1192],
	["aya-vision-8b", { min_patches: 1, max_patches: 18 }, 579, 1857, 2212],
	["aya-vision-8b", { min_patches: 3, max_patches: 6 }, 1370, 2123, 1192],
	["llama-4-scout-17b-16e", { max_patches: 16, resize_to_max_canvas: false }, 1469, 2829, 2322],
	["llama-4-scout-17b-16e", { max_patches: 16, resize_to_max_canvas: true }, 1254, 1970, 2322],
	["llama-4-scout-17b-16e", { max_patches: 9, resize_to_max_canvas: false }, 595, 873, 1017],
	["llama-4-scout-17b-16e", { max_patches: 16, resize_to_max_canvas: true }, 1441, 530, 1887],
	["llama-4-scout-17b-16e", { max_patches: 16, resize_to_max_canvas: false }, 2193, 1268, 2322],
	["ovis2-8b", { max_patches: 4, min_patches: 1, use_covering_area_grid: true }, 746, 1596, 1029],
	["ovis2-8b", { max_patches: 12, min_patches: 2, use_covering_area_grid: true }, 579, 1857, 2314],
	["ovis2-8b", { max_patches: 12, min_patches: 1, use_covering_area_grid: false }, 1441, 530, 2828],
	["ovis2-8b", { max_patches: 12, min_patches: 2, use_covering_area_grid: false }, 2, 130, 3342],
	["ovis2-8b", { max_patches: 9, min_patches: 2, use_covering_area_grid: false }, 768, 119, 1800],
	[
		"lfm2-vl-1.6b",
		{
			min_tiles: 2,
			max_tiles: 10,
			use_thumbnail: true,
			min_image_tokens: 64,
			max_image_tokens: 256,
			max_pixels_tolerance: 3.5,
			do_image_splitting: true,
			use_image_special_tokens: true,
		},
		1469,
		2829,
		2301,
	],
	[
		"lfm2-vl-1.6b",
		{
			min_tiles: 3,
			max_tiles: 4,
			use_thumbnail: false,
			min_image_tokens: 100,
			max_image_tokens: 256,
			max_pixels_tolerance: 3.5,
			do_image_splitting: true,
			use_image_special_tokens: true,
		},
		1254,
		1970,
		773,
	],
	[
		"lfm2-vl-1.6b",
		{
			min_tiles: 2,
			max_tiles: 12,
			use_thumbnail: true,
			min_image_tokens: 16,
			max_image_tokens: 400,
			max_pixels_tolerance: 2,
			do_image_splitting: true,
			use_image_special_tokens: true,
		},
		122,
		177,
		26,
	],
	[
		"lfm2-vl-1.6b",
		{
			min_tiles: 3,
			max_tiles: 12,
			use_thumbnail: true,
			min_image_tokens: 64,
			max_image_tokens: 256,
			max_pixels_tolerance: 2,
			do_image_splitting: false,
			use_image_special_tokens: false,
		},
		595,
		873,
		247,
	],
	[
		"lfm2-vl-1.6b",
		{
			min_tiles: 3,
			max_tiles: 4,
			use_thumbnail: true,
			min_image_tokens: 64,
			max_image_tokens: 128,
			max_pixels_tolerance: 3.5,
			do_image_splitting: true,
			use_image_special_tokens: true,
		},
		2877,
		3116,
		1141,
	],
	[
		"lfm2-vl-1.6b",
		{
			min_tiles: 3,
			max_tiles: 12,
			use_thumbnail: true,
			min_image_tokens: 64,
			max_image_tokens: 128,
			max_pixels_tolerance: 3.5,
			do_image_splitting: false,
			use_image_special_tokens: true,
		},
		2347,
		1174,
		122,
	],
	[
		"lfm2-vl-1.6b",
		{
			min_tiles: 2,
			max_tiles: 10,
			use_thumbnail: true,
			min_image_tokens: 64,
			max_image_tokens: 400,
			max_pixels_tolerance: 3.5,
			do_image_splitting: true,
			use_image_special_tokens: true,
		},
		14,
		2846,
		91,
	],
	[
		"lfm2-vl-1.6b",
		{
			min_tiles: 2,
			max_tiles: 4,
			use_thumbnail: true,
			min_image_tokens: 64,
			max_image_tokens: 256,
			max_pixels_tolerance: 2,
			do_image_splitting: true,
			use_image_special_tokens: true,
		},
		229,
		567,
		128,
	],
	["smolvlm-256m", { longest_edge: 2560 }, 1469, 2829, 1062],
	["smolvlm-256m", { longest_edge: 2560 }, 349, 283, 1722],
	["smolvlm-256m", { longest_edge: 2048 }, 92, 504, 335],
	["smolvlm-256m", { longest_edge: 2048 }, 2877, 3116, 1127],
	["smolvlm-256m", { longest_edge: 1536 }, 14, 2846, 268],
	["phi-4-multimodal-instruct", { dynamic_hd: 1 }, 32, 49, 465],
	["phi-4-multimodal-instruct", { dynamic_hd: 9 }, 369, 869, 753],
	["phi-4-multimodal-instruct", { dynamic_hd: 1 }, 841, 611, 477],
];

/** Settings not covered by any golden file, from the reference's functions run in Python. */
test.each<[CheckpointId, Record<string, unknown>, number, number, number]>(
	SETTINGS_ROWS,
)("%s %j %ix%i", (id, settings, width, height, tokens) => {
	const layout = createCounterFrom(id, settings).count({ media: [{ kind: "image", width, height }] });
	expect(layout.visualTokens).toBe(tokens);
});

describe("video", () => {
	const clip = (frames: number, fps?: number) =>
		({ kind: "video", width: 640, height: 360, frames, ...(fps === undefined ? {} : { fps }) }) as const;

	test("InternVL samples the middle of each segment; its model card counts from the last frame", () => {
		// torch.arange(100 / 8 / 2, 100, 100 / 8).int()
		const sampled = createCounter("internvl3-8b", { num_frames: 8 }).count({ media: [clip(100)] });
		expect(sampled.items[0]?.frameIndices).toEqual([6, 18, 31, 43, 56, 68, 81, 93]);
		expect(sampled.visualTokens).toBe(8 * 258);
		// get_index(None, 25, 99, num_segments=8)
		const card = createCounter("internvl3-8b", { parity: "original" }).count({ media: [clip(100)] }).items[0];
		expect(card?.frameIndices).toEqual([6, 18, 31, 43, 56, 68, 80, 93]);
		expect(card?.wrapper.text.join("")).toMatch(/^Frame1: \nFrame2: .*\nFrame8: \n$/s);
		const all = createCounter("internvl3-8b").count({ media: [clip(100)] }).items[0];
		expect([all?.frames, all?.frameIndices, all?.notes?.length]).toEqual([100, undefined, 1]);
	});

	test("SmolVLM2 spells out the number of frames, and writes times of hours and days", () => {
		const text = (frames: number, fps: number, settings = {}) =>
			createCounter("smolvlm2-500m", settings).count({ media: [clip(frames, fps)] }).items[0]?.wrapper.text;
		expect(text(250, 25)?.[0]).toBe(
			"You are provided the following series of ten frames from a 0:00:10 [H:MM:SS] video.\n\nFrame from 00:00:",
		);
		expect(text(1101, 1, { num_frames: "all" })?.[0]).toContain(
			"of one thousand, one hundred and one frames",
		);
		const long = text(200_000, 1);
		expect(long?.[0]).toContain("sixty-four frames from a 2 days, 7:33:20 [H:MM:SS]");
		expect(long?.at(-2)).toBe("\nFrame from 3333:19:");
		expect(long?.at(-1)).toBe("\n\n");
	});

	test("SmolVLM2 needs a frame rate to sample, and otherwise assumes 24", () => {
		expect(() => createCounter("smolvlm2-500m").count({ media: [clip(48)] })).toThrow(
			expect.objectContaining({ code: "invalid-media" }),
		);
		const all = createCounter("smolvlm2-500m", { num_frames: "all" }).count({ media: [clip(49)] }).items[0];
		expect([all?.wrapper.text[0], all?.wrapper.text.at(-2)]).toEqual([
			"You are provided the following series of forty-nine frames from a 0:00:02 [H:MM:SS] video.\n\nFrame from 00:00:",
			"\nFrame from 00:02:",
		]);
	});

	test("image-only families refuse a clip", () => {
		for (const id of ["idefics3-8b", "aya-vision-8b", "llama-4-scout-17b-16e", "molmo-7b-d"] as const) {
			expect(() => createCounter(id).count({ media: [clip(8)] })).toThrow(
				expect.objectContaining({ code: "unsupported" }),
			);
		}
	});
});

test("unsupported inputs of a family are refused", () => {
	// The shorter side rounds to zero in the view of 1024 px.
	expect(() => countImage("deepseek-ocr-2", 2, 5227)).toThrow(
		expect.objectContaining({ code: "unsupported", message: expect.stringContaining("too thin") }),
	);
	expect(() => countImage("phi-4-multimodal-instruct", 4000, 8)).toThrow(
		expect.objectContaining({ code: "unsupported" }),
	);
	const eight = createCounter("smolvlm-256m", { longest_edge: 4096 });
	expect(() => eight.count({ media: [{ kind: "image", width: 900, height: 600 }] })).toThrow(
		expect.objectContaining({ code: "unsupported" }),
	);
	expect(() => createCounter("internvl3-8b", { min_patches: 9, max_patches: 4 })).toThrow(
		expect.objectContaining({ code: "invalid-input" }),
	);
});

test("LFM2-VL: a thin image with more patches than transformers pads to is counted, with a note", () => {
	expect(countImage("lfm2-vl-1.6b", 1, 1954).notes?.[0]).toContain("fails when another image");
	expect(countImage("lfm2-vl-1.6b", 640, 480).notes).toBeUndefined();
});

test.each([
	[1, 6],
	[1, 9],
	[1, 12],
	[1, 24],
	[1, 36],
	[2, 6],
	[2, 10],
])("grids of %i to %i tiles: no two of one size are both nearest, so a set's order can't matter", (min, max) => {
	const grids = gridsUpTo(min, max);
	for (const one of grids) {
		for (const other of grids) {
			if (one === other || one.rows * one.cols !== other.rows * other.cols) continue;
			const middle = (one.cols / one.rows + other.cols / other.rows) / 2;
			const distance = Math.abs(middle - one.cols / one.rows);
			expect(grids.some(({ rows, cols }) => Math.abs(middle - cols / rows) < distance - 1e-9)).toBe(true);
		}
	}
});

const TILED: readonly CheckpointId[] = [
	"internvl3-8b",
	"idefics3-8b",
	"smolvlm2-2.2b",
	"aya-vision-8b",
	"command-a-vision",
	"ovis2-8b",
	"lfm2-vl-450m",
	"phi-4-multimodal-instruct",
	"llama-3.2-11b-vision",
	"llama-4-scout-17b-16e",
	"perception-lm-1b",
	"janus-pro-7b",
	"deepseek-vl2-tiny",
	"deepseek-ocr-2",
	"molmo-7b-d",
];

test.each(TILED)("%s: any image lies inside its canvas, and its tiles cover the canvas", (id) => {
	const counter = createCounter(id);
	const side = fc.integer({ min: 1, max: 9000 });
	fc.assert(
		fc.property(side, side, (width, height) => {
			// Phi-4-multimodal refuses extreme aspect ratios.
			fc.pre(Math.max(width, height) / Math.min(width, height) < 20);
			const item = counter.count({ media: [{ kind: "image", width, height }] }).items[0] as ItemLayout;
			const { canvas, content, parts, tileGrid, views, cappedGrid } = item;
			expect(content.width).toBeLessThanOrEqual(canvas.width);
			expect(content.height).toBeLessThanOrEqual(canvas.height);
			expect(Math.min(content.width, content.height)).toBeGreaterThanOrEqual(1);
			expect(views).toBeGreaterThanOrEqual(tileGrid.rows * tileGrid.cols);
			if (id !== "llama-3.2-11b-vision") expect(parts.grid).toBe(cappedGrid.rows * cappedGrid.cols);
		}),
		{ seed: 20261122, numRuns: 150 },
	);
});
