/**
 * The counting rule of a closed API: from constants, settings and a size to a token count. It is the provider's
 * published rule, a reconstruction, or a range; every result says which.
 */

import { OnevisionError, type Size } from "@onevision/base";
import type { Schema } from "@onevision/base/schema";
import type { Knob, Settings, TokenRange } from "@onevision/core";
import { durationSeconds, type ImageItem, type MediaItem, type VideoItem } from "@onevision/core";

/**
 * How certain a count is. `documented`: the provider's own published rule. `inferred`: a rule reconstructed from
 * measurements, open code or an older page. `range`: only bounds, with `visualTokens` the upper one.
 */
export type Exactness = "documented" | "inferred" | "range";

/** One media item as a provider counts it. */
export interface ApiItemCount {
	readonly kind: "image" | "video";
	/** Tokens of the images or frames: the main number. The upper bound if `range` is set. */
	readonly visualTokens: number;
	readonly range?: TokenRange;
	readonly exactness: Exactness;
	/** The maximum the provider documents for such an item, if its own pages give only a ceiling. */
	readonly documentedCeiling?: number;
	/** Tokens of a video's audio track, on top of `visualTokens`. The upper bound if `audioUnknown` is set. */
	readonly audioTokens?: number;
	/** Present if it is unknown whether the clip has sound; the true number of audio tokens may then be zero. */
	readonly audioUnknown?: true;
	/** Billed tokens, if they differ from the tokens counted. */
	readonly billedTokens?: number;
	/** Present if the provider bills a flat number and does not publish how much context the item takes. */
	readonly contextUnknown?: true;
	/** Size of one image or frame after resizing, px; the source size if the provider does not say. */
	readonly resized: Size;
	/** Number of frames counted; 1 for an image. */
	readonly frames: number;
	/** Processing steps, in order: "fit 2048", "patch budget 2500". */
	readonly steps: readonly string[];
}

/** A setting that trades detail for tokens, and the values to try. */
type ApiKnob = Pick<Knob, "setting" | "values" | "range">;

/** A provider's rule. `Constants` differ per model and date; `S` holds the settings of a request. */
export interface ApiRule<Constants, S extends Settings> {
	readonly title: string;
	/** The page the rule was read from, with the day of the copy. */
	readonly source: string;
	readonly settings: { readonly [Key in keyof S]: Schema<S[Key]> };
	/** The API's default settings. */
	defaults(constants: Constants): S;
	/**
	 * Settings that trade detail for tokens, by what they affect. Absent if there are none, or their effect is not
	 * documented.
	 */
	knobs?(constants: Constants): Readonly<Record<MediaItem["kind"], readonly ApiKnob[]>>;
	image(image: ImageItem, constants: Constants, settings: S): ApiItemCount;
	/** Absent if the API takes no video, or publishes no way to count it. */
	video?(video: VideoItem, constants: Constants, settings: S): ApiItemCount;
}

/** Duration of a clip in seconds. Throws `invalid-media` if its frame rate is unknown, since APIs sample by time. */
export function secondsOf(video: VideoItem): number {
	const seconds = durationSeconds(video);
	if (seconds !== undefined) return seconds;
	throw new OnevisionError(
		"invalid-media",
		"video without fps: this API samples frames by time; give the clip's fps",
	);
}

/** Largest integer `k` with `k² · divisor ≤ value`: `floor(sqrt(value / divisor))` without rounding errors. */
export function floorSqrtRatio(value: number, divisor: number): number {
	let root = Math.floor(Math.sqrt(value / divisor));
	while (root > 0 && root * root * divisor > value) root--;
	while ((root + 1) * (root + 1) * divisor <= value) root++;
	return root;
}

/** An item's `{width, height}` without its kind. */
export function sizeOf({ width, height }: Size): Size {
	return { width, height };
}

/** "1600x1200", for steps and messages. */
export function showSize({ width, height }: Size): string {
	return `${width}x${height}`;
}
