/**
 * A snapshot that specifies its number of frames is sampled with it, not with the number on its family's model card.
 */

import { describe, expect, test } from "vitest";
import { createCounter } from "../count.ts";
import { videoSampling } from "../sampling.ts";
import { changed, type fixture, read } from "../testing/snapshots.ts";

/** Families that transformers samples by number, and the model card's number, used when the files specify none. */
const BY_NUMBER = [
	["llava-onevision-qwen2-7b-ov-hf", 32],
	["LLaVA-NeXT-Video-7B-hf", 32],
	["Video-LLaVA-7B-hf", 8],
	["InternVL3-8B-hf", 8],
	["Perception-LM-8B", 32],
] as const;

const VIDEO = "video_preprocessor_config.json";
const CLIP = { kind: "video", width: 640, height: 360, frames: 300, fps: 30 } as const;

/** Frames sampled from a clip of 300 by default. */
function framesOf(files: ReturnType<typeof fixture>): number | undefined {
	const { checkpoint } = read(files);
	const { settings } = videoSampling(checkpoint, {});
	return createCounter(checkpoint, settings).count({ media: [CLIP] }).items[0]?.frames;
}

describe.each(BY_NUMBER)("%s", (name, card) => {
	test("samples the file's num_frames", () => {
		const files = changed(name, VIDEO, { do_sample_frames: true, num_frames: 12 });
		expect(read(files).settings).toEqual({ num_frames: 12 });
		expect(videoSampling(read(files).checkpoint, {})).toMatchObject({
			by: "card",
			settings: { num_frames: 12 },
		});
		expect(framesOf(files)).toBe(12);
	});
	test(`without one, the ${card} of the card`, () => {
		const files = changed(name, VIDEO, { do_sample_frames: undefined, num_frames: undefined });
		expect(framesOf(files)).toBe(card);
	});
});
