/**
 * Frame sampling strategies by name. Each is a function of the frame index alone, so nothing is decoded to choose
 * frames. A model's own layout gives `frameIndices`, which can be used in the same way.
 */

import { nearest, OnevisionError } from "@onevision/base";
import * as schema from "@onevision/base/schema";
import { MAX_FRAMES, sampleUniform } from "@onevision/core";
import { sampleByBitCost } from "./bit-cost.ts";
import type { FrameIndex, VideoPacket } from "./frame-index.ts";
import { SAMPLING_REFERENCES, type SamplingReference } from "./sampling-references.ts";

interface Strategy<T> {
	/** The strategy's options. */
	readonly options: schema.Schema<T>;
	/** Ascending frame numbers; repeats only where a reference gives them. Throws for options that do not fit. */
	choose(index: FrameIndex, asked: unknown): number[];
}

function strategy<T>(
	options: schema.Schema<T>,
	choose: (index: FrameIndex, options: T) => number[],
): Strategy<T> {
	return { options, choose: (index, asked) => choose(index, options.parse(asked, "")) };
}

const { choice, integer, list, number, object, optional } = schema;
const frames = integer("Frames to take", { min: 1, max: MAX_FRAMES });
const references = Object.keys(SAMPLING_REFERENCES) as SamplingReference[];
const like = choice("The implementation whose choice is copied to the frame", references);

const STRATEGIES = {
	/** A given number of frames, evenly spaced by frame number. `like`: default transformers. */
	uniform: strategy(
		object("Frames spread evenly", { frames, like: optional(like) }),
		(index, { frames, like = "transformers" }) =>
			SAMPLING_REFERENCES[like].uniform(index.frames.length, frames),
	),
	/** At a rate. Without `like`, chooses by timestamp, so that variable frame rates are sampled evenly. */
	fps: strategy(
		object("Frames at a rate", {
			fps: number("Frames per second to take", { min: 0.001, max: 1000 }),
			minFrames: optional(integer("Fewest frames", { min: 1, max: MAX_FRAMES })),
			maxFrames: optional(integer("Most frames", { min: 1, max: MAX_FRAMES })),
			like: optional(like),
		}),
		(index, { fps: rate, like, ...limits }) => {
			if (like === undefined) return sampleByTimestamp(index, rate, limits);
			const clip = { total: index.frames.length, fps: fpsOf(index), rate };
			return SAMPLING_REFERENCES[like].byRate(clip, limits);
		},
	),
	/** Key frames: the cheapest to decode, and where many encoders put scene changes. */
	keyframes: strategy(
		object("Key frames", {
			maxFrames: optional(
				integer("Most frames, spread evenly over the key frames", { min: 1, max: MAX_FRAMES }),
			),
		}),
		(index, { maxFrames = MAX_FRAMES }) => {
			const keys = index.frames.flatMap(({ isKey }, frame) => (isKey ? [frame] : []));
			if (keys.length <= maxFrames) return keys;
			return sampleUniform(keys.length, maxFrames).map((place) => keys[place] ?? 0);
		},
	),
	/** The frames on screen at given times, in seconds from the first frame. */
	timestamps: strategy(
		object("Frames at given times", {
			seconds: list("Seconds from the first frame, ascending", number("Seconds", { min: 0, max: 1e9 }), {
				min: 1,
				max: 100_000,
			}),
		}),
		(index, { seconds }) => seconds.map((time) => frameAt(index, time)),
	),
	/** Where the image changes, judged by packet sizes. */
	"bit-cost": strategy(
		object("Frames where the encoder spent bits", {
			frames,
			evenShare: optional(number("Share of the frames spread evenly in any case", { min: 0, max: 1 })),
			minSpacing: optional(integer("Least distance of two frames, in frames", { min: 1, max: MAX_FRAMES })),
		}),
		(index, { frames, ...options }) => sampleByBitCost(index, frames, options),
	),
} as const;

export type SamplingStrategy = keyof typeof STRATEGIES;
export const SAMPLING_STRATEGIES = Object.keys(STRATEGIES) as readonly SamplingStrategy[];

/** A strategy's name and options. */
export type Sampling = {
	[Name in SamplingStrategy]: { readonly strategy: Name } & schema.Infer<
		(typeof STRATEGIES)[Name]["options"]
	>;
}[SamplingStrategy];

/**
 * Chooses frames of a video, as ascending frame numbers. Throws `unknown-name`, `unknown-key` and `invalid-input` for
 * bad options, `unsupported` for what the named reference rejects, and `invalid-media` when sampling by rate and the
 * video's rate is unknown.
 */
export function chooseFrames(index: FrameIndex, sampling: Sampling): number[] {
	const { strategy, ...options } = sampling;
	const row = Object.hasOwn(STRATEGIES, strategy) ? STRATEGIES[strategy] : undefined;
	if (row === undefined) {
		const hint = nearest(String(strategy), SAMPLING_STRATEGIES);
		const what = hint === undefined ? "" : `; did you mean ${hint}?`;
		throw new OnevisionError(
			"unknown-name",
			`no sampling strategy "${strategy}"${what} There are ${SAMPLING_STRATEGIES.join(", ")}`,
		);
	}
	return row.choose(index, options);
}

function fpsOf({ fps }: FrameIndex): number {
	if (fps !== undefined) return fps;
	throw new OnevisionError(
		"invalid-media",
		"video fps unknown: sampling by rate needs it; take frames by number",
	);
}

interface Limits {
	readonly minFrames?: number;
	readonly maxFrames?: number;
}

/**
 * The first frame of each interval of `1/rate` seconds. When the result would exceed a limit, uses that many equal
 * intervals.
 */
function sampleByTimestamp(
	index: FrameIndex,
	rate: number,
	{ minFrames = 1, maxFrames = MAX_FRAMES }: Limits,
): number[] {
	if (minFrames > maxFrames) {
		throw new OnevisionError(
			"invalid-input",
			`minFrames ${minFrames} is over maxFrames ${maxFrames}; swap them`,
		);
	}
	const duration = index.durationSeconds ?? index.frames.length / fpsOf(index);
	// Durations are float64 sums: a rounding error must not add an interval.
	const stretches = Math.ceil(duration * rate - 1e-6);
	const count = Math.min(Math.max(stretches, minFrames), maxFrames);
	const step = count === stretches ? 1 / rate : duration / count;
	const chosen = Array.from({ length: count }, (_, place) => frameAt(index, place * step));
	return [...new Set(chosen)];
}

/** Times this close count as equal, in seconds: a tenth of a frame at 1,000 frames per second. */
const SAME_TIME = 1e-4;

/** The frame on screen `seconds` after the first one appears. Throws `invalid-input` past the end. */
export function frameAt(
	{ frames, durationSeconds }: Pick<FrameIndex, "frames" | "durationSeconds">,
	seconds: number,
): number {
	const start = frames[0]?.seconds ?? 0;
	if (durationSeconds !== undefined && seconds > durationSeconds + SAME_TIME) {
		const end = durationSeconds.toFixed(3);
		throw new OnevisionError(
			"invalid-input",
			`${seconds} s: the video ends at ${end} s; give times up to that`,
		);
	}
	return Math.max(0, countUntil(frames, start + seconds + SAME_TIME) - 1);
}

/** Number of frames that appear at or before a time. */
function countUntil(frames: readonly VideoPacket[], seconds: number): number {
	let [low, high] = [0, frames.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((frames[middle]?.seconds ?? 0) <= seconds) low = middle + 1;
		else high = middle;
	}
	return low;
}
