/**
 * ERNIE-4.5-VL: dynamic resolution. The tower sees every frame; afterward, two frames are merged into one token grid.
 * Times are drawn into the frames, not written as text. Source: transformers 5.18
 * models/ernie4_5_vl_moe/{image_processing,video_processing,processing}_ernie4_5_vl_moe.py. The chat template writes a
 * title and a pair of markers.
 */

import { OnevisionError } from "@onevision/base";
import { choice, either, number } from "@onevision/base/schema";
import type { WrapperTokens } from "../../layout.ts";
import { notesOnBoth, numFramesKnob, type SampledFrames, withNotes } from "../../layouts/frames.ts";
import { maxPixelsKnob } from "../../layouts/max-pixels.ts";
import {
	type ClipFrames,
	checkLimits,
	clipFramesSchema,
	frameLimitSettings,
	layoutNative,
	rateOf,
	sampleSteps,
	videoPixelSettings,
} from "../../layouts/native-clip.ts";
import { type MergedPatches, pixelLimitSettings } from "../../layouts/native-resolution.ts";
import { budgetArguments, sampledFrames } from "../../layouts/processor-arguments.ts";
import { smartResize } from "../../layouts/smart-resize.ts";
import { estimateTextTokens, withFirstText } from "../../layouts/timestamps.ts";
import type { VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";

export interface Ernie45VlConstants extends MergedPatches {
	/** Frames merged into one token grid. */
	readonly temporalMerge: number;
	/** Minimum and maximum pixels of an image. */
	readonly minPixels: number;
	readonly maxPixels: number;
	/** Minimum and maximum pixels of one frame. */
	readonly videoMinPixels: number;
	readonly videoMaxPixels: number;
	readonly minFrames: number;
	readonly maxFrames: number;
}

export type Ernie45VlSettings = {
	readonly min_pixels: number;
	readonly max_pixels: number;
	readonly video_min_pixels: number;
	readonly video_max_pixels: number;
	readonly fps: number | "all";
	readonly num_frames: ClipFrames;
	readonly min_frames: number;
	readonly max_frames: number;
};

const IMAGE_TOKENS = [64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6177];
const FRAME_TOKENS = [299, 384, 512, 768, 1024, 1196];

export const ernie45Vl: Family<Ernie45VlConstants, Ernie45VlSettings> = {
	title: "ERNIE-4.5-VL",
	source: "transformers 5.18.0 src/transformers/models/ernie4_5_vl_moe/video_processing_ernie4_5_vl_moe.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		...pixelLimitSettings,
		...videoPixelSettings,
		fps: either(
			number("Frames sampled per second, within min_frames and max_frames", { min: 0.001, max: 1000 }),
			choice("Every frame up to max_frames", ["all"]),
		),
		num_frames: clipFramesSchema,
		...frameLimitSettings,
	},
	defaults: (constants) => ({
		min_pixels: constants.minPixels,
		max_pixels: constants.maxPixels,
		video_min_pixels: constants.videoMinPixels,
		video_max_pixels: constants.videoMaxPixels,
		fps: "all",
		num_frames: "by_fps",
		min_frames: constants.minFrames,
		max_frames: constants.maxFrames,
	}),
	check: checkSettings,
	processorArguments: (chosen, constants) => {
		const budgets = budgetArguments(chosen, constants);
		return { ...budgets, videos: { ...budgets.videos, ...sampledFrames(chosen, false) } };
	},
	knobs: ({ patch, merge, minFrames, maxFrames }) => {
		const cell = (patch * merge) ** 2;
		const image = maxPixelsKnob("max_pixels", IMAGE_TOKENS, cell, "at most {} tokens per image");
		const frame = maxPixelsKnob(
			"video_max_pixels",
			FRAME_TOKENS,
			cell,
			"at most {} tokens per pair of frames",
		);
		const frames = numFramesKnob(2);
		const values = frames.values.filter((count) => Number(count) >= minFrames && Number(count) <= maxFrames);
		const range = { from: Number(values[0]), step: 2 };
		return { "single-image": [image], "multi-image": [image], video: [{ ...frames, values, range }, frame] };
	},
	counter: (constants, settings) => {
		const { patch, merge, temporalMerge } = constants;
		const factor = patch * merge;
		const imageLimits = { factor, minPixels: settings.min_pixels, maxPixels: settings.max_pixels };
		const frameLimits = {
			factor,
			minPixels: settings.video_min_pixels,
			maxPixels: settings.video_max_pixels,
		};
		return {
			image: (item) => {
				const canvas = smartResize(item, imageLimits, "shrink");
				return layoutNative(item, { patch, merge, canvas, wrapper: titled("Picture 1:") });
			},
			numbered: (layout, ordinal) =>
				withFirstText(layout, `${layout.kind === "image" ? "Picture" : "Video"} ${ordinal}:`),
			video: (item) => {
				const sampled = takeFrames(item, settings);
				// The last frame is repeated until the clip fills complete grids.
				const groups = Math.ceil(sampled.count / temporalMerge);
				return layoutNative(item, {
					patch,
					merge,
					canvas: smartResize(item, frameLimits, "shrink"),
					views: groups * temporalMerge,
					groups,
					wrapper: titled("Video 1:"),
					sampled,
				});
			},
		};
	},
};

function checkSettings(settings: Ernie45VlSettings): void {
	checkLimits(settings, [
		["min_pixels", "max_pixels"],
		["video_min_pixels", "video_max_pixels"],
		["min_frames", "max_frames"],
	]);
	const { num_frames: asked, min_frames: least, max_frames: most } = settings;
	if (typeof asked === "string" || (asked >= least && asked <= most)) return;
	throw new OnevisionError(
		"invalid-input",
		`num_frames ${asked}: the processor takes ${least} to ${most}; change min_frames or max_frames too`,
	);
}

/** `sample_frames`: a number of frames or all of them, within the limits and never more than the clip has. */
function takeFrames(video: VideoItem, settings: Ernie45VlSettings): SampledFrames {
	const { num_frames: asked, fps: rate } = settings;
	const total = video.frames;
	if (asked === "all") return { count: total };
	if (asked === "by_fps") {
		const wanted = rate === "all" ? total : (total / rateOf(video)) * rate;
		return sampleSteps(total, Math.min(Math.max(wanted, settings.min_frames), settings.max_frames, total));
	}
	const notes = notesOnBoth(asked, rate, "transformers");
	if (asked > total) {
		const note = `the clip has ${total} frames, fewer than num_frames=${asked}; transformers refuses such a call`;
		return { count: total, notes: [...notes, note] };
	}
	return withNotes(sampleSteps(total, asked), notes);
}

function titled(title: string): WrapperTokens {
	return { markers: 2, text: [title], estimatedTextTokens: estimateTextTokens([title]) };
}
