/** Where a scenario's samples come from: files, descriptions, or assumptions that are labeled as such. */

import { OnevisionError } from "@onevision/base";
import { describe, expect, test } from "vitest";
import type { ImageItem, Sample, VideoItem } from "../sample.ts";
import { mergeEqual, presentScenarios, profileMedia } from "./media-profile.ts";

const image = (width: number, height: number): ImageItem => ({ kind: "image", width, height });
const clip = (frames: number, fps?: number): VideoItem => ({
	kind: "video",
	width: 64,
	height: 64,
	frames,
	...(fps === undefined ? {} : { fps }),
});
const samplesOf = (...media: Sample["media"][]): Sample[] => media.map((items) => ({ media: items }));

describe("nothing given", () => {
	const profile = profileMedia(undefined, []);
	test("every scenario is assumed, and says so", () => {
		expect(Object.values(profile).map(({ origin, note }) => [origin, note])).toEqual([
			["assumed", "no images given: 5 common sizes assumed"],
			["assumed", "2 to 6 images per sample, assumed, in the sizes of the single images"],
			["assumed", "no videos given: 720p clips of 30 s and 1080p clips of 10 s assumed"],
		]);
	});
	test("the assumed clips last what the note says", () => {
		const clips = profile.video.samples.map(({ sample }) => sample.media[0] as VideoItem);
		expect(clips.map(({ height, frames, fps = 1 }) => [height, frames / fps])).toEqual([
			[720, 30],
			[1080, 10],
		]);
	});
	test("assumes 2 to 6 images of each of the five sizes", () => {
		const counts = profile["multi-image"].samples.map(({ sample }) => sample.media.length);
		expect(counts).toEqual([2, 3, 4, 5, 6].flatMap((images) => Array.from({ length: 5 }, () => images)));
	});
});

describe("files", () => {
	test("go to their scenario, one each, and the note counts them", () => {
		const files = samplesOf([image(10, 10)], [image(1, 2), image(3, 4)], [clip(30, 30)], [clip(60, 30)]);
		const profile = profileMedia(undefined, files);
		expect(Object.values(profile).map(({ origin, note, samples }) => [origin, note, samples.length])).toEqual(
			[
				["files", "1 image from files", 1],
				["files", "1 group of images from files", 1],
				["files", "2 clips from files", 2],
			],
		);
	});
	test("single images form groups when no groups are found", () => {
		const profile = profileMedia({ imagesPerSample: { min: 2, max: 3 } }, samplesOf([image(7, 9)]));
		expect(profile["multi-image"]).toMatchObject({
			origin: "described",
			samples: [{ sample: { media: [image(7, 9), image(7, 9)] } }, { sample: { media: { length: 3 } } }],
		});
	});
	test("groups found on disk take precedence over synthesized ones", () => {
		const profile = profileMedia(
			{ imagesPerSample: { min: 9, max: 9 } },
			samplesOf([image(1, 1), image(2, 2)]),
		);
		expect(profile["multi-image"].samples).toEqual([
			{ sample: { media: [image(1, 1), image(2, 2)] }, weight: 1 },
		]);
	});
	test("a sample without media belongs nowhere", () => {
		expect(profileMedia(undefined, samplesOf([]))["single-image"].origin).toBe("assumed");
	});
});

describe("descriptions", () => {
	test("frames are seconds times rate, 30 per second by default, and at least one", () => {
		const videos = [
			{ width: 64, height: 64, seconds: 2 },
			{ width: 64, height: 64, seconds: 2, fps: 24 },
			{ width: 64, height: 64, seconds: 0.001 },
		];
		const { samples } = profileMedia({ videos }, []).video;
		expect(samples.map(({ sample }) => sample.media[0])).toEqual([clip(60, 30), clip(48, 24), clip(1, 30)]);
	});
	test("weights are kept, and a weight of 0 drops the size", () => {
		const images = [
			{ width: 1, height: 1, weight: 3 },
			{ width: 2, height: 2 },
			{ width: 3, height: 3, weight: 0 },
		];
		const { samples, note } = profileMedia({ images }, [])["single-image"];
		expect(samples.map(({ weight }) => weight)).toEqual([3, 1]);
		expect(note).toBe("2 images described");
	});
	test("files and descriptions can be combined", () => {
		const profile = profileMedia({ images: [{ width: 1, height: 1 }] }, samplesOf([image(2, 2)]));
		expect(profile["single-image"]).toMatchObject({
			origin: "files",
			note: "1 image from files, 1 image described",
		});
	});
	test("a reversed range is refused", () => {
		const swapped = (): unknown => profileMedia({ imagesPerSample: { min: 4, max: 2 } }, []);
		expect(swapped).toThrow(OnevisionError);
		expect(swapped).toThrow("media.imagesPerSample: min 4 is above max 2; swap them");
	});
});

describe("mergeEqual", () => {
	const merged = (...media: Sample["media"][]) =>
		mergeEqual(samplesOf(...media).map((sample) => ({ sample, weight: 2 }))).map(({ weight }) => weight);

	test("equal samples are merged, summing their weights", () => {
		expect(merged([image(1, 2)], [image(1, 2)], [image(2, 1)])).toEqual([4, 2]);
	});
	test("order, number, frames, rate and kind tell samples apart", () => {
		expect(merged([image(1, 2), image(3, 4)], [image(3, 4), image(1, 2)])).toEqual([2, 2]);
		expect(merged([image(1, 2)], [image(1, 2), image(1, 2)])).toEqual([2, 2]);
		expect(merged([clip(30, 30)], [clip(30, 25)], [clip(29, 30)], [clip(30)])).toEqual([2, 2, 2, 2]);
		expect(merged([image(64, 64)], [clip(1, 1)])).toEqual([2, 2]);
	});
});

test("present scenarios are those with a share, in the fixed order", () => {
	expect(presentScenarios({ video: 0.5, "multi-image": 0, "single-image": 0.5 })).toEqual([
		"single-image",
		"video",
	]);
});
