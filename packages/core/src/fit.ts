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

/** What to fit: a checkpoint (any of its names, or one of your own), the fixed settings, and the limit. */
export interface FitQuestion {
	readonly checkpoint: string | Checkpoint;
	/** Same as for `count`, including `parity`. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Maximum visual tokens. If a count is a range, its upper bound must fit. */
	readonly maxTokens: number;
}

/** A candidate and its visual tokens. */
export interface Fitted<T> {
	readonly value: T;
	readonly visualTokens: number;
}

export interface Fit<T> {
	/** The largest candidate that fits. */
	readonly largest: Fitted<T>;
	/**
	 * The smallest counted candidate that does not fit. It can be smaller than `largest`, because counts are not monotone.
	 * Absent when every counted candidate fits.
	 */
	readonly firstOver?: Fitted<T>;
	/** Whether `largest` is the last candidate tried, so that an even larger one may fit. */
	readonly atBound: boolean;
	/**
	 * How candidates were searched. "every": all were counted, so `largest` is exact. "steps": there are more than 2^11.
	 * Candidates 2 % apart were counted from the top down, then the gap above the first that fits was bisected. `largest`
	 * fits and the next candidate does not, but a dip narrower than 2 % further up would be missed.
	 */
	readonly searched: "every" | "steps";
}

/** Default bound on the longer side when only an aspect ratio is given, px. */
export const DEFAULT_LONG_SIDE = 8192;
/** Up to this many clip lengths or setting values, all are tried. For sizes, all are always tried. */
export const EVERY_CANDIDATE = 2 ** 11;

/** The shape of the size to find: a fixed aspect ratio, or an image that may be shrunk but not enlarged. */
export type FitShape =
	| { readonly aspect: Size /** Longest side tried, px (default 8192). */; readonly maxSide?: number }
	| { readonly size: Size };

/**
 * The largest image of one shape that fits. Exact: counts every integer longer side up to the bound, with the shorter
 * side rounded to the nearest px (at least 1), and returns the largest that fits, dips included.
 *
 * @throws OnevisionError `over-limit` when not even the cheapest size fits; whatever `count` throws when all sizes are
 * refused; `invalid-input` when the limit or the shape is not a positive integer
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
 * The longest prefix of a clip that fits, in frames of the file, under fixed settings. Tries every length up to the
 * clip's own, or steps of them (see `searched`). To find how many frames to sample from the clip, use `fitSetting` with
 * `num_frames`.
 *
 * @throws OnevisionError same as `fitSize`
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
 * The largest value of a numeric setting under which a sample fits. Candidates are integers, or thousandths where
 * fractions are allowed: all of them, or steps (see `searched`). Frame counts are tried up to the length of the
 * sample's longest clip.
 *
 * @throws OnevisionError same as `fitSize`; `unknown-key` for a setting the family does not have, `invalid-input` for
 * one that is not a number, `unsupported` for one the implementation does not read
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
	/** Visual tokens, or the error that refuses the value. */
	tokensOf(value: T): number | OnevisionError;
	/** The value in words, for error messages. */
	describe(value: T): string;
}

/** The largest index in `from`..`to` (inclusive) that fits. A refused value does not fit. */
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

/** Tries values 2 % apart from the top down, then bisects between the first that fits and the one above it. */
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

/** Tracks why nothing fitted: the cheapest candidate that did not fit, or the last refusal. */
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

/** Values of a setting as integer indices divided by `scale`: integers, or thousandths where fractions are allowed. */
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

/**
 * The range of numbers a setting accepts, from its JSON Schema. Of several alternatives, uses the first numeric one.
 */
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
