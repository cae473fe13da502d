import fc from "fast-check";
import { expect, test } from "vitest";
import { type NvilaConstants, type NvilaSettings, nvila } from "./layout.ts";

const LITE: NvilaConstants = {
	tile: 448,
	patch: 14,
	downsample: 3,
	aspectRatio: "dynamic",
	minTiles: 1,
	maxTiles: 12,
	frames: 8,
	temporalPooling: 1,
};
const S2: NvilaConstants = { ...LITE, downsample: 2, aspectRatio: "dynamic_s2", s2Scales: [448, 896, 1344] };
const VIDEO: NvilaConstants = {
	...LITE,
	downsample: 2,
	aspectRatio: "resize",
	frames: 256,
	temporalPooling: 8,
};

const counter = (constants: NvilaConstants, settings: Partial<NvilaSettings> = {}) =>
	nvila.counter(constants, { ...nvila.defaults(constants, "original"), ...settings }, "original");
const imageOf = (width: number, height: number) => ({ kind: "image", width, height }) as const;
const clip = (frames: number) => ({ kind: "video", width: 640, height: 360, frames, fps: 25 }) as const;

/**
 * Columns, rows and tokens of `dynamic_preprocess` (tiles and overview, 121 + 1 each), then of `dynamic_s2_preprocess`
 * (256 per tile and 1), from the repository's functions run in Python. From 2688×448 on, two grids are equally close.
 */
test.each([
	[224, 224, 1, 1, 122, 3, 3, 2305],
	[640, 480, 4, 3, 1586, 4, 3, 3073],
	[1000, 1000, 3, 3, 1220, 3, 3, 2305],
	[1024, 768, 4, 3, 1586, 4, 3, 3073],
	[1920, 1080, 4, 2, 1098, 4, 3, 3073],
	[1080, 1920, 2, 4, 1098, 2, 5, 2561],
	[3840, 2160, 4, 2, 1098, 4, 3, 3073],
	[100, 2000, 1, 12, 1586, 1, 12, 3073],
	[4000, 300, 12, 1, 1586, 12, 1, 3073],
	[448, 448, 1, 1, 122, 3, 3, 2305],
	[896, 448, 2, 1, 366, 5, 2, 2561],
	[1107, 820, 4, 3, 1586, 4, 3, 3073],
	[2500, 1000, 5, 2, 1342, 5, 2, 2561],
	[1, 1, 1, 1, 122, 3, 3, 2305],
	[2688, 448, 6, 1, 854, 9, 1, 2305],
	[448, 2688, 1, 6, 854, 1, 9, 2305],
	[2700, 600, 5, 1, 732, 6, 2, 3073],
	[3900, 600, 7, 1, 976, 9, 1, 2305],
	[3600, 600, 6, 1, 854, 6, 2, 3073],
	[2700, 1200, 5, 2, 1342, 5, 2, 2561],
])("%ix%i", (width, height, liteCols, liteRows, liteTokens, cols, rows, tokens) => {
	const lite = counter(LITE).image(imageOf(width, height), 1);
	expect([lite.tileGrid, lite.visualTokens]).toEqual([{ rows: liteRows, cols: liteCols }, liteTokens]);
	const s2 = counter(S2).image(imageOf(width, height), 1);
	expect([s2.tileGrid, s2.visualTokens]).toEqual([{ rows, cols }, tokens]);
});

test("dynamic: an overview beside the tiles, a line break embedded with each and one more in the prompt", () => {
	const layout = counter(LITE).image(imageOf(1920, 1080), 1);
	expect(layout.parts).toEqual({ overview: 121, grid: 8 * 121, newlines: 0, markers: 9 });
	expect([layout.views, layout.towerTokens, layout.wrapper.markers]).toEqual([9, 9 * 1024, 9]);
	expect([layout.patchGrid, layout.pooledGrid]).toEqual([
		{ rows: 32, cols: 32 },
		{ rows: 11, cols: 11 },
	]);
});

test("dynamic_s2: 1 and 4 tiles of the lower scales are read too, tokens are those of the grid", () => {
	const layout = counter(S2).image(imageOf(1920, 1080), 1);
	expect(layout.parts).toEqual({ overview: 0, grid: 12 * 256, newlines: 0, markers: 1 });
	expect([layout.views, layout.towerTokens, layout.wrapper.markers]).toEqual([17, 17 * 1024, 0]);
});

test("several images, and any image of a resize checkpoint, are one tile", () => {
	expect(counter(LITE).image(imageOf(1920, 1080), 2)).toMatchObject({ visualTokens: 122, views: 1 });
	expect(counter(S2).image(imageOf(1920, 1080), 2)).toMatchObject({ visualTokens: 257, views: 1 });
	expect(counter(VIDEO).image(imageOf(1920, 1080), 1)).toMatchObject({ visualTokens: 257, views: 1 });
});

test("fewer tiles on request", () => {
	// dynamic_preprocess with max_num=6.
	const lite = counter(LITE, { max_tiles: 6 });
	expect(lite.image(imageOf(640, 480), 1).visualTokens).toBe(854);
	expect(lite.image(imageOf(100, 2000), 1).visualTokens).toBe(854);
	expect(lite.image(imageOf(1000, 1000), 1).visualTokens).toBe(610);
	expect(counter(LITE, { max_tiles: 1 }).image(imageOf(1920, 1080), 1).visualTokens).toBe(122);
});

test("video: one view per frame, always as many as asked; averaged by eights where the checkpoint does", () => {
	const lite = counter(LITE).video(clip(100));
	// np.round(np.linspace(0, 99, 8)).astype(int)
	expect(lite.frameIndices).toEqual([0, 14, 28, 42, 57, 71, 85, 99]);
	expect([lite.visualTokens, lite.towerTokens]).toEqual([8 * 122, 8 * 1024]);
	expect(counter(LITE).video(clip(5)).frameIndices).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
	expect(counter(S2).video(clip(100)).visualTokens).toBe(8 * 257);
	expect(counter(VIDEO).video(clip(9000))).toMatchObject({ visualTokens: 32 * 257, towerTokens: 256 * 1024 });
});

test("what a checkpoint can't do is refused", () => {
	expect(() => counter(VIDEO, { num_frames: 12 })).toThrow(
		expect.objectContaining({ code: "invalid-input" }),
	);
	expect(() => counter(LITE, { image_aspect_ratio: "dynamic_s2" })).toThrow(
		expect.objectContaining({ code: "unsupported" }),
	);
	const values = (constants: NvilaConstants) =>
		nvila.knobs(constants)["single-image"].map((knob) => knob.values);
	expect(values(S2)).toEqual([[9, 12]]);
	expect(values(VIDEO)).toEqual([]);
	expect(nvila.knobs(VIDEO).video[0]?.values.every((frames) => Number(frames) % 8 === 0)).toBe(true);
});

test("tokens stay within the tile limit, and an image twice as large in both directions costs no less", () => {
	const side = fc.integer({ min: 1, max: 6000 });
	fc.assert(
		fc.property(side, side, fc.integer({ min: 1, max: 12 }), (width, height, max_tiles) => {
			const { image } = counter(LITE, { max_tiles });
			const layout = image(imageOf(width, height), 1);
			const { parts } = layout;
			expect(layout.visualTokens).toBe(parts.overview + parts.grid + parts.newlines + parts.markers);
			expect(layout.tileGrid.rows * layout.tileGrid.cols).toBeLessThanOrEqual(max_tiles);
			expect(layout.visualTokens).toBe(layout.views * 122);
			expect(image(imageOf(2 * width, 2 * height), 1).visualTokens).toBeGreaterThanOrEqual(
				layout.visualTokens,
			);
		}),
		{ seed: 448, numRuns: 500 },
	);
});
