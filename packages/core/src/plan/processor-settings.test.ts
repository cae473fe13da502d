/** Settings as configuration: every family's arguments can be written as JSON, and scenarios that differ are named. */

import { expect, test } from "vitest";
import { CHECKPOINTS, checkpointById } from "../checkpoints.ts";
import type { CheckpointId } from "../families/index.ts";
import { plan } from "./plan.ts";
import { processorSettings } from "./processor-settings.ts";

const MEDIA = {
	images: [{ width: 1920, height: 1080 }],
	imagesPerSample: { min: 4, max: 4 },
	videos: [{ width: 1280, height: 720, seconds: 30 }],
};

/** One checkpoint of every family. */
const FIRST_OF_FAMILY = [
	...(Object.keys(CHECKPOINTS) as CheckpointId[])
		.reduceRight(
			(byFamily, id) => byFamily.set(checkpointById(id).family, id),
			new Map<string, CheckpointId>(),
		)
		.values(),
];

test("a grid limit becomes its canvases, rows first; a cap stands in processor and model", () => {
	const planned = plan({
		media: MEDIA,
		model: "llava-onevision-qwen2-7b-ov",
		purpose: "deploy",
		limits: { tiles: { min: 4, max: 4 } },
	});
	expect(processorSettings(planned)).toMatchObject({
		image: {
			image_grid_pinpoints: [
				...[
					[384, 384],
					[384, 768],
					[384, 1152],
					[384, 1536],
				],
				...[
					[768, 384],
					[768, 768],
					[1152, 384],
					[1536, 384],
				],
			],
		},
		video: { do_sample_frames: true, num_frames: 17 },
	});
});

test("where scenarios differ, the largest share decides and the other is passed in the call", () => {
	const planned = plan({
		media: MEDIA,
		model: "qwen2.5-vl-7b",
		purpose: "deploy",
		budget: 2000,
		mix: { "single-image": 60, "multi-image": 40, video: 0 },
	});
	const { image, calls } = processorSettings(planned);
	expect(calls.map(({ scenario }) => scenario)).toEqual(["multi-image"]);
	expect(calls[0]?.images).not.toEqual(image);
});

test.each(FIRST_OF_FAMILY)("%s: its settings can be written as a configuration", (id) => {
	// Some checkpoints refuse video although their family supports it.
	const mix = id === "minicpm-v-2.5" ? { mix: { "single-image": 100 } } : {};
	const planned = plan({ media: MEDIA, model: id, purpose: "deploy", budget: 2000, ...mix });
	expect(() => processorSettings(planned)).not.toThrow();
});
