/** Settings of closed models that bring samples within a budget. */

import type { ImageItem, Sample, VideoItem } from "@onevision/core";
import { describe, expect, test } from "vitest";
import { countApiFrom } from "./count.ts";
import { fitApiSettings } from "./fit.ts";

const image = (width: number, height: number): ImageItem => ({ kind: "image", width, height });
const clip = (width: number, height: number, frames: number, fps: number): VideoItem => ({
	kind: "video",
	width,
	height,
	frames,
	fps,
});
const alone = (...items: readonly (ImageItem | VideoItem)[]): Sample[] =>
	items.map((item) => ({ media: [item] }));

describe("closed models", () => {
	test("the most tokens that fit", () => {
		const samples = alone(image(4000, 3000));
		const { settings, fits } = fitApiSettings("gpt-6-astra", samples, { maxTokens: 2000 });
		expect([settings, fits]).toEqual([{ detail: "low" }, true]);
		const { settings: limited } = fitApiSettings("qwen3-vl-plus", samples, { maxTokens: 1000 });
		const { visualTokens } = countApiFrom("qwen3-vl-plus", samples[0] as Sample, limited);
		expect(visualTokens).toBeLessThanOrEqual(1000);
		expect(visualTokens).toBeGreaterThan(950);
	});

	test("a setting of images and videos is one for both", () => {
		const samples = [...alone(image(4000, 3000)), ...alone(clip(1280, 720, 900, 30))];
		const { settings, fits } = fitApiSettings("gemini-2.5-pro", samples, { maxTokens: 1000 });
		expect(fits).toBe(true);
		for (const sample of samples) {
			expect(countApiFrom("gemini-2.5-pro", sample, settings).visualTokens).toBeLessThanOrEqual(1000);
		}
	});

	test("a model without such settings says so by not fitting", () => {
		expect(fitApiSettings("claude-opus-4-7", alone(image(4000, 3000)), { maxTokens: 1000 })).toMatchObject({
			settings: {},
			fits: false,
		});
	});
});
