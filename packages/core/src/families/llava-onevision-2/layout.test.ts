import fc from "fast-check";
import { expect, test } from "vitest";
import { type LlavaOnevision2Constants, type LlavaOnevision2Settings, llavaOnevision2 } from "./layout.ts";
import { torchLinspaceRounded } from "./video.ts";

const CONSTANTS: LlavaOnevision2Constants = {
	patch: 14,
	merge: 2,
	minPixels: 200_704,
	maxPixels: 4_000_000,
	maxFrames: 384,
	codec: { targetCanvas: 32, groupSize: 32, imagesPerGroup: 4, minGroupFrames: 8, maxGroupFrames: 64 },
};

const counter = (settings: Partial<LlavaOnevision2Settings> = {}, parity: "original" | "vllm" = "original") =>
	llavaOnevision2.counter(CONSTANTS, { ...llavaOnevision2.defaults(CONSTANTS, parity), ...settings }, parity);

const clip = (width: number, height: number, frames: number, fps?: number) =>
	({ kind: "video", width, height, frames, ...(fps === undefined ? {} : { fps }) }) as const;

/** transformers 5.18 `smart_resize(height, width, 28, 200704, max_pixels)`, area over 784. */
test.each([
	[224, 224, 4_000_000, 256],
	[640, 480, 4_000_000, 391],
	[1000, 1000, 4_000_000, 1296],
	[1920, 1080, 4_000_000, 2691],
	[3840, 2160, 4_000_000, 5035],
	[100, 2000, 4_000_000, 284],
	[640, 480, 1_605_632, 391],
	[1920, 1080, 1_605_632, 1980],
	[3840, 2160, 1_605_632, 1980],
])("image %ix%i with max_pixels %i", (width, height, max_pixels, tokens) => {
	const layout = counter({ max_pixels }).image({ kind: "image", width, height }, 1);
	expect(layout.visualTokens).toBe(tokens);
	expect(layout.wrapper).toEqual({ markers: 2, text: [], estimatedTextTokens: 0 });
});

/**
 * Frames and tokens of the checkpoint's processor, then of vLLM. From `choose_target_frames`, `select_frame_indices`
 * and both `smart_resize`s, `_ov2_smart_nframes` and `np.linspace`, run in Python with torch 2.13.
 */
test.each([
	[1920, 1080, 90, 30, 8, 21528, 4, 10764],
	[1920, 1080, 300, 30, 16, 43056, 10, 26910],
	[1280, 720, 299, 29.97, 8, 9568, 8, 9568],
	[640, 480, 899, 30, 16, 6256, 28, 10948],
	[640, 480, 900, 30, 384, 150144, 30, 11730],
	[1920, 1080, 18000, 25, 384, 1033344, 32, 86112],
	[320, 240, 5, 10, 5, 1330, 4, 1064],
	[64, 64, 1, 1, 1, 256, 2, 512],
	[3840, 2160, 1201, 23.976, 384, 1933440, 32, 161120],
	[480, 854, 617, 24, 16, 8160, 24, 12240],
])("clip %ix%i, %i frames at %d", (width, height, frames, fps, ours, tokens, vllmFrames, vllmTokens) => {
	const item = clip(width, height, frames, fps);
	const original = counter().video(item);
	expect([original.frames, original.visualTokens]).toEqual([ours, tokens]);
	const vllm = counter({}, "vllm").video(item);
	expect([vllm.frames, vllm.visualTokens]).toEqual([vllmFrames, vllmTokens]);
	for (const layout of [original, vllm]) {
		expect(layout.wrapper.markers).toBe(2 * layout.frames);
		expect(layout.wrapper.text).toHaveLength(layout.frames);
	}
});

test("frames and their times, as the references choose and print them", () => {
	const original = counter().video(clip(1920, 1080, 300, 30));
	expect(original.frameIndices).toEqual([
		0, 20, 40, 60, 80, 100, 120, 140, 159, 179, 199, 219, 239, 259, 279, 299,
	]);
	expect(original.wrapper.text.slice(0, 3)).toEqual(["<0.0 seconds>", "<0.7 seconds>", "<1.3 seconds>"]);
	expect(original.wrapper.text.at(-1)).toBe("<10.0 seconds>");
	const vllm = counter({}, "vllm").video(clip(320, 240, 5, 10));
	expect(vllm.frameIndices).toEqual([0, 1, 3, 4]);
	expect(vllm.wrapper.text).toEqual(["<0.0 seconds>", "<0.1 seconds>", "<0.3 seconds>", "<0.4 seconds>"]);
	expect(counter({}, "vllm").video(clip(64, 64, 1, 1)).frameIndices).toEqual([0, 0]);
});

test("a rate, a number and the most frames", () => {
	const item = clip(640, 480, 3000, 30);
	expect(counter({ target_fps: 0.5 }).video(item).frames).toBe(50);
	expect(counter({ target_fps: 2, max_frames: 64 }).video(item).frames).toBe(64);
	expect(counter({ target_fps: 0.001 }).video(item).frames).toBe(1);
	expect(counter({ num_frames: 7 }).video(item).frames).toBe(7);
	expect(counter({ num_frames: 64 }, "vllm").video(item).frames).toBe(64);
	expect(counter({ num_frames: 33 }, "vllm").video(item).frames).toBe(32);
	// The checkpoint's processor assumes 30 frames per second; vLLM requests every frame.
	expect(counter().video(clip(640, 480, 200)).frames).toBe(8);
	expect(counter({}, "vllm").video(clip(640, 480, 200)).frames).toBe(32);
});

test("torch.linspace in float32: 12345 → 7 steps, and past where float32 holds every integer", () => {
	expect(torchLinspaceRounded(12345, 7)).toEqual([0, 2058, 4115, 6172, 8230, 10288, 12345]);
	expect(torchLinspaceRounded(20_000_001, 4)).toEqual([0, 6666666, 13333334, 20000000]);
	expect(torchLinspaceRounded(5, 1)).toEqual([0]);
});

test("the codec backend gives bounds: 8 to 64 frames per group, 4 canvases per group, 256 frames looked at", () => {
	const layout = counter({ video_backend: "codec", max_pixels: 150_000 }).video(clip(1920, 1080, 9000, 30));
	expect(layout.pooledGrid).toEqual({ rows: 10, cols: 18 });
	expect(layout.frames).toBe(256);
	expect(layout.visualTokens).toBe(32 * 4 * 180);
	expect(layout.range).toMatchObject({ min: 4 * 180, max: layout.visualTokens });
	expect(layout.notes).toEqual(["groups of 32 frames are expected: about 32 canvases, 5760 tokens"]);
	const wider = counter({ video_backend: "codec", max_pixels: 150_000, target_canvas: 64 });
	expect(wider.video(clip(1920, 1080, 9000, 30)).notes?.[0]).toContain("about 64 canvases, 11520 tokens");
});

test("a clip too short for one group is refused", () => {
	expect(() => counter({ video_backend: "codec" }).video(clip(640, 480, 7, 30))).toThrow(
		expect.objectContaining({ code: "unsupported" }),
	);
	const shortest = counter({ video_backend: "codec" }).video(clip(640, 480, 8, 30));
	expect(shortest.views).toBe(4);
});

test("parts sum, more frames never cost fewer tokens, vLLM's frames are even", () => {
	const side = fc.integer({ min: 56, max: 2000 });
	fc.assert(
		fc.property(
			side,
			side,
			fc.integer({ min: 1, max: 5000 }),
			fc.double({ min: 1, max: 120, noNaN: true }),
			fc.integer({ min: 1, max: 200 }),
			(width, height, frames, fps, num_frames) => {
				const item = clip(width, height, frames, fps);
				const fewer = counter({ num_frames }).video(item);
				const more = counter({ num_frames: num_frames + 1 }).video(item);
				expect(fewer.visualTokens).toBe(fewer.frames * fewer.pooledGrid.rows * fewer.pooledGrid.cols);
				expect(fewer.visualTokens).toBeLessThanOrEqual(more.visualTokens);
				expect(fewer.towerTokens).toBe(4 * fewer.visualTokens);
				const vllm = counter({ num_frames: num_frames + 1 }, "vllm").video(item);
				expect(vllm.frames % 2).toBe(0);
				const range = frames < 8 ? undefined : counter({ video_backend: "codec" }).video(item).range;
				if (range !== undefined) expect(range.min).toBeLessThanOrEqual(range.max);
			},
		),
		{ seed: 2, numRuns: 200 },
	);
});
