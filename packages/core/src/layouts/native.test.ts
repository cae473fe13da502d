/** Layouts at native resolution, worked out by hand: every count from sizes that differ, and limits at their edges. */

import { expect, test } from "vitest";
import { NO_WRAPPER } from "../layout.ts";
import { MAX_FRAMES } from "../sample.ts";
import {
	checkLimits,
	frameLimitSettings,
	layoutNative,
	rateOf,
	sampleSteps,
	secondsAt,
	videoPixelSettings,
} from "./native-clip.ts";
import { checkPixelLimits, layoutMerged, mergedGrid, pixelLimitSettings } from "./native-resolution.ts";

const image = { kind: "image", width: 900, height: 400 } as const;
const video = { kind: "video", width: 900, height: 400, frames: 40 } as const;
const patches = { patch: 10, merge: 3 };
/** 4×7 tokens of 30 px. */
const canvas = { width: 210, height: 120 };

const grids = {
	tileGrid: { rows: 1, cols: 1 },
	patchGrid: { rows: 12, cols: 21 },
	pooledGrid: { rows: 4, cols: 7 },
	unpaddedGrid: { rows: 4, cols: 7 },
	cappedGrid: { rows: 4, cols: 7 },
};

test("an image is one view and one group of tokens", () => {
	const layout = {
		kind: "image",
		source: { width: 900, height: 400 },
		frames: 1,
		canvas,
		content: canvas,
		...grids,
		views: 1,
		parts: { overview: 0, grid: 28, newlines: 0, markers: 0 },
		towerTokens: 252,
		visualTokens: 28,
		wrapper: NO_WRAPPER,
	};
	expect(layoutNative(image, { ...patches, canvas, wrapper: NO_WRAPPER })).toEqual(layout);
	expect(layoutMerged(image, canvas, patches, NO_WRAPPER)).toEqual(layout);
});

test("a clip has tokens for each group, patches for each view", () => {
	const rule = {
		...patches,
		canvas,
		content: { width: 205, height: 110 },
		views: 6,
		groups: 3,
		newlines: 4,
		markers: 2,
		wrapper: NO_WRAPPER,
		sampled: { count: 5, indices: [0, 8, 16, 24, 32], notes: ["a note"] },
		range: { min: 1, max: 900, why: "a reason" },
	};
	expect(layoutNative(video, rule)).toEqual({
		kind: "video",
		source: { width: 900, height: 400 },
		frames: 5,
		frameIndices: [0, 8, 16, 24, 32],
		canvas,
		content: { width: 205, height: 110 },
		...grids,
		views: 6,
		parts: { overview: 0, grid: 84, newlines: 12, markers: 6 },
		towerTokens: 1512,
		visualTokens: 102,
		wrapper: NO_WRAPPER,
		range: { min: 1, max: 900, why: "a reason" },
		notes: ["a note"],
	});
	expect(layoutNative(video, { ...patches, canvas, views: 6, wrapper: NO_WRAPPER }).parts.grid).toBe(168);
	expect(layoutMerged(video, canvas, patches, NO_WRAPPER, rule.sampled)).toMatchObject({
		frames: 5,
		frameIndices: [0, 8, 16, 24, 32],
		views: 5,
		parts: { overview: 0, grid: 140, newlines: 0, markers: 0 },
		towerTokens: 1260,
		notes: ["a note"],
	});
});

test("a canvas of one token is enough, a pixel less on either side is not", () => {
	expect(mergedGrid(image, { width: 30, height: 30 }, patches)).toEqual({ rows: 1, cols: 1 });
	for (const small of [
		{ width: 29, height: 30 },
		{ width: 30, height: 29 },
	]) {
		expect(() => mergedGrid(image, small, patches)).toThrow(
			"900x400 shrinks below one token at these pixel limits: raise max_pixels",
		);
	}
});

test("steps: all frames need no indices, and none lies past the end", () => {
	expect(sampleSteps(10, 10)).toEqual({ count: 10 });
	expect(sampleSteps(10, 4)).toEqual({ count: 4, indices: [0, 2, 5, 7] });
	expect(sampleSteps(10, 2.5)).toEqual({ count: 3, indices: [0, 4, 8] });
	// arange counts ⌈17 / (17 / 7)⌉ = 8 steps: the quotient is a hair over 7.
	expect(sampleSteps(17, 7)).toEqual({
		count: 7,
		indices: [0, 2, 4, 7, 9, 12, 14],
		notes: [
			"transformers reads frame 17 of this clip, one past its end, and fails: set num_frames to another number",
		],
	});
});

test("limits at their edges", () => {
	const pixels = [...Object.values(pixelLimitSettings), ...Object.values(videoPixelSettings)];
	for (const [schemas, most] of [
		[pixels, 2 ** 40],
		[Object.values(frameLimitSettings), MAX_FRAMES],
	] as const) {
		expect(schemas.length).toBeGreaterThanOrEqual(2);
		for (const schema of schemas) {
			expect([schema.parse(1, ""), schema.parse(most, "")]).toEqual([1, most]);
			expect(() => schema.parse(0, "")).toThrow(/got 0/);
			expect(() => schema.parse(most + 1, "")).toThrow(`got ${most + 1}`);
		}
	}
	expect(() => checkPixelLimits({ min_pixels: 5, max_pixels: 5 })).not.toThrow();
	expect(() => checkPixelLimits({ min_pixels: 6, max_pixels: 5 })).toThrow(
		/min_pixels 6 is above max_pixels 5/,
	);
	const pairs = [
		["a", "b"],
		["b", "c"],
	] as const;
	expect(() => checkLimits({ a: 1, b: 1, c: 1 }, pairs)).not.toThrow();
	expect(() => checkLimits({ a: 1, b: 3, c: 2 }, pairs)).toThrow("b 3 is above c 2: lower b or raise c");
});

test("seconds of a sampled frame, at the clip's rate or the assumed one", () => {
	const indices = [0, 8, 16];
	expect([0, 1, 2].map(secondsAt({ ...video, fps: 4 }, { count: 3, indices }, 2))).toEqual([0, 2, 4]);
	expect([0, 1, 2].map(secondsAt(video, { count: 3, indices }, 2))).toEqual([0, 4, 8]);
	expect([0, 1, 2].map(secondsAt(video, { count: 3 }, 2))).toEqual([0, 0.5, 1]);
	expect(rateOf({ ...video, fps: 4 })).toBe(4);
	expect(() => rateOf(video)).toThrow(/video fps unknown/);
});
