/** Inverse questions against brute force: the result fits, and nothing larger that was tried does. */

import type { Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCounterFrom } from "./count.ts";
import type { CheckpointId } from "./families/index.ts";
import { EVERY_CANDIDATE, fitFrames, fitSetting, fitSize } from "./fit.ts";
import type { MediaItem, VideoItem } from "./sample.ts";

const IMAGE_MODELS: readonly CheckpointId[] = [
	"llava-onevision-qwen2-7b-ov",
	"llava-v1.6-mistral-7b",
	"qwen2.5-vl-7b",
	"qwen3-vl-8b",
	"nvila-8b",
];

/** Visual tokens, or infinity when the family refuses. */
function tokens(checkpoint: string, item: MediaItem, settings: Record<string, unknown> = {}): number {
	try {
		return createCounterFrom(checkpoint, settings).count({ media: [item] }).visualTokens;
	} catch (error) {
		if (error instanceof OnevisionError) return Number.POSITIVE_INFINITY;
		throw error;
	}
}

/** The result, or `undefined` when nothing fits. */
function answer<T>(ask: () => T): T | undefined {
	try {
		return ask();
	} catch (error) {
		if (error instanceof OnevisionError) return undefined;
		throw error;
	}
}

const shapes = fc.record({
	width: fc.integer({ min: 1, max: 40 }),
	height: fc.integer({ min: 1, max: 40 }),
});

describe("fitSize", () => {
	test("equals brute force over every long side", () => {
		fc.assert(
			fc.property(
				fc.constantFrom(...IMAGE_MODELS),
				shapes,
				fc.integer({ min: 1, max: 900 }),
				fc.integer({ min: 50, max: 6000 }),
				(checkpoint, aspect, maxSide, maxTokens) => {
					const long = Math.max(aspect.width, aspect.height);
					const sizeOf = (side: number): Size => ({
						width: Math.max(1, Math.round((side * aspect.width) / long)),
						height: Math.max(1, Math.round((side * aspect.height) / long)),
					});
					let expected: Size | undefined;
					let firstOver: Size | undefined;
					for (let side = 1; side <= maxSide; side++) {
						const size = sizeOf(side);
						const count = tokens(checkpoint, { kind: "image", ...size });
						if (count <= maxTokens) expected = size;
						else if (count < Number.POSITIVE_INFINITY) firstOver ??= size;
					}
					const found = answer(() => fitSize({ checkpoint, aspect, maxSide, maxTokens }));
					expect(found?.largest.value).toEqual(expected);
					if (found === undefined) return;
					expect(found.firstOver?.value).toEqual(firstOver);
					expect(found.largest.visualTokens).toBe(
						tokens(checkpoint, { kind: "image", ...found.largest.value }),
					);
					expect(found.atBound).toBe(
						Math.max(found.largest.value.width, found.largest.value.height) === maxSide,
					);
				},
			),
			{ seed: 5, numRuns: 60 },
		);
	});

	test("an image is shrunk, never enlarged, and keeps its own size where it fits", () => {
		const size = { width: 1921, height: 1081 };
		const own = fitSize({ checkpoint: "qwen2.5-vl-7b", size, maxTokens: 20_000 });
		expect(own).toMatchObject({ largest: { value: size }, atBound: true, searched: "every" });
		expect(own.firstOver).toBeUndefined();
		const shrunk = fitSize({ checkpoint: "qwen2.5-vl-7b", size, maxTokens: 1280 });
		expect(shrunk.largest).toEqual({ value: { width: 1329, height: 748 }, visualTokens: 47 * 27 });
		expect(shrunk.atBound).toBe(false);
	});

	test("where counts are not monotone, the largest lies above a size that does not fit", () => {
		const checkpoint = "internvl3-8b";
		const { largest, firstOver } = fitSize({
			checkpoint,
			aspect: { width: 16, height: 9 },
			maxSide: 1500,
			maxTokens: 1000,
		});
		expect(firstOver?.value.width).toBeLessThan(largest.value.width);
		expect(tokens(checkpoint, { kind: "image", ...largest.value })).toBe(largest.visualTokens);
		for (let width = largest.value.width + 1; width <= 1500; width++) {
			const height = Math.round((width * 9) / 16);
			expect(tokens(checkpoint, { kind: "image", width, height })).toBeGreaterThan(1000);
		}
	});
});

const clip = (frames: number): VideoItem => ({ kind: "video", width: 640, height: 360, frames, fps: 24 });

describe("fitFrames", () => {
	const models: readonly (readonly [CheckpointId, Record<string, unknown>])[] = [
		["llava-onevision-qwen2-7b-ov", {}],
		["llava-onevision-qwen2-7b-ov", { num_frames: 16 }],
		["qwen2.5-vl-7b", { fps: 2 }],
		["qwen3-vl-8b", {}],
	];
	for (const [checkpoint, settings] of models) {
		test(`${checkpoint} ${JSON.stringify(settings)}: equals brute force`, () => {
			for (const maxTokens of [200, 900, 3000, 9000]) {
				let expected: number | undefined;
				for (let frames = 1; frames <= 150; frames++) {
					if (tokens(checkpoint, clip(frames), settings) <= maxTokens) expected = frames;
				}
				const found = answer(() => fitFrames({ checkpoint, settings, video: clip(150), maxTokens }));
				expect(found?.largest.value).toBe(expected);
				expect(found?.searched ?? "every").toBe("every");
			}
		});
	}

	test("a long clip is searched in steps: the answer fits and one frame more does not", () => {
		const { largest, firstOver, searched } = fitFrames({
			checkpoint: "llava-onevision-qwen2-7b-ov",
			video: clip(EVERY_CANDIDATE + 1),
			maxTokens: 20_000,
		});
		expect(searched).toBe("steps");
		expect(largest.visualTokens).toBeLessThanOrEqual(20_000);
		expect(firstOver).toEqual({
			value: largest.value + 1,
			visualTokens: tokens("llava-onevision-qwen2-7b-ov", clip(largest.value + 1)),
		});
		expect(firstOver?.visualTokens).toBeGreaterThan(20_000);
	});
});

describe("fitSetting", () => {
	const image: MediaItem = { kind: "image", width: 1920, height: 1080 };

	test("a short range equals brute force", () => {
		for (const maxTokens of [1200, 2200, 3500, 7500]) {
			let expected: number | undefined;
			for (let value = 1; value <= 100; value++) {
				const settings = { anyres_max: value };
				if (tokens("llava-onevision-qwen2-7b-ov", image, settings) <= maxTokens) expected = value;
			}
			const found = answer(() =>
				fitSetting({
					checkpoint: "llava-onevision-qwen2-7b-ov",
					sample: { media: [image] },
					setting: "anyres_max",
					maxTokens,
				}),
			);
			expect(found?.largest.value).toBe(expected);
		}
	});

	test("a wide range is searched in steps: the value fits and the next does not", () => {
		fc.assert(
			fc.property(
				fc.constantFrom<CheckpointId>("qwen2.5-vl-7b", "qwen3-vl-8b"),
				fc.record({
					width: fc.integer({ min: 300, max: 3000 }),
					height: fc.integer({ min: 300, max: 3000 }),
				}),
				fc.integer({ min: 70, max: 3000 }),
				(checkpoint, size, maxTokens) => {
					const item: MediaItem = { kind: "image", ...size };
					const { largest, firstOver, searched, atBound } = fitSetting({
						checkpoint,
						sample: { media: [item] },
						setting: "max_pixels",
						maxTokens,
					});
					expect(searched).toBe("steps");
					expect(tokens(checkpoint, item, { max_pixels: largest.value })).toBe(largest.visualTokens);
					expect(largest.visualTokens).toBeLessThanOrEqual(maxTokens);
					if (atBound) return;
					expect(firstOver?.value).toBe(largest.value + 1);
					expect(tokens(checkpoint, item, { max_pixels: largest.value + 1 })).toBeGreaterThan(maxTokens);
				},
			),
			{ seed: 8, numRuns: 60 },
		);
	});

	test("frames are tried up to those of the clip; fractions in thousandths", () => {
		const question = { sample: { media: [clip(96)] }, maxTokens: 100_000 };
		const frames = { ...question, checkpoint: "llava-onevision-qwen2-7b-ov", setting: "num_frames" };
		expect(fitSetting(frames)).toMatchObject({ largest: { value: 96 }, atBound: true });
		const rate = fitSetting({ ...question, checkpoint: "qwen2.5-vl-7b", setting: "fps", maxTokens: 2000 });
		expect(Number.isInteger(rate.largest.value * 1000)).toBe(true);
		expect(tokens("qwen2.5-vl-7b", clip(96), { fps: rate.largest.value })).toBeLessThanOrEqual(2000);
	});
});

test("what has no answer is refused with one line", () => {
	const checkpoint = "llava-onevision-qwen2-7b-ov";
	const aspect = { width: 16, height: 9 };
	const sample = { media: [clip(10)] };
	expect(() =>
		fitSize({ checkpoint, aspect, maxTokens: 35, maxSide: 500 }),
	).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: nothing fits 35 visual tokens: the fewest are 1093, of 2x1; allow more, or change a setting]`,
	);
	expect(() => fitSize({ checkpoint, aspect, maxTokens: 0 })).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: maxTokens: expected a whole number from 1 to 9007199254740991, got 0]`,
	);
	expect(() =>
		fitSetting({ checkpoint, sample, setting: "numframes", maxTokens: 1 }),
	).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: setting numframes: no such key; did you mean num_frames? Known: anyres_max, max_tiles, image_pooling, multi_image_pooling, video_pooling, num_frames]`,
	);
	expect(() =>
		fitSetting({ checkpoint, sample, setting: "pooling_mode", maxTokens: 1 }),
	).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: setting pooling_mode: not a number, so none is the largest; choose one of anyres_max, max_tiles, image_pooling, multi_image_pooling, video_pooling, num_frames]`,
	);
	expect(() =>
		fitFrames({ checkpoint: "llava-1.5-7b", video: clip(10), maxTokens: 100 }),
	).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: LLaVA-1.5 takes no video; choose a model that does (onevision models)]`,
	);
});
