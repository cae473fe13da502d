/** Scenarios, durations, and the media that are refused before anything is counted. */

import { MAX_SIDE, OnevisionError } from "@onevision/base";
import { expect, test } from "vitest";
import {
	assertMedia,
	durationSeconds,
	type ImageItem,
	MAX_FPS,
	MAX_FRAMES,
	type MediaItem,
	scenarioOf,
	type VideoItem,
} from "./sample.ts";

const image = (width = 640, height = 480): ImageItem => ({ kind: "image", width, height });
const video = (frames = 300, fps?: number): VideoItem => ({
	kind: "video",
	width: 640,
	height: 480,
	frames,
	...(fps === undefined ? {} : { fps }),
});

function refusal(item: MediaItem): string {
	try {
		assertMedia(item);
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
	return "accepted";
}

test.each<[string, readonly MediaItem[], string | undefined]>([
	["no media is no scenario", [], undefined],
	["one image is single-image", [image()], "single-image"],
	["two images are multi-image", [image(), image()], "multi-image"],
	["a video is video", [video()], "video"],
	["a video outweighs images", [image(), image(), video()], "video"],
])("%s", (_name, media, scenario) => {
	expect(scenarioOf({ media })).toBe(scenario);
});

test("a clip lasts frames over rate, and nothing is said without a rate", () => {
	expect(durationSeconds(video(300, 30))).toBe(10);
	expect(durationSeconds(video(1001, 30000 / 1001))).toBeCloseTo(33.4, 3);
	expect(durationSeconds(video(300))).toBeUndefined();
});

test.each<[MediaItem]>([
	[image(1, 1)],
	[image(MAX_SIDE, MAX_SIDE)],
	[video(1)],
	[video(MAX_FRAMES, MAX_FPS)],
	[video(1, Number.MIN_VALUE)],
])("the ends of the allowed range are accepted: %o", (item) => {
	expect(refusal(item)).toBe("accepted");
});

const BAD = [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

test.each([...BAD, MAX_SIDE + 1])("a side of %d px is refused, either side, image or video", (side) => {
	const whole = `width and height must be whole numbers from 1 to ${MAX_SIDE} px`;
	expect(refusal(image(side, 480))).toBe(`invalid-media: image size ${side}x480: ${whole}`);
	expect(refusal(image(640, side))).toBe(`invalid-media: image size 640x${side}: ${whole}`);
	expect(refusal({ ...video(), width: side })).toBe(`invalid-media: video size ${side}x480: ${whole}`);
});

test.each([...BAD, MAX_FRAMES + 1])("%d frames are refused", (frames) => {
	expect(refusal(video(frames))).toBe(
		`invalid-media: video frames ${frames}: must be a whole number from 1 to ${MAX_FRAMES}`,
	);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, MAX_FPS + 1])("a rate of %d is refused", (fps) => {
	expect(refusal(video(300, fps))).toBe(
		`invalid-media: video fps ${fps}: must be above 0 and at most ${MAX_FPS}; leave it out if unknown`,
	);
});

test("sizes that are not numbers are refused, not computed with", () => {
	const text = { kind: "image", width: "640", height: 480 } as unknown as MediaItem;
	expect(refusal(text)).toContain("invalid-media: image size 640x480");
	const absent = { kind: "video", width: 640, height: 480 } as unknown as MediaItem;
	expect(refusal(absent)).toContain("invalid-media: video frames undefined");
});
