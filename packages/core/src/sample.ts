/** The input to a model: media items with their sizes, and the text around them. Contains no bytes. */

import { MAX_SIDE, OnevisionError, type Size } from "@onevision/base";

/**
 * One image. `width` and `height` are in pixels as loaded: as stored for most readers, after EXIF orientation for some.
 */
export interface ImageItem extends Size {
	readonly kind: "image";
}

/**
 * One video. `frames` is the number of frames in the file, `fps` is frames per second, and `hasAudio` says whether it
 * has a sound track (absent: unknown).
 */
export interface VideoItem extends Size {
	readonly kind: "video";
	readonly frames: number;
	readonly fps?: number;
	readonly hasAudio?: boolean;
}

export type MediaItem = ImageItem | VideoItem;

/** One conversation with its media. */
export interface Sample {
	readonly id?: string;
	readonly media: readonly MediaItem[];
	/** Tokens of the text, not counting the markers around media. Default 0. */
	readonly textTokens?: number;
}

/** The three kinds of input that one model must serve. */
export const SCENARIOS = ["single-image", "multi-image", "video"] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** Maximum frames of a video: 24 hours at 120 frames per second. */
export const MAX_FRAMES = 24 * 3600 * 120;
/** Maximum accepted frame rate, far above what high-speed cameras reach. */
export const MAX_FPS = 100_000;

/**
 * The scenario a sample belongs to. A sample with a video is video, whatever else it holds; one without media gives
 * `undefined`.
 */
export function scenarioOf(sample: Sample): Scenario | undefined {
	if (sample.media.length === 0) return undefined;
	if (sample.media.some((item) => item.kind === "video")) return "video";
	return sample.media.length === 1 ? "single-image" : "multi-image";
}

/** Duration of a video in seconds, `frames / fps`. `undefined` when its rate is unknown. */
export function durationSeconds(video: VideoItem): number | undefined {
	return video.fps === undefined ? undefined : video.frames / video.fps;
}

/** Throws `invalid-media` unless every size, frame count and rate is valid. */
export function assertMedia(item: MediaItem): void {
	if (item?.kind !== "image" && item?.kind !== "video") {
		throw new OnevisionError("invalid-media", 'kind: expected "image" or "video"');
	}
	if (!isSide(item.width) || !isSide(item.height)) {
		throw new OnevisionError(
			"invalid-media",
			`${item.kind} size ${item.width}x${item.height}: width and height must be whole numbers from 1 to ${MAX_SIDE} px`,
		);
	}
	if (item.kind === "image") return;
	if (!Number.isInteger(item.frames) || item.frames < 1 || item.frames > MAX_FRAMES) {
		throw new OnevisionError(
			"invalid-media",
			`video frames ${item.frames}: must be a whole number from 1 to ${MAX_FRAMES}`,
		);
	}
	if (item.fps !== undefined && !(item.fps > 0 && item.fps <= MAX_FPS)) {
		throw new OnevisionError(
			"invalid-media",
			`video fps ${item.fps}: must be above 0 and at most ${MAX_FPS}; leave it out if unknown`,
		);
	}
}

function isSide(value: number): boolean {
	return Number.isInteger(value) && value >= 1 && value <= MAX_SIDE;
}
