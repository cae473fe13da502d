/**
 * What a closed API's counting rule is: constants and settings fixed, a size in, a token count out. The rule is the
 * provider's published one, a reconstruction, or a range; every answer says which.
 */

import { OnevisionError, type Size } from "@onevision/base";
import type { Schema } from "@onevision/base/schema";
import type { Knob, Settings, TokenRange } from "@onevision/core";
import { durationSeconds, type ImageItem, type MediaItem, type VideoItem } from "@onevision/core";

/**
 * How sure a count is: the provider's own published rule; a rule reconstructed from measurements, open code or an
 * older page; or only bounds, with `visualTokens` the upper one.
 */
export type Exactness = "documented" | "inferred" | "range";

/** One media item as a provider counts it. */
export interface ApiItemCount {
	readonly kind: "image" | "video";
	/** Tokens of the pictures: the main number. The upper bound if `range` is set. */
	readonly visualTokens: number;
	readonly range?: TokenRange;
	readonly exactness: Exactness;
	/** The most the provider documents for such an item, where its own pages name only a ceiling. */
	readonly documentedCeiling?: number;
	/** Tokens of a video's sound track, on top of `visualTokens`. The upper bound if `audioUnknown` is set. */
	readonly audioTokens?: number;
	/** Present when it is not known whether the clip has sound; then `audioTokens` may be none. */
	readonly audioUnknown?: true;
	/** What is billed, where that is another number than the tokens counted. */
	readonly billedTokens?: number;
	/** Present when the provider bills a flat number and does not publish what the item takes of the context. */
	readonly contextUnknown?: true;
	/** What one picture is resized to, px; the source size where the provider does not say. */
	readonly resized: Size;
	/** Frames of a video that are counted; 1 for an image. */
	readonly frames: number;
	/** What happened, in order: "fit 2048", "patch budget 2500". */
	readonly steps: readonly string[];
}

/** A setting that trades detail for tokens, and the values tried. */
export type ApiKnob = Pick<Knob, "setting" | "values" | "range">;

/** A provider's rule. `Constants` differ per model and date, `S` is what a request may set. */
export interface ApiRule<Constants, S extends Settings> {
	readonly title: string;
	/** The page the rule was read from, with the day of the copy. */
	readonly source: string;
	readonly settings: { readonly [Key in keyof S]: Schema<S[Key]> };
	/** What the API does when nothing is set. */
	defaults(constants: Constants): S;
	/** Settings that trade detail for tokens, by what they act on; absent: there are none, or their effect is not said. */
	knobs?(constants: Constants): Readonly<Record<MediaItem["kind"], readonly ApiKnob[]>>;
	image(image: ImageItem, constants: Constants, settings: S): ApiItemCount;
	/** Absent: the API takes no video, or publishes no way to count it. */
	video?(video: VideoItem, constants: Constants, settings: S): ApiItemCount;
}

/** Seconds of a clip. Throws `invalid-media` when its rate is unknown: APIs sample by time. */
export function secondsOf(video: VideoItem): number {
	const seconds = durationSeconds(video);
	if (seconds !== undefined) return seconds;
	throw new OnevisionError(
		"invalid-media",
		"video without fps: this API samples frames by time; give the clip's fps",
	);
}

/** Largest whole `k` with `k² · divisor ≤ value`: `floor(sqrt(value / divisor))` without rounding errors. */
export function floorSqrtRatio(value: number, divisor: number): number {
	let root = Math.floor(Math.sqrt(value / divisor));
	while (root > 0 && root * root * divisor > value) root--;
	while ((root + 1) * (root + 1) * divisor <= value) root++;
	return root;
}

/** `{width, height}` of an item, without its kind. */
export function sizeOf({ width, height }: Size): Size {
	return { width, height };
}

/** "1600x1200", for steps and messages. */
export function showSize({ width, height }: Size): string {
	return `${width}x${height}`;
}
