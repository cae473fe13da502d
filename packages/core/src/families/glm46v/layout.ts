/**
 * GLM-4.6V: like GLM-4.1V, but with a frame rate that decreases as clips get longer, and times written to a tenth of a
 * second. Source: transformers 5.18 models/glm46v/{video_processing,processing}_glm46v.py.
 */

import { linspace } from "@onevision/base";
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
import { oneDecimal } from "../../layouts/timestamps.ts";
import type { VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";

/** Frame pairs per second, up to a duration in seconds (`DYNAMIC_FPS_THRES`). */
const RATES = [
	{ upTo: 30, rate: 3 },
	{ upTo: 300, rate: 1 },
	{ upTo: 2400, rate: 0.5 },
] as const;
const LONGEST_SECONDS = 2400;
const MAX_FRAMES = 640;

export const glm46v: Family<GlmConstants, GlmSettings> = {
	title: "GLM-4.6V",
	source: "transformers 5.18.0 src/transformers/models/glm46v/video_processing_glm46v.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: glmSettings,
	defaults: glmDefaults,
	check: checkGlmLimits,
	processorArguments: glmArguments,
	knobs: glmKnobs,
	counter: (constants, settings) =>
		glmCounter(constants, settings, {
			sample: (video) => inPairs(sampleByDuration(video, constants.temporalPatch)),
			timeText: (seconds) => `${oneDecimal(seconds)} seconds`,
		}),
};

/** `Glm46VVideoProcessor.sample_frames`, before repeats are dropped. */
function sampleByDuration(video: VideoItem, temporalPatch: number): number[] {
	const fps = rateOf(video);
	const total = video.frames;
	const duration = total / fps;
	const used = Math.min(duration, LONGEST_SECONDS);
	const rate = RATES.find(({ upTo }) => used <= upTo)?.rate ?? RATES[2].rate;
	const wanted = Math.min(Math.trunc(used * rate * temporalPatch), MAX_FRAMES);
	if (total < wanted) return spread(total - 1, wanted);
	const indices = everyInterval(total, 1 / fps, 1 / (temporalPatch * rate), Math.trunc(duration));
	if (indices.length < wanted) return spread(indices.at(-1) ?? total - 1, wanted);
	return indices.length > wanted ? spread(total - 1, wanted) : indices;
}

/** The first frame at or after each multiple of `interval` seconds, accumulated in floats, up to `end` seconds. */
function everyInterval(total: number, frameSeconds: number, interval: number, end: number): number[] {
	const indices: number[] = [];
	let due = 0;
	for (let frame = 0; frame < total; frame++) {
		if (frame * frameSeconds < due) continue;
		due += interval;
		indices.push(frame);
		if (due >= end) break;
	}
	return indices;
}

function spread(last: number, count: number): number[] {
	return count === 0 ? [] : linspace(last, count).map(Math.trunc);
}
