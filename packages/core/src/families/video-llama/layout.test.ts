import { expect, test } from "vitest";
import { type VideoLlamaConstants, videoLlama } from "./layout.ts";

const CONSTANTS: VideoLlamaConstants = {
	tile: 224,
	patch: 14,
	frameQueries: 32,
	clipQueries: 32,
	audioQueries: 8,
	frames: 8,
	maxFrames: 32,
};
const counter = (num_frames = 8, audio = false) =>
	videoLlama.counter(CONSTANTS, { num_frames, audio }, "original");
const clip = (frames: number, fps?: number) =>
	({ kind: "video", width: 640, height: 360, frames, ...(fps === undefined ? {} : { fps }) }) as const;

test("32 tokens whatever the frames", () => {
	expect(videoLlama.defaults(CONSTANTS, "original")).toEqual({ num_frames: 8, audio: false });
	for (const asked of [1, 8, 32]) {
		const layout = counter(asked).video(clip(100, 10));
		expect(layout.visualTokens).toBe(32);
		expect(layout.frames).toBe(asked);
		expect(layout.towerTokens).toBe(asked * 256);
	}
	expect(counter().video(clip(7, 10)).frames).toBe(7);
	const image = counter().image({ kind: "image", width: 1920, height: 1080 }, 1);
	expect([image.visualTokens, image.towerTokens, image.patchGrid]).toEqual([32, 256, { rows: 16, cols: 16 }]);
});

test("frames and the sentence that names them", () => {
	const layout = counter().video(clip(100, 10));
	// np.arange(0, 100, 100 / 8).astype(int)
	expect(layout.frameIndices).toEqual([0, 12, 25, 37, 50, 62, 75, 87]);
	expect(layout.wrapper.text).toEqual([
		"<Video>",
		"</Video> The video contains 8 frames sampled at 0.0, 1.2, 2.5, 3.7, 5.0, 6.2, 7.5, 8.7 seconds. ",
	]);
	expect(counter().video(clip(100)).wrapper.text).toEqual(["<Video>", "</Video> "]);
});

test("an index past the end is left out and said", () => {
	// np.arange(0, 17, 17 / 7) has 8 values; the last one is 17.
	const layout = counter(7).video(clip(17, 10));
	expect(layout.frameIndices).toEqual([0, 2, 4, 7, 9, 12, 14]);
	expect(layout.notes?.[0]).toContain("past the end");
	for (let frames = 9; frames < 2000; frames++) {
		const even = counter(8).video(clip(frames, 10));
		expect([even.frames, even.notes]).toEqual([8, undefined]);
	}
});

test("sound adds 8 positions beside the visual tokens", () => {
	const layout = counter(8, true).video(clip(100, 10));
	expect(layout.visualTokens).toBe(32);
	expect(layout.wrapper.markers).toBe(8);
	expect(layout.wrapper.text.join("")).toContain("Close your eyes, open your ears");
});
