/**
 * Inverse questions: the largest size, clip or setting whose visual tokens stay within a limit. Counts are not monotone
 * (a larger image can fall on a smaller tile grid), so answers come from counting candidates, not from a formula.
 */

import { MAX_SIDE, OnevisionError, type Size } from "@onevision/base";
import { type JsonSchema, type Schema, unknownKey } from "@onevision/base/schema";
import { type Counter, createCounterFrom } from "./count.ts";
import type { Checkpoint } from "./families/index.ts";
import { familyById } from "./families/index.ts";
import { assertMedia, type Sample, type VideoItem } from "./sample.ts";

/** A checkpoint by any of its names or one of your own, the settings that stay fixed, and the limit. */
export interface FitQuestion {
	readonly checkpoint: string | Checkpoint;
	/** As for `count`, `parity` included. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Most visual tokens. A count that is a range is held to its upper bound. */
	readonly maxTokens: number;
}

/** A candidate with its visual tokens. */
export interface Fitted<T> {
	readonly value: T;
	readonly visualTokens: number;
}

export interface Fit<T> {
	/** The largest that fits. */
	readonly largest: Fitted<T>;
	/** The smallest counted that does not fit; below `largest` where counts are not monotone. Absent: all that count fit. */
	readonly firstOver?: Fitted<T>;
	/** Whether `largest` is the end of what was tried, so that more may fit. */
	readonly atBound: boolean;
	/**
	 * "every": all candidates were counted, `largest` is exact. "steps": there are more than 2^11 of them; candidates 2 %
	 * apart were counted from the top, then the gap above the first that fits was halved down to neighbours. That one fits
	 * and the next does not, but a dip narrower than 2 % further up would be missed.
	 */
	readonly searched: "every" | "steps";
}

/** Longest side tried where only an aspect ratio is given, px. */
export const DEFAULT_LONG_SIDE = 8192;
/** Most clip lengths or values of a setting that are all tried; sizes always are. */
export const EVERY_CANDIDATE = 2 ** 11;

/** What the size must look like: an aspect ratio, or an image that may be shrunk but not enlarged. */
export type FitShape =
	| { readonly aspect: Size /** Longest side tried, px (default 8192). */; readonly maxSide?: number }
	| { readonly size: Size };

/**
 * The largest image of one shape that fits. Exact: every whole long side up to the bound is counted, with the short
 * side rounded to the nearest px (at least 1), and the largest that fits is returned, dips included.
 *
 * @throws OnevisionError `over-limit` when not even the cheapest size fits, what `count` throws when all are refused,
 * `invalid-input` for a limit or shape that is not a whole number from 1
 */
export function fitSize(question: FitQuestion & FitShape): Fit<Size> {
	const shape = "size" in question ? question.size : question.aspect;
	assertMedia({ kind: "image", width: shape.width, height: shape.height });
	const long = Math.max(shape.width, shape.height);
	const bound = "size" in question ? long : (question.maxSide ?? DEFAULT_LONG_SIDE);
	assertWhole("maxSide", bound, MAX_SIDE);
	const counter = counterOf(question);
	const short = (side: number, other: number): number =>
		Math.max(1, Math.floor((2 * side * other + long) / (2 * long)));
	return search(question.maxTokens, 1, bound, Number.POSITIVE_INFINITY, {
		valueAt: (side) => ({ width: short(side, shape.width), height: short(side, shape.height) }),
		tokensOf: ({ width, height }) => tokensOf(counter, { media: [{ kind: "image", width, height }] }),
		describe: ({ width, height }) => `${width}x${height}`,
	});
}

/**
 * The longest start of a clip that fits, in frames of the file, under the settings as they are: every length up to the
 * clip's own, or steps of them (see `searched`). How many frames to sample from the clip is `fitSetting` with
 * `num_frames`.
 *
 * @throws OnevisionError as `fitSize` does
 */
export function fitFrames(question: FitQuestion & { readonly video: VideoItem }): Fit<number> {
	const { video, maxTokens } = question;
	assertMedia(video);
	const counter = counterOf(question);
	return search(maxTokens, 1, video.frames, EVERY_CANDIDATE, {
		valueAt: (frames) => frames,
		tokensOf: (frames) => tokensOf(counter, { media: [{ ...video, frames }] }),
		describe: (frames) => `${frames} frame${frames === 1 ? "" : "s"}`,
	});
}

/**
 * The largest value of a numeric setting under which a sample fits: whole numbers, or thousandths where fractions are
 * allowed; all of them, or steps (see `searched`). A number of frames is tried up to those of the sample's longest clip.
 *
 * @throws OnevisionError as `fitSize` does; `unknown-key` for a setting the family has not, `invalid-input` for one that
 * is no number, `unsupported` for one the implementation does not read
 */
export function fitSetting(
	question: FitQuestion & { readonly sample: Sample; readonly setting: string },
): Fit<number> {
	const { checkpoint, settings = {}, sample, setting, maxTokens } = question;
	const counter = counterOf(question);
	const { min, max, scale } = domainOf(counter, setting, sample);
	const { parity } = counter.settings;
	if (counter.family.ignored?.[parity]?.includes(setting) === true) {
		throw new OnevisionError(
			"unsupported",
			`${setting}: ${parity} does not read it for ${counter.family.title}; fit another setting or choose another parity`,
		);
	}
	return search(maxTokens, min, max, EVERY_CANDIDATE, {
		valueAt: (index) => index / scale,
		tokensOf: (value) =>
			outcome(() => createCounterFrom(checkpoint, { ...settings, [setting]: value }).count(sample)),
		describe: (value) => `${setting} ${value}`,
	});
}

interface Steps<T> {
	valueAt(index: number): T;
	/** Visual tokens, or why the value is refused. */
	tokensOf(value: T): number | OnevisionError;
	/** A value in words, for errors. */
	describe(value: T): string;
}

/** The largest index from `from` to `to`, both included, that fits. A refused value does not. */
function search<T>(maxTokens: number, from: number, to: number, every: number, steps: Steps<T>): Fit<T> {
	return to - from < every
		? searchEvery(maxTokens, from, to, steps)
		: searchSteps(maxTokens, from, to, steps);
}

function searchEvery<T>(maxTokens: number, from: number, to: number, steps: Steps<T>): Fit<T> {
	let largest: Fitted<T> | undefined;
	let firstOver: Fitted<T> | undefined;
	let atBound = false;
	const misses = missing(steps);
	for (let index = from; index <= to; index++) {
		const value = steps.valueAt(index);
		const tokens = steps.tokensOf(value);
		if (typeof tokens !== "number") misses.refused(tokens);
		else if (tokens <= maxTokens) {
			largest = { value, visualTokens: tokens };
			atBound = index === to;
		} else {
			firstOver ??= { value, visualTokens: tokens };
			misses.over(value, tokens);
		}
	}
	if (largest === undefined) throw misses.error(maxTokens);
	return { largest, ...(firstOver === undefined ? {} : { firstOver }), atBound, searched: "every" };
}

/** Values 2 % apart from the top down, then halving between the first that fits and the one above it. */
function searchSteps<T>(maxTokens: number, from: number, to: number, steps: Steps<T>): Fit<T> {
	const misses = missing(steps);
	const tokensAt = (index: number): number => {
		const value = steps.valueAt(index);
		const tokens = steps.tokensOf(value);
		if (typeof tokens !== "number") misses.refused(tokens);
		else if (tokens > maxTokens) misses.over(value, tokens);
		return typeof tokens === "number" ? tokens : Number.POSITIVE_INFINITY;
	};
	let above = to + 1;
	let below = to;
	while (tokensAt(below) > maxTokens) {
		if (below === from) throw misses.error(maxTokens);
		above = below;
		below = Math.max(from, Math.min(below - 1, Math.floor(below / 1.02)));
	}
	while (above - below > 1) {
		const middle = below + Math.floor((above - below) / 2);
		if (tokensAt(middle) <= maxTokens) below = middle;
		else above = middle;
	}
	const value = steps.valueAt(below);
	const largest = { value, visualTokens: tokensAt(below) };
	if (above > to) return { largest, atBound: true, searched: "steps" };
	const over = steps.valueAt(above);
	const visualTokens = steps.tokensOf(over);
	if (typeof visualTokens !== "number") return { largest, atBound: false, searched: "steps" };
	return { largest, firstOver: { value: over, visualTokens }, atBound: false, searched: "steps" };
}

/** Remembers why nothing fitted: the cheapest that did not, or the last refusal. */
function missing<T>(steps: Steps<T>) {
	let refusal: OnevisionError | undefined;
	let cheapest: Fitted<T> | undefined;
	return {
		refused: (error: OnevisionError): void => {
			refusal = error;
		},
		over: (value: T, visualTokens: number): void => {
			if (cheapest === undefined || visualTokens < cheapest.visualTokens) cheapest = { value, visualTokens };
		},
		error: (maxTokens: number): OnevisionError => {
			if (cheapest !== undefined) {
				return new OnevisionError(
					"over-limit",
					`nothing fits ${maxTokens} visual tokens: the fewest are ${cheapest.visualTokens}, of ${steps.describe(cheapest.value)}; allow more, or change a setting`,
				);
			}
			return refusal ?? new OnevisionError("invalid-input", "nothing to try: the range of values is empty");
		},
	};
}

function counterOf({ checkpoint, settings, maxTokens }: FitQuestion): Counter {
	assertWhole("maxTokens", maxTokens, Number.MAX_SAFE_INTEGER);
	return createCounterFrom(checkpoint, settings);
}

function tokensOf(counter: Counter, sample: Sample): number | OnevisionError {
	return outcome(() => counter.count(sample));
}

function outcome(count: () => { readonly visualTokens: number }): number | OnevisionError {
	try {
		return count().visualTokens;
	} catch (error) {
		if (error instanceof OnevisionError) return error;
		throw error;
	}
}

function assertWhole(name: string, value: number, max: number): void {
	if (Number.isSafeInteger(value) && value >= 1 && value <= max) return;
	throw new OnevisionError(
		"invalid-input",
		`${name}: expected a whole number from 1 to ${max}, got ${value}`,
	);
}

/** Values of a setting as indices over `scale`: whole numbers, or thousandths where fractions are allowed. */
function domainOf({ checkpoint, family }: Counter, setting: string, sample: Sample) {
	const numeric = Object.keys(family.settings).filter(
		(key) => numberRange(family.settings[key]) !== undefined,
	);
	if (!Object.hasOwn(family.settings, setting)) throw unknownKey(`setting ${setting}`, setting, numeric);
	const range = numberRange(family.settings[setting]);
	if (range === undefined) {
		throw new OnevisionError(
			"invalid-input",
			`setting ${setting}: not a number, so none is the largest; ${numeric.length === 0 ? `${family.title} has no numeric settings` : `choose one of ${numeric.join(", ")}`}`,
		);
	}
	const knobs = Object.values(familyById(checkpoint.family).knobs(checkpoint.constants)).flat();
	const countsFrames = knobs.some((knob) => knob.setting === setting && knob.bound === "frames");
	const frames = sample.media.map((item) => (item.kind === "video" ? item.frames : 0));
	const most = countsFrames ? Math.max(range.min, ...frames) : range.max;
	const { scale } = range;
	return { min: Math.ceil(range.min * scale), max: Math.floor(Math.min(range.max, most) * scale), scale };
}

/** The numbers a setting accepts, from its JSON Schema; of alternatives the first that is one. */
function numberRange(schema: Schema<unknown> | undefined) {
	const found = schema === undefined ? undefined : numericSchema(schema.json);
	if (found === undefined) return undefined;
	return {
		min: Number(found.minimum),
		max: Number(found.maximum),
		scale: found.type === "integer" ? 1 : 1000,
	};
}

function numericSchema(json: JsonSchema): JsonSchema | undefined {
	if (json.type === "integer" || json.type === "number") return json;
	for (const alternative of (json.anyOf ?? []) as readonly JsonSchema[]) {
		const found = numericSchema(alternative);
		if (found !== undefined) return found;
	}
	return undefined;
}
