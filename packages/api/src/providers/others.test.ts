/** Grok, Mistral, Nova and DashScope. */

import type { MediaItem } from "@onevision/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { countApiFrom } from "../count.ts";

const item = (model: string, media: MediaItem, settings: Record<string, unknown> = {}) =>
	countApiFrom(model, { media: [media] }, settings).items[0];
const image = (width: number, height: number): MediaItem => ({ kind: "image", width, height });

test("Grok is a range: the number of tiles is not documented", () => {
	expect(item("grok-4.7", image(1000, 700))).toMatchObject({
		visualTokens: 1792,
		exactness: "range",
		range: { min: 512, max: 1792 },
	});
	expect(countApiFrom("grok-4", { media: [image(9, 9), image(9, 9)] }).bounds).toEqual({
		min: 1024,
		max: 3584,
	});
});

// The open tokenizer's own numbers (mistral-common 1.12.0; transformers agrees at these sizes).
test.each([
	[224, 224, 210, 72],
	[640, 480, 1230, 432],
	[1000, 1000, 4032, 1332],
	[1024, 768, 3120, 1064],
	[1920, 1080, 2340, 1736],
	[1080, 1920, 2368, 1760],
	[3840, 2160, 2340, 1736],
	[4000, 300, 325, 280],
])("Mistral: %ix%i is %i on Pixtral 12B, %i on Medium 3", (width, height, pixtral, medium) => {
	expect(item("pixtral-12b", image(width, height))).toMatchObject({
		visualTokens: pixtral,
		exactness: "inferred",
	});
	expect(item("mistral-medium-3", image(width, height))?.visualTokens).toBe(medium);
});

test("Mistral: the largest image of each", () => {
	expect(item("pixtral-12b", image(1024, 1024))?.visualTokens).toBe(64 * 65);
	expect(item("pixtral-12b", image(9000, 9000))?.visualTokens).toBe(64 * 65);
	expect(item("mistral-small-3.2", image(1540, 1540))?.visualTokens).toBe(55 * 56);
});

// docs.aws.amazon.com/nova/latest/userguide/modalities-image.html: approximate counts.
test.each([
	[900, 450, 800],
	[900, 900, 1300],
	[1400, 900, 1800],
	[1800, 900, 2400],
	[1300, 1300, 2600],
])("Nova 1: the range holds the page's %ix%i, about %i", (width, height, about) => {
	const answer = item("amazon-nova-lite-v1", image(width, height));
	expect(answer?.exactness).toBe("range");
	expect(answer?.range?.min).toBeLessThanOrEqual(about);
	expect(answer?.range?.max).toBeGreaterThanOrEqual(about);
});

test("Nova 1: a small image is enlarged, a side of half a pixel goes to the even one", () => {
	expect(item("amazon-nova-lite-v1", image(512, 6))?.resized).toEqual({ width: 896, height: 10 });
	expect(item("amazon-nova-lite-v1", image(512, 10))?.resized).toEqual({ width: 896, height: 18 });
});

test("Nova 1 video: a frame per second, 960 at most, labeled as unconfirmed", () => {
	const clip = (seconds: number): MediaItem => ({
		kind: "video",
		width: 640,
		height: 480,
		frames: seconds * 30,
		fps: 30,
	});
	expect(item("amazon-nova-pro-v1", clip(10))).toMatchObject({
		visualTokens: 2880,
		exactness: "inferred",
		resized: { width: 672, height: 672 },
		steps: expect.arrayContaining(["288 tokens per frame: unverified, not read on the provider's page"]),
	});
	expect(item("amazon-nova-pro-v1", clip(960))?.visualTokens).toBe(276_480);
	expect(item("amazon-nova-pro-v1", clip(3600))?.visualTokens).toBe(276_480);
});

test("Nova 2 Lite bills 230 per image, and says that the context it takes is not known", () => {
	const answer = countApiFrom("nova-2-lite", { media: [image(100, 100), image(4000, 4000)] });
	expect(answer.billedTokens).toBe(460);
	expect(answer.items[1]).toMatchObject({ billedTokens: 230, contextUnknown: true });
	expect(() => item("nova-2-lite", { kind: "video", width: 9, height: 9, frames: 9, fps: 9 })).toThrow(
		/no way/,
	);
});

test.each([
	[512, 512, 258],
	[1024, 1024, 1026],
	[1920, 1080, 2042],
	[3840, 2160, 2481],
])("DashScope: %ix%i is %i on Qwen3-VL", (width, height, expected) => {
	expect(item("qwen3-vl-plus", image(width, height))).toMatchObject({
		visualTokens: expected,
		exactness: "documented",
	});
});

test("DashScope: pixel limits and their boundaries", () => {
	const at = (model: string, settings = {}) => item(model, image(8000, 8000), settings)?.visualTokens ?? 0;
	expect(at("qwen3-vl-plus")).toBe(50 * 50 + 2);
	expect(at("qwen-vl-max")).toBe(35 * 35 + 2);
	expect(at("qvq-max")).toBe(35 * 35 + 2);
	expect(at("qwen3-vl-plus", { vl_high_resolution_images: true })).toBe(128 * 128 + 2);
	expect(at("qwen3-vl-plus", { max_pixels: 64 * 1024 })).toBe(8 * 8 + 2);
	// The minimum is four tokens; exactly at the limit nothing is resized.
	expect(item("qwen3-vl-plus", image(10, 10))?.visualTokens).toBe(6);
	expect(item("qwen3-vl-plus", image(1600, 1600), { max_pixels: 1600 * 1600 })?.resized.width).toBe(1600);
	expect(() => item("qwen3-vl-plus", image(9, 100))).toThrow(/each side must be at least 10 px/);
	expect(item("qwen3-vl-plus", image(2000, 10))?.visualTokens).toBeGreaterThan(2);
	expect(() => item("qwen3-vl-plus", image(2001, 10))).toThrow(/at most 200 times the other/);
});

test("DashScope video: two frames a second in pairs, smaller the longer the clip", () => {
	const clip = (seconds: number): MediaItem => ({
		kind: "video",
		width: 1280,
		height: 720,
		frames: seconds * 30,
		fps: 30,
	});
	// 20 frames in 10 pairs; at most 640 tokens per frame: 1056x576.
	expect(item("qwen3-vl-plus", clip(10))).toMatchObject({
		frames: 20,
		resized: { width: 1056, height: 576 },
		visualTokens: 10 * 33 * 18 + 2,
	});
	expect(item("qwen3-vl-flash", clip(10))?.resized).toEqual({ width: 1152, height: 640 });
	expect(item("qwen3-vl-plus", clip(3600))?.frames).toBe(2000);
	// 131,072 tokens for the whole clip; pairs with at least 131 tokens per frame.
	expect(item("qwen3-vl-plus", clip(3600))?.visualTokens).toBeLessThanOrEqual(131_072 + 2);
	expect(item("qwen3-vl-plus", clip(10), { fps: 1 })?.frames).toBe(10);
	expect(() => item("qvq-max", clip(10))).toThrow(/no counting rule is published/);
});

test("any size, clip and setting: whole numbers or a clear refusal", () => {
	const side = fc.oneof(fc.integer({ min: 1, max: 9000 }), fc.constantFrom(1, 10, 895, 896, 897, 2 ** 24));
	const model = fc.constantFrom(
		"grok-4",
		"pixtral-12b",
		"amazon-nova-lite-v1",
		"nova-2-lite",
		"qwen3-vl-flash",
		"qvq-max",
	);
	const clip = fc.record({
		frames: fc.integer({ min: 1, max: 50_000 }),
		fps: fc.double({ min: 0.05, max: 240, noNaN: true }),
	});
	fc.assert(
		fc.property(side, side, model, fc.option(clip), (width, height, name, video) => {
			const media: MediaItem =
				video === null ? image(width, height) : { kind: "video", width, height, ...video };
			try {
				const answer = item(name, media);
				expect(answer?.visualTokens).toSatisfy(Number.isSafeInteger);
				expect(answer?.visualTokens).toBeGreaterThanOrEqual(1);
				expect(answer?.range?.min ?? 1).toSatisfy(Number.isSafeInteger);
				expect(answer?.resized.width).toSatisfy(Number.isSafeInteger);
				expect(answer?.resized.height).toBeGreaterThanOrEqual(1);
				expect(answer?.frames).toBeGreaterThanOrEqual(1);
			} catch (error) {
				expect(error).toMatchObject({ name: "OnevisionError", code: "unsupported" });
			}
		}),
		{ seed: 20_261_122, numRuns: 2000 },
	);
});
