import { expect, test } from "vitest";
import goldens from "./goldens/video_llava.json" with { type: "json" };
import { type VideoLlavaConstants, videoLlava } from "./layout.ts";

const CONSTANTS: VideoLlavaConstants = { tile: 224, patch: 14, trainedFrames: 8 };
const counter = (parity: "transformers" | "original", num_frames?: number) => {
	const defaults = videoLlava.defaults(CONSTANTS, parity);
	return videoLlava.counter(CONSTANTS, num_frames === undefined ? defaults : { num_frames }, parity);
};

test("the processor's own counts", () => {
	const { image, video } = counter("transformers");
	let rows = 0;
	for (const group of goldens.groups) {
		for (const row of group.rows) {
			const [width = 0, height = 0] = row as number[];
			const frames = (row as number[])[2] ?? 0;
			const tokens = row.at(-1);
			const layout =
				group.kind === "image"
					? image({ kind: "image", width, height }, 1)
					: video({ kind: "video", width, height, frames });
			expect(layout.visualTokens, `${group.name} ${row}`).toBe(tokens);
			rows++;
		}
	}
	expect(rows).toBeGreaterThan(30);
});

test("a frame keeps the class token, the tower's patches do not count it", () => {
	const layout = counter("transformers").video({
		kind: "video",
		width: 640,
		height: 360,
		frames: 8,
		fps: 25,
	});
	expect(layout.parts).toEqual({ overview: 0, grid: 2048, newlines: 0, markers: 8 });
	expect(layout.towerTokens).toBe(2048);
});

test("the original samples 8 frames of any clip, repeating those of a short one", () => {
	const { video } = counter("original");
	const long = video({ kind: "video", width: 640, height: 360, frames: 100, fps: 25 });
	expect([long.visualTokens, long.frameIndices]).toEqual([2056, [0, 14, 28, 42, 56, 70, 84, 99]]);
	const short = video({ kind: "video", width: 640, height: 360, frames: 3, fps: 25 });
	expect([short.visualTokens, short.frameIndices]).toEqual([2056, [0, 0, 0, 0, 1, 1, 1, 2]]);
	expect(
		counter("transformers", 4).video({ kind: "video", width: 9, height: 9, frames: 10 }).visualTokens,
	).toBe(1028);
});
