/**
 * GLM-4.1V and GLM-4.5V: dynamic resolution with one pixel budget per image or clip. Two frames form a token grid,
 * followed by its time in whole seconds. Source: transformers 5.18
 * models/glm4v/{image_processing,video_processing,processing}_glm4v.py.
 */

import { linspace } from "@onevision/base";
import { integer, number } from "@onevision/base/schema";
import {
	checkGlmLimits,
	type GlmConstants,
	type GlmSettings,
	glmArguments,
	glmCounter,
	glmDefaults,
	glmKnobs,
	glmSettings,
	inPairs,
} from "../../layouts/glm-vision.ts";
import { rateOf } from "../../layouts/native-clip.ts";
import type { VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";

export type Glm4vSettings = GlmSettings & {
	readonly fps: number;
	readonly max_duration: number;
};

export const glm4v: Family<GlmConstants, Glm4vSettings> = {
	title: "GLM-4.1V and GLM-4.5V",
	source: "transformers 5.18.0 src/transformers/models/glm4v/video_processing_glm4v.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		...glmSettings,
		fps: number("Frames sampled per second", { min: 0.001, max: 1000 }),
		max_duration: integer("Seconds up to which a clip is sampled at fps; a longer one gets as many frames", {
			min: 1,
			max: 100_000,
		}),
	},
	defaults: (constants) => ({ ...glmDefaults(constants), fps: 2, max_duration: 300 }),
	check: checkGlmLimits,
	processorArguments: glmArguments,
	knobs: glmKnobs,
	counter: (constants, settings) =>
		glmCounter(constants, settings, {
			sample: (video) => inPairs(sampleByRate(video, settings)),
			timeText: (seconds) => String(Math.trunc(seconds)),
		}),
};

/** `Glm4vVideoProcessor.sample_frames`, before repeats are dropped. */
function sampleByRate(
	video: VideoItem,
	{ fps: rate, max_duration: longest }: Glm4vSettings,
): Iterable<number> {
	const fps = rateOf(video);
	const last = video.frames - 1;
	const duration = video.frames / fps;
	if (duration <= longest) return atRate(Math.max(Math.floor(duration * rate), 1), fps, rate, last);
	const count = Math.trunc(longest * rate);
	if (count >= video.frames) return Array.from({ length: video.frames }, (_, index) => index);
	return linspace(duration, count).map((seconds) => Math.min(last, Math.ceil(seconds * fps)));
}

/** Generated lazily, because a rate above the clip's own repeats every frame many times. */
function* atRate(count: number, fps: number, rate: number, last: number): Iterable<number> {
	for (let index = 0; index < count; index++) yield Math.min(last, Math.ceil((index * fps) / rate));
}
