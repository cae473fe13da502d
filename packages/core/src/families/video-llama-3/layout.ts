/**
 * VideoLLaMA 3: images at one token per 14 px patch. The frames of a clip share one pixel budget, with 2×2 patches per
 * token. Tokens that hardly change between frames are dropped, which cannot be known from sizes alone. Paper: arXiv
 * 2501.13106. Source: transformers 5.18
 * models/video_llama_3/{image_processing,video_processing,processing}_video_llama_3.py.
 */

import { boolean, choice, either, number } from "@onevision/base/schema";
import { type ItemLayout, NO_WRAPPER, type TokenRange, type WrapperTokens } from "../../layout.ts";
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
	secondsAt,
	videoPixelSettings,
} from "../../layouts/native-clip.ts";
import { pixelLimitSettings } from "../../layouts/native-resolution.ts";
import { budgetArguments, sampledFrames } from "../../layouts/processor-arguments.ts";
import { smartResize } from "../../layouts/smart-resize.ts";
import { estimateTextTokens, oneDecimal } from "../../layouts/timestamps.ts";
import type { VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";

export interface VideoLlama3Constants {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side merged into one token, for an image and for a frame. */
	readonly imageMerge: number;
	readonly frameMerge: number;
	/** Minimum and maximum pixels of an image. */
	readonly minPixels: number;
	readonly maxPixels: number;
	/** Minimum pixels of a frame, and maximum pixels of all frames together. */
	readonly videoMinPixels: number;
	readonly videoMaxPixels: number;
	readonly minFrames: number;
	readonly maxFrames: number;
}

export type VideoLlama3Settings = {
	readonly min_pixels: number;
	readonly max_pixels: number;
	readonly video_min_pixels: number;
	readonly video_max_pixels: number;
	readonly fps: number | "all";
	readonly num_frames: ClipFrames;
	readonly min_frames: number;
	readonly max_frames: number;
	readonly use_token_compression: boolean;
};

/** Frame rate the processor assumes when a clip's own is unknown. */
const ASSUMED_FPS = 1;
const IMAGE_TOKENS = [256, 512, 1024, 1536, 2048, 3072, 4096, 5120, 8192, 16_384];
const CLIP_TOKENS = [768, 1536, 3072, 6144, 12_288];

export const videoLlama3: Family<VideoLlama3Constants, VideoLlama3Settings> = {
	title: "VideoLLaMA 3",
	source: "transformers 5.18.0 src/transformers/models/video_llama_3/video_processing_video_llama_3.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		...pixelLimitSettings,
		...videoPixelSettings,
		fps: either(
			number("Frames sampled per second", { min: 0.001, max: 1000 }),
			choice("Every frame, no sampling", ["all"]),
		),
		num_frames: clipFramesSchema,
		...frameLimitSettings,
		use_token_compression: boolean("Whether tokens that hardly change between frames are dropped"),
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
		use_token_compression: true,
	}),
	check: (settings) =>
		checkLimits(settings, [
			["min_pixels", "max_pixels"],
			["video_min_pixels", "video_max_pixels"],
			["min_frames", "max_frames"],
		]),
	processorArguments: (chosen, constants) => {
		const budgets = budgetArguments(chosen, constants);
		return { ...budgets, videos: { ...budgets.videos, ...sampledFrames(chosen, false) } };
	},
	knobs: ({ patch, imageMerge, frameMerge }) => {
		const cell = (merge: number): number => (patch * merge) ** 2;
		const image = maxPixelsKnob("max_pixels", IMAGE_TOKENS, cell(imageMerge), "at most {} tokens per image");
		const clip = maxPixelsKnob(
			"video_max_pixels",
			CLIP_TOKENS,
			cell(frameMerge),
			"about {} tokens per clip before similar ones are dropped",
		);
		return { "single-image": [image], "multi-image": [image], video: [numFramesKnob(), clip] };
	},
	counter: (constants, settings) => ({
		image: (item) => {
			const { patch, imageMerge: merge } = constants;
			const limits = {
				factor: patch * merge,
				minPixels: settings.min_pixels,
				maxPixels: settings.max_pixels,
			};
			const canvas = smartResize(item, limits, "shrink");
			return layoutNative(item, { patch, merge, canvas, wrapper: NO_WRAPPER });
		},
		video: (item) => layoutClip(item, constants, settings),
	}),
};

function layoutClip(
	video: VideoItem,
	{ patch, frameMerge: merge, maxFrames }: VideoLlama3Constants,
	settings: VideoLlama3Settings,
): ItemLayout {
	const sampled = takeFrames(video, settings, maxFrames);
	const limits = {
		factor: patch * merge,
		minPixels: settings.video_min_pixels,
		maxPixels: Math.floor(settings.video_max_pixels / sampled.count),
	};
	const layout = layoutNative(video, {
		patch,
		merge,
		canvas: smartResize(video, limits, "shrink"),
		views: sampled.count,
		wrapper: frameTimes(video, sampled),
		sampled,
	});
	if (!settings.use_token_compression || sampled.count === 1) return layout;
	const frame = layout.visualTokens / sampled.count;
	const range: TokenRange = {
		min: frame + sampled.count - 1,
		max: layout.visualTokens,
		why: "tokens whose pixels hardly change from the frame before are dropped; at least one per frame stays",
	};
	return { ...layout, range };
}

/** `sample_frames`. Without fps or num_frames, every frame is used. */
function takeFrames(video: VideoItem, settings: VideoLlama3Settings, trained: number): SampledFrames {
	const { num_frames: asked, fps: rate } = settings;
	const total = video.frames;
	if (asked === "all" || (asked === "by_fps" && rate === "all")) {
		if (total <= trained) return { count: total };
		const note = `all ${total} frames are used: transformers does not sample this family's videos unless asked; the model cards use fps=1 and at most ${trained} frames`;
		return { count: total, notes: [note] };
	}
	if (asked === "by_fps") return sampleSteps(total, countByRate(video, rate as number, settings));
	const notes = notesOnBoth(asked, rate, "transformers");
	if (asked > total) {
		const note = `the clip has ${total} frames, fewer than num_frames=${asked}; transformers refuses such a call`;
		return { count: total, notes: [...notes, note] };
	}
	return withNotes(sampleSteps(total, asked), notes);
}

function countByRate(video: VideoItem, rate: number, settings: VideoLlama3Settings): number {
	const wanted = (video.frames / rateOf(video)) * rate;
	const most = Math.min(settings.max_frames, video.frames);
	return Math.floor(Math.min(Math.max(wanted, settings.min_frames), most));
}

/** The time before every frame, joined by commas. */
function frameTimes(video: VideoItem, sampled: SampledFrames): WrapperTokens {
	const seconds = secondsAt(video, sampled, ASSUMED_FPS);
	const text = Array.from(
		{ length: sampled.count },
		(_, index) => `${index === 0 ? "" : ","}Time ${oneDecimal(seconds(index))}s:`,
	);
	return { markers: 0, text, estimatedTextTokens: estimateTextTokens(text) };
}
