import { expect, test } from "vitest";
import { type VilaConstants, vila } from "./layout.ts";

const CONSTANTS: VilaConstants = { tile: 384, patch: 14, downsample: 2, frames: 6 };
const counter = (num_frames = 6, constants = CONSTANTS) =>
	vila.counter(constants, { num_frames }, "original");
const clip = (frames: number) => ({ kind: "video", width: 640, height: 360, frames, fps: 25 }) as const;

test("27 patches a side are padded to 28 and halved: 196 tokens, the line break stays in the text", () => {
	const layout = counter().image({ kind: "image", width: 1920, height: 1080 }, 3);
	expect([layout.patchGrid, layout.pooledGrid]).toEqual([
		{ rows: 27, cols: 27 },
		{ rows: 14, cols: 14 },
	]);
	expect([layout.visualTokens, layout.towerTokens]).toEqual([196, 729]);
	expect(layout.wrapper).toEqual({ markers: 0, text: ["\n"], estimatedTextTokens: 1 });
	const wide = counter(6, { ...CONSTANTS, tile: 448 }).image({ kind: "image", width: 10, height: 10 }, 1);
	expect(wide.visualTokens).toBe(256);
});

test("6 frames of a clip, 196 each", () => {
	const layout = counter().video(clip(100));
	// np.linspace(0, 98, 6, dtype=int)
	expect(layout.frameIndices).toEqual([0, 19, 39, 58, 78, 98]);
	expect([layout.visualTokens, layout.towerTokens, layout.views]).toEqual([1176, 4374, 6]);
	expect(layout.wrapper.text).toHaveLength(6);
	expect(counter().video(clip(7)).frameIndices).toEqual([0, 1, 2, 3, 4, 5]);
	expect(counter(1).video(clip(1)).notes).toBeUndefined();
});

test("a short clip is filled up with black frames, one of exactly 6 fails in the reference", () => {
	const short = counter().video(clip(4));
	expect([short.frames, short.views, short.visualTokens]).toEqual([4, 6, 1176]);
	expect(short.notes?.[0]).toContain("black");
	expect(counter().video(clip(6)).notes?.[0]).toContain("reference fails");
});
