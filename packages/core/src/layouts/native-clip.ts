/**
 * Images and clips that keep their aspect ratio: every frame is cut into patches, and groups of frames become one token
 * grid. Shared by Pixtral, Gemma 4, GLM-V, ERNIE-4.5-VL, Kimi, VideoLLaMA 3 and HunyuanVL.
 */

import { OnevisionError, type Size } from "@onevision/base";
import { choice, either, integer } from "@onevision/base/schema";
import { type ItemLayout, itemLayout, type TokenRange, type WrapperTokens } from "../layout.ts";
import { MAX_FRAMES, type MediaItem, type VideoItem } from "../sample.ts";
import { sampleArange } from "./frame-sampling.ts";
import { type FrameCount, numFramesSchema, type SampledFrames } from "./frames.ts";
import { type MergedPatches, mergedGrid } from "./native-resolution.ts";

export interface NativeRule extends MergedPatches {
	/** The size a view is resized or padded to, px. Sides are multiples of a token's side. */
	readonly canvas: Size;
	/** The image inside the canvas, px. Absent when it fills the canvas. */
	readonly content?: Size;
	/** Number of tower inputs. Default 1. */
	readonly views?: number;
	/** Token grids written into the prompt. Default: one per view. */
	readonly groups?: number;
	/** Row-end embeddings per token grid. Default 0. */
	readonly newlines?: number;
	/** Special tokens inside each grid's expansion. Default 0. */
	readonly markers?: number;
	readonly wrapper: WrapperTokens;
	readonly sampled?: SampledFrames;
	readonly range?: TokenRange;
}

/** Lays out one image or one clip. Throws `unsupported` when the canvas is smaller than a token. */
export function layoutNative(item: MediaItem, rule: NativeRule): ItemLayout {
	const { canvas, content = canvas, merge, views = 1, groups = views, sampled } = rule;
	const grid = mergedGrid(item, canvas, rule);
	const patchGrid = { rows: grid.rows * merge, cols: grid.cols * merge };
	return itemLayout({
		kind: item.kind,
		source: { width: item.width, height: item.height },
		frames: sampled?.count ?? 1,
		...(sampled?.indices === undefined ? {} : { frameIndices: sampled.indices }),
		canvas,
		content,
		tileGrid: { rows: 1, cols: 1 },
		views,
		patchGrid,
		pooledGrid: grid,
		unpaddedGrid: grid,
		cappedGrid: grid,
		parts: {
			overview: 0,
			grid: groups * grid.rows * grid.cols,
			newlines: groups * (rule.newlines ?? 0),
			markers: groups * (rule.markers ?? 0),
		},
		towerTokens: views * patchGrid.rows * patchGrid.cols,
		wrapper: rule.wrapper,
		...(rule.range === undefined ? {} : { range: rule.range }),
		...(sampled?.notes === undefined ? {} : { notes: sampled.notes }),
	});
}

/** A number of frames, all of them, or the reference's own sampling by rate. */
export type ClipFrames = FrameCount | "by_fps";

export const clipFramesSchema = either(numFramesSchema, choice("The reference's own sampling", ["by_fps"]));

/** Limits on sampled frames, named as in several video processors. */
export const frameLimitSettings = {
	min_frames: integer("Fewest frames when sampling by fps", { min: 1, max: MAX_FRAMES }),
	max_frames: integer("Most frames when sampling by fps", { min: 1, max: MAX_FRAMES }),
};

/**
 * `arange(0, total, total / count)`, where `count` need not be an integer. Rounding can push the last index one past
 * the end, where the reference fails.
 */
export function sampleSteps(total: number, count: number): SampledFrames {
	if (count === total) return { count };
	const all = sampleArange(total, count);
	const indices = all.filter((index) => index < total);
	if (indices.length === all.length) return { count: indices.length, indices };
	const note = `transformers reads frame ${total} of this clip, one past its end, and fails: set num_frames to another number`;
	return { count: indices.length, indices, notes: [note] };
}

/** Pixel limits of a frame or a clip, with names distinct from the image limits. */
export const videoPixelSettings = {
	video_min_pixels: integer("Fewest pixels of a video, px", { min: 1, max: 2 ** 40 }),
	video_max_pixels: integer("Most pixels of a video, px", { min: 1, max: 2 ** 40 }),
};

/** Throws `invalid-input` when a lower limit exceeds its upper one. */
export function checkLimits<const Key extends string>(
	settings: { readonly [K in Key]: number },
	pairs: readonly (readonly [low: Key, high: Key])[],
): void {
	for (const [low, high] of pairs) {
		if (settings[low] <= settings[high]) continue;
		throw new OnevisionError(
			"invalid-input",
			`${low} ${settings[low]} is above ${high} ${settings[high]}: lower ${low} or raise ${high}`,
		);
	}
}

/** The clip's frame rate. Throws `invalid-media` when it is unknown. */
export function rateOf(video: VideoItem): number {
	if (video.fps !== undefined) return video.fps;
	throw new OnevisionError(
		"invalid-media",
		"video fps unknown: this family samples by time; give fps, or set num_frames",
	);
}

/** Time in seconds of the sampled frame at this position. Uses `assumedFps` when the clip's rate is unknown. */
export function secondsAt(
	video: VideoItem,
	{ indices }: SampledFrames,
	assumedFps: number,
): (position: number) => number {
	const fps = video.fps ?? assumedFps;
	return (position) => (indices?.[position] ?? position) / fps;
}
