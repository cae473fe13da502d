import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type LlavaOnevision15Constants, llavaOnevision15 } from "./layout.ts";

const CONSTANTS: LlavaOnevision15Constants = { patch: 14, merge: 2, minPixels: 3136, maxPixels: 2_560_000 };

const counter = (maxPixels = CONSTANTS.maxPixels) =>
	llavaOnevision15.counter(CONSTANTS, { min_pixels: 3136, max_pixels: maxPixels }, "transformers");

/** transformers 5.18 `smart_resize(height, width, 28, 3136, max_pixels)`, area over 784. */
test.each([
	[224, 224, 2_560_000, 64],
	[640, 480, 2_560_000, 391],
	[1000, 1000, 2_560_000, 1296],
	[1920, 1080, 2_560_000, 2691],
	[3840, 2160, 2_560_000, 3192],
	[100, 2000, 2_560_000, 284],
	[10, 10, 2_560_000, 4],
	[4000, 300, 2_560_000, 1573],
	[1920, 1080, 3_240_000, 2691],
	[3840, 2160, 3_240_000, 4080],
])("%ix%i with max_pixels %i", (width, height, maxPixels, tokens) => {
	const layout = counter(maxPixels).image({ kind: "image", width, height }, 1);
	expect(layout.visualTokens).toBe(tokens);
	expect(layout.towerTokens).toBe(4 * tokens);
	expect(layout.wrapper.markers).toBe(2);
});

test("video is refused with the reason", () => {
	expect(() => counter().video({ kind: "video", width: 640, height: 480, frames: 8, fps: 8 })).toThrow(
		expect.objectContaining({
			code: "unsupported",
			message: expect.stringContaining("trained on images only"),
		}),
	);
});

test("limits that contradict each other are refused", () => {
	expect(() =>
		llavaOnevision15.check?.({ min_pixels: 10, max_pixels: 9 }, "transformers", new Set()),
	).toThrow(OnevisionError);
	expect(() =>
		llavaOnevision15.check?.({ min_pixels: 9, max_pixels: 9 }, "transformers", new Set()),
	).not.toThrow();
});

test("a wider pixel limit never gives fewer tokens, and the limit holds", () => {
	const side = fc.integer({ min: 28, max: 4000 });
	fc.assert(
		fc.property(side, side, fc.integer({ min: 1, max: 8 }), (width, height, scale) => {
			fc.pre(Math.max(width, height) / Math.min(width, height) < 100);
			const item = { kind: "image", width, height } as const;
			const low = 200_000 * scale;
			const fewer = counter(low).image(item, 1).visualTokens;
			expect(fewer).toBeLessThanOrEqual(counter(2 * low).image(item, 1).visualTokens);
			expect(fewer * 784).toBeLessThanOrEqual(low);
		}),
		{ seed: 15, numRuns: 300 },
	);
});
