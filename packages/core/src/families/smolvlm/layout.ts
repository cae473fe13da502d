/**
 * SmolVLM2: images as in Idefics3, and video as one frame per second, 64 at most. Each frame is squeezed into one view
 * and preceded by a line with its time; an introductory sentence states the number of frames. Paper: arXiv 2504.05299.
 * Source: transformers 5.18 models/smolvlm/{processing,video_processing}_smolvlm.py.
 */

import { linspace, OnevisionError, roundHalfEven } from "@onevision/base";
import { choice, either, integer, number } from "@onevision/base/schema";
import type { WrapperTokens } from "../../layout.ts";
import { type FrameCount, numFramesKnob, type SampledFrames } from "../../layouts/frames.ts";
import { square } from "../../layouts/tiles.ts";
import { estimateTextTokens } from "../../layouts/timestamps.ts";
import { layoutFrames } from "../../layouts/video-frames.ts";
import { MAX_FRAMES, type VideoItem } from "../../sample.ts";
import type { Family, SettingValue } from "../family.ts";
import {
	type Idefics3Constants,
	type Idefics3Settings,
	idefics3Settings,
	layoutScaled,
	longestEdgeKnob,
	MAX_IMAGE_SIDE,
	scaleToEdge,
	VIEW_MARKERS,
} from "../idefics3/layout.ts";
import { numberInWords } from "./number-words.ts";

export type SmolvlmConstants = Idefics3Constants & {
	/** Maximum frames per clip, and frames per second (`video_sampling`). */
	readonly maxFrames: number;
	readonly fps: number;
	/** The longer side a frame is resized to before it is squeezed into a view, px: `size`, if a file specifies it. */
	readonly videoEdge: number;
};

export type SmolvlmSettings = Idefics3Settings & {
	readonly num_frames: FrameCount;
	readonly fps: number;
};

/** Seconds skipped at each end of a long clip (`skip_secs`). */
const SKIPPED_SECONDS = 1;
/** Frame rate assumed for the times in the prompt when a clip's own is unknown. */
const ASSUMED_FPS = 24;
const SECONDS_PER_DAY = 86_400;

export const smolvlm: Family<SmolvlmConstants, SmolvlmSettings> = {
	title: "SmolVLM2",
	source:
		"transformers 5.18.0 src/transformers/models/smolvlm/processing_smolvlm.py, video_processing_smolvlm.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		...idefics3Settings,
		num_frames: either(
			integer("Most frames of a clip", { min: 1, max: MAX_FRAMES }),
			choice("Use every frame the file holds (`do_sample_frames` off)", ["all"]),
		),
		fps: number("Frames wanted per second of the clip", { min: 0.001, max: 1000 }),
	},
	// `apply_chat_template` passes the checkpoint's fps and num_frames, which turns sampling on.
	defaults: ({ longestEdge, maxFrames, fps }) => ({
		do_image_splitting: true,
		longest_edge: longestEdge,
		num_frames: maxFrames,
		fps,
	}),
	processorArguments: ({ longest_edge: edge, num_frames: frames }) => ({
		...(edge === undefined ? {} : { images: { size: `{"longest_edge": ${edge}}` } }),
		...(frames === undefined ? {} : { videos: { do_sample_frames: "True", num_frames: String(frames) } }),
	}),
	vllmArguments: { longest_edge: "size.longest_edge" },
	knobs: ({ tile, longestEdge, maxFrames }) => {
		const edge = longestEdgeKnob(tile, longestEdge);
		// One frame per second, up to this maximum.
		const frames = { ...numFramesKnob(), label: (value: SettingValue) => `up to ${value} frames` };
		const values = frames.values.filter((count) => Number(count) <= maxFrames);
		return { "single-image": [edge], "multi-image": [edge], video: [{ ...frames, values }] };
	},
	counter: (constants, settings) => {
		const { tile, patch, merge } = constants;
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.floor(patchGrid.rows / merge));
		return {
			image: (item) => layoutScaled(item, constants, settings),
			video: (item) => {
				const sampled = sampleClip(item, settings);
				return layoutFrames(item, sampled, {
					view: { width: tile, height: tile },
					patchGrid,
					pooledGrid,
					newlines: 0,
					markers: VIEW_MARKERS * sampled.count,
					wrapper: clipText(item, sampled),
					resizes: [scaleToEdge(item, Math.min(constants.videoEdge, MAX_IMAGE_SIDE))],
				});
			},
		};
	},
};

/** `sample_frames`: evenly from the first frame to the last, skipping the ends of a long clip, without repeats. */
function sampleClip(video: VideoItem, { num_frames: most, fps: rate }: SmolvlmSettings): SampledFrames {
	const total = video.frames;
	if (most === "all") return { count: total };
	if (video.fps === undefined) {
		throw new OnevisionError(
			"invalid-media",
			"video fps unknown: SmolVLM2 samples by time; give the clip's fps, or set num_frames=all",
		);
	}
	const duration = total / video.fps;
	const wanted = Math.max(1, Math.min(roundHalfEven(rate * duration), most));
	let first = 0;
	let last = total - 1;
	// The reference compares seconds with frames times rate. That quirk is kept.
	if (duration - 2 * SKIPPED_SECONDS > most * rate) {
		const skipped = SKIPPED_SECONDS * video.fps;
		first = Math.trunc(skipped);
		last = Math.min(Math.trunc(total - skipped), total - 1);
		if (first >= last) [first, last] = [0, total - 1];
	}
	const positions = linspace(last - first, wanted).map((offset) => Math.floor(offset + first));
	const indices = [...new Set(positions)];
	return indices.length === total ? { count: total } : { count: indices.length, indices };
}

/** The introductory sentence, a line with its time before each frame, and a blank line at the end. */
function clipText(video: VideoItem, sampled: SampledFrames): WrapperTokens {
	const fps = video.fps ?? ASSUMED_FPS;
	const secondsOf = (position: number): number => (sampled.indices?.[position] ?? position) / fps;
	// Without a rate the duration is unknown too, so the time of the last frame is used instead.
	const duration = Math.trunc(video.fps === undefined ? secondsOf(sampled.count - 1) : video.frames / fps);
	const introduction = `You are provided the following series of ${numberInWords(sampled.count)} frames from a ${clock(duration)} [H:MM:SS] video.\n`;
	const times = Array.from({ length: sampled.count }, (_, position) => {
		const seconds = secondsOf(position);
		const time = `${twoDigits(Math.floor(seconds / 60))}:${twoDigits(Math.floor(seconds % 60))}`;
		// No special token separates the sentence from the first time, so a tokenizer sees them as one piece.
		return `${position === 0 ? introduction : ""}\nFrame from ${time}:`;
	});
	const text = [...times, "\n\n"];
	return { markers: 0, text, estimatedTextTokens: estimateTextTokens(text) };
}

/** Python's `str(timedelta(seconds=…))`: "0:01:05"; from one day on, "1 day, 0:00:00". */
function clock(seconds: number): string {
	const days = Math.floor(seconds / SECONDS_PER_DAY);
	const rest = seconds % SECONDS_PER_DAY;
	const time = `${Math.floor(rest / 3600)}:${twoDigits(Math.floor(rest / 60) % 60)}:${twoDigits(rest % 60)}`;
	return days === 0 ? time : `${days} day${days === 1 ? "" : "s"}, ${time}`;
}

function twoDigits(value: number): string {
	return String(value).padStart(2, "0");
}
