/**
 * What GLM-4.1V, GLM-4.5V and GLM-4.6V share: one pixel budget per image (counted as two frames) or per clip, and one
 * token grid per pair of frames. Source: transformers 5.18 models/glm4v and models/glm46v. The chat template writes the
 * pair of markers around an image or a clip.
 */

import { OnevisionError } from "@onevision/base";
import type { Family, ItemCounter, ProcessorArguments, Settings } from "../families/family.ts";
import { markersOnly, type WrapperTokens } from "../layout.ts";
import type { VideoItem } from "../sample.ts";
import { sampleUniform } from "./frame-sampling.ts";
import { numFramesKnob, type SampledFrames } from "./frames.ts";
import { maxPixelsKnob } from "./max-pixels.ts";
import {
	type ClipFrames,
	checkLimits,
	clipFramesSchema,
	layoutNative,
	secondsAt,
	videoPixelSettings,
} from "./native-clip.ts";
import { type MergedPatches, pixelLimitSettings } from "./native-resolution.ts";
import { budgetArguments, chosenFrames } from "./processor-arguments.ts";
import { smartResizeClip } from "./smart-resize.ts";
import { estimateTextTokens } from "./timestamps.ts";

export interface GlmConstants extends MergedPatches {
	/** Frames per token grid. */
	readonly temporalPatch: number;
	/** Limits on `2·width·height` of an image, px. */
	readonly minPixels: number;
	readonly maxPixels: number;
	/** Minimum and maximum pixels of a whole clip. */
	readonly videoMinPixels: number;
	readonly videoMaxPixels: number;
}

export type GlmSettings = {
	readonly min_pixels: number;
	readonly max_pixels: number;
	readonly video_min_pixels: number;
	readonly video_max_pixels: number;
	/** A number means frames sampled evenly before the processor is called. */
	readonly num_frames: ClipFrames;
};

export interface GlmVideoRule {
	/** Frames the processor samples by itself. The number is even; the last frame is repeated if necessary. */
	sample(video: VideoItem): number[];
	timeText(seconds: number): string;
}

/** Frame rate the processor assumes for a clip of unknown rate. */
const ASSUMED_FPS = 24;

const IMAGE_TOKENS = [64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 7500];
const CLIP_TOKENS = [512, 1024, 2048, 4096, 8192, 12_288, 16_384, 30_000];

export const glmSettings = { ...pixelLimitSettings, ...videoPixelSettings, num_frames: clipFramesSchema };

export function glmDefaults(constants: GlmConstants): GlmSettings {
	return {
		min_pixels: constants.minPixels,
		max_pixels: constants.maxPixels,
		video_min_pixels: constants.videoMinPixels,
		video_max_pixels: constants.videoMaxPixels,
		num_frames: "by_fps",
	};
}

export function checkGlmLimits(settings: GlmSettings): void {
	checkLimits(settings, [
		["min_pixels", "max_pixels"],
		["video_min_pixels", "video_max_pixels"],
	]);
}

export function glmArguments(chosen: Settings, constants: GlmConstants): ProcessorArguments {
	const budgets = budgetArguments(chosen, constants);
	const { videos, notes } = chosenFrames(chosen);
	return { ...budgets, videos: { ...budgets.videos, ...videos }, notes };
}

export function glmKnobs({
	patch,
	merge,
	temporalPatch,
}: GlmConstants): ReturnType<Family<GlmConstants, GlmSettings>["knobs"]> {
	const cell = temporalPatch * (patch * merge) ** 2;
	const image = maxPixelsKnob("max_pixels", IMAGE_TOKENS, cell, "at most {} tokens per image");
	const clip = maxPixelsKnob("video_max_pixels", CLIP_TOKENS, cell, "at most {} tokens per clip");
	return { "single-image": [image], "multi-image": [image], video: [numFramesKnob(temporalPatch), clip] };
}

export function glmCounter(constants: GlmConstants, settings: GlmSettings, rule: GlmVideoRule): ItemCounter {
	const { patch, merge, temporalPatch } = constants;
	const limits = (minPixels: number, maxPixels: number) => ({ factor: patch * merge, minPixels, maxPixels });
	const imageLimits = limits(settings.min_pixels, settings.max_pixels);
	const clipLimits = limits(settings.video_min_pixels, settings.video_max_pixels);
	return {
		image: (item) => {
			const canvas = smartResizeClip(item, temporalPatch, temporalPatch, imageLimits);
			return layoutNative(item, { patch, merge, canvas, wrapper: markersOnly(2) });
		},
		video: (item) => {
			const sampled = takeFrames(item, settings.num_frames, rule);
			if (sampled.count < temporalPatch) {
				throw new OnevisionError(
					"unsupported",
					`video of ${item.frames} frame${item.frames === 1 ? "" : "s"}: ${temporalPatch} are needed; pass it as an image`,
				);
			}
			const views = Math.ceil(sampled.count / temporalPatch);
			const canvas = smartResizeClip(item, sampled.count, temporalPatch, clipLimits);
			const wrapper = pairTimes(item, sampled, views, constants, rule);
			return layoutNative(item, { patch, merge, canvas, views, wrapper, sampled });
		},
	};
}

function takeFrames(video: VideoItem, asked: ClipFrames, rule: GlmVideoRule): SampledFrames {
	if (asked === "all") return { count: video.frames };
	if (asked === "by_fps") {
		const indices = rule.sample(video);
		return { count: indices.length, indices };
	}
	if (asked >= video.frames) return { count: video.frames };
	return { count: asked, indices: sampleUniform(video.frames, asked) };
}

/**
 * Drops repeats from non-decreasing indices and, if an odd number remains, repeats the last. Accepts any iterable, so
 * the indices can be generated lazily.
 */
export function inPairs(indices: Iterable<number>): number[] {
	const unique: number[] = [];
	for (const index of indices) if (index !== unique.at(-1)) unique.push(index);
	const last = unique.at(-1);
	return last !== undefined && unique.length % 2 === 1 ? [...unique, last] : unique;
}

/** Each token grid has its own pair of markers, followed by the time of its first frame. */
function pairTimes(
	video: VideoItem,
	sampled: SampledFrames,
	grids: number,
	{ temporalPatch }: GlmConstants,
	{ timeText }: GlmVideoRule,
): WrapperTokens {
	const seconds = secondsAt(video, sampled, ASSUMED_FPS);
	const text = Array.from({ length: grids }, (_, index) => timeText(seconds(index * temporalPatch)));
	return { markers: 2 + 2 * grids, text, estimatedTextTokens: estimateTextTokens(text) };
}
