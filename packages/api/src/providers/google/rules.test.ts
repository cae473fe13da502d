import type { MediaItem } from "@onevision/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { countApiFrom } from "../../count.ts";

const item = (model: string, media: MediaItem, settings: Record<string, unknown> = {}) =>
	countApiFrom(model, { media: [media] }, settings).items[0];
const image = (width: number, height: number): MediaItem => ({ kind: "image", width, height });

// countTokens on gemini-3.5-flash-lite, AlaskanTuna/Rokabot issue 121 (2026-08-18): the same for squares of 64, …,
// 1024 px.
test.each([
	[64, 64, 1089],
	[128, 128, 1089],
	[256, 256, 1089],
	[512, 512, 1089],
	[768, 768, 1089],
	[1024, 1024, 1089],
	[1024, 512, 1081],
	[2048, 512, 1056],
	// huggingface.co/datasets/JOHNISKING/image-token-cost, minus one token for the prompt.
	[1920, 1080, 1100],
	[1024, 768, 1064],
	[3840, 2160, 1100],
])("Gemini 3: %ix%i is %i, whatever its pixels", (width, height, expected) => {
	expect(item("gemini-3.5-flash-lite", image(width, height))).toMatchObject({
		visualTokens: expected,
		documentedCeiling: 1120,
		exactness: "inferred",
	});
});

test("Gemini 3: both numbers at every media_resolution", () => {
	const at = (media_resolution: string) => item("gemini-3-pro", image(1000, 1000), { media_resolution });
	expect(at("low")).toMatchObject({ visualTokens: 256, documentedCeiling: 280 });
	expect(at("medium")).toMatchObject({ documentedCeiling: 560 });
	expect(at("high")).toEqual(item("gemini-3-pro", image(1000, 1000)));
	expect(at("ultra_high")).toMatchObject({ documentedCeiling: 2240 });
	expect(at("low")?.steps.at(-1)).toBe("no measurement at budget 280 confirms this count");
	expect(() => at("ultra")).toThrow(/did you mean ultra_high\?/);
});

test("Gemini 3 video: 66 tokens per frame at 16:9, as measured, and its sound apart", () => {
	// 12 seconds at 24 frames per second: 19,008 video tokens.
	const clip: MediaItem = { kind: "video", width: 1280, height: 720, frames: 288, fps: 24 };
	expect(item("gemini-3.5-flash-lite", clip, { fps: 24 })).toMatchObject({
		visualTokens: 19_008,
		documentedCeiling: 288 * 70,
		audioTokens: 300,
		frames: 288,
	});
	expect(item("gemini-3-pro", clip)).toMatchObject({ frames: 12, visualTokens: 792 });
	expect(item("gemini-3-pro", clip, { media_resolution: "high" })).toMatchObject({ visualTokens: 12 * 264 });
	expect(item("gemini-3-pro", clip, { audio: false })?.audioTokens).toBeUndefined();
	expect(countApiFrom("gemini-3-pro", { media: [clip], textTokens: 5 })).toMatchObject({
		contextTokens: 792 + 300 + 5,
		billedTokens: 792 + 300,
	});
	expect(() => item("gemini-3-pro", clip, { fps: 30 })).toThrow(
		"fps: expected a number from 0.001 to 24, got 30",
	);
	expect(() => item("gemini-3-pro", clip, { media_resolution: "ultra_high" })).toThrow(
		/for images, not for video/,
	);
	expect(() => item("gemini-3-pro", { kind: "video", width: 10, height: 10, frames: 5 })).toThrow(
		/give the clip's fps/,
	);
});

test("offsets bound frames and sound; nothing between them is an error", () => {
	const tenSeconds: MediaItem = { kind: "video", width: 1280, height: 720, frames: 100, fps: 10 };
	const at = (settings: Record<string, unknown>) => {
		const { frames, audioTokens } = item("gemini-2.5-flash", tenSeconds, settings) ?? {};
		return [frames, audioTokens];
	};
	expect(at({})).toEqual([10, 320]);
	expect(at({ start_offset: 4 })).toEqual([6, 192]);
	expect(at({ end_offset: 4 })).toEqual([4, 128]);
	expect(at({ start_offset: 2.5, end_offset: 4 })).toEqual([2, 48]);
	// Nothing exists past the end; sampling never exceeds the clip's own frames.
	expect(at({ end_offset: 99 })).toEqual([10, 320]);
	expect(at({ start_offset: 9.5, fps: 24 })).toEqual([5, 16]);
	expect(() => at({ start_offset: 10 })).toThrow(
		"start_offset 10, end_offset end: nothing of a clip of 10 s lies between them",
	);
	expect(() => at({ start_offset: 4, end_offset: 4 })).toThrow(/nothing of a clip/);
	expect(() => at({ end_offset: "last" })).toThrow(/a number from 0 to 86400, or one of end/);
});

test("sound is counted where there is some, and told apart where that is not known", () => {
	const clip = { kind: "video", width: 640, height: 480, frames: 240, fps: 24 } as const;
	expect(item("gemini-3-pro", { ...clip, hasAudio: true })).toMatchObject({ audioTokens: 250 });
	expect(item("gemini-3-pro", { ...clip, hasAudio: true })?.audioUnknown).toBeUndefined();
	expect(item("gemini-3-pro", { ...clip, hasAudio: false })?.audioTokens).toBeUndefined();
	expect(item("gemini-3-pro", clip)).toMatchObject({ audioTokens: 250, audioUnknown: true });
	expect(countApiFrom("gemini-3-pro", { media: [clip, { ...clip, hasAudio: true }] })).toMatchObject({
		audioTokens: 500,
		audioBounds: { min: 250, max: 500 },
	});
});

test("Gemini 2: 258 up to 384 px, then tiles; the page's example is 6 tiles", () => {
	expect(item("gemini-2.5-flash", image(384, 384))?.visualTokens).toBe(258);
	expect(item("gemini-2.5-flash", image(385, 384))?.visualTokens).toBeGreaterThan(258);
	expect(item("gemini-2.5-flash", image(960, 540))).toMatchObject({
		visualTokens: 1548,
		exactness: "documented",
	});
	// With the crop unit clamped to 768 as an older page says: 36 tiles; without: 4.
	expect(item("gemini-2.5-flash", image(4000, 4000))).toMatchObject({
		visualTokens: 9288,
		exactness: "range",
		range: { min: 4 * 258, max: 36 * 258 },
	});
	expect(item("gemini-2.5-flash", image(1000, 1000), { media_resolution: "low" })).toMatchObject({
		range: { min: 64, max: 66 },
	});
	expect(() => item("gemini-2.5-flash", image(9, 9), { media_resolution: "ultra_high" })).toThrow(
		/expected one of/,
	);
});

test("Gemini 2 video: 258 or 66 per second and 32 for the sound", () => {
	const minute: MediaItem = { kind: "video", width: 640, height: 480, frames: 1800, fps: 30 };
	expect(item("gemini-2.5-flash", minute)).toMatchObject({ visualTokens: 60 * 258, audioTokens: 1920 });
	expect(item("gemini-2.5-flash", minute, { media_resolution: "low" })?.visualTokens).toBe(60 * 66);
});

test("any size and rate: whole numbers, at least one token, ceilings hold", () => {
	const side = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(1, 2, 47, 48, 384, 385, 2 ** 24));
	const frames = fc.integer({ min: 1, max: 100_000 });
	const fps = fc.double({ min: 0.01, max: 1000, noNaN: true });
	fc.assert(
		fc.property(side, side, frames, fps, (width, height, count, rate) => {
			for (const model of ["gemini-3-pro", "gemini-2.5-flash"]) {
				for (const media of [
					image(width, height),
					{ kind: "video", width, height, frames: count, fps: rate } as const,
				]) {
					const answer = item(model, media);
					expect(answer?.visualTokens).toSatisfy(Number.isSafeInteger);
					expect(answer?.visualTokens).toBeGreaterThanOrEqual(1);
					expect(answer?.visualTokens).toBeLessThanOrEqual(
						answer?.documentedCeiling ?? Number.MAX_SAFE_INTEGER,
					);
					expect(answer?.audioTokens ?? 0).toSatisfy(Number.isSafeInteger);
				}
			}
		}),
		{ seed: 20_261_122, numRuns: 500 },
	);
});
