/**
 * Fidelity: how much of the source survives into the tokens, from 0 to 1, as a product of powers of shares:
 * `resolution^a · density^b · duration^c · used²`. Over samples it is the geometric mean, so that losing half counts
 * the same on a short clip and on a long one. Accuracy changes by about the same amount per doubling of frames or
 * features (facts/ablations.ts), which is logarithmic.
 *
 * The exponents are fitted to published ablations and known only to within a range. Two allocations are a tie if their
 * order flips within the ranges, or if they differ by less than neighboring rows of those tables do by chance. Fidelity
 * ranks allocations; it is not a benchmark score.
 */

import type { ItemLayout } from "../layout.ts";
import { durationSeconds, type MediaItem } from "../sample.ts";

export interface FidelityExponents {
	/** Exponent for the share of source pixels that reach the tower, axis by axis. */
	readonly resolution: number;
	/** Exponent for the features per patch left after pooling and the cap. */
	readonly density: number;
	/** Exponent for the share of a clip's duration that its frames cover. */
	readonly duration: number;
	/** How much of a clip one frame covers, s. */
	readonly secondsPerFrame: number;
}

/**
 * `density` sets the scale; only ratios affect the ranking. With `secondsPerFrame` 0.25 a least-squares fit to
 * LLaVA-Video's table 8 gives 1.00 points per e-fold of duration and 0.56 per e-fold of density
 * (fidelity.ablations.test.ts repeats the fit). 0.25 was chosen because the authors find 110 frames of clips up to 30 s
 * still improving; 0.5 would fit as well, 1 and above worse. `resolution` exceeds `density` slightly: at equal tokens,
 * going from 2×2 to 6×6 tiles gained 0.45 points (Higher AnyRes), a fifth of a point per e-fold of pixels, where
 * doubling the tokens gave 2.8.
 */
export const DEFAULT_FIDELITY: FidelityExponents = {
	resolution: 0.3,
	density: 0.25,
	duration: 0.45,
	secondsPerFrame: 0.25,
};

interface Range {
	readonly min: number;
	readonly max: number;
}

/**
 * The uncertainty the tables leave, on the same scale. For density (±0.33 of 0.56) and duration (±0.32 of 1.00): one
 * standard error of the fit. For the weight of resolution beyond density: from the gain over the full ninefold increase
 * in pixels to the gain over the part that images of common sizes can use.
 */
const PUBLISHED_RANGES = {
	density: { min: 0.1, max: 0.4 },
	resolutionBeyondDensity: { min: 0.02, max: 0.1 },
	duration: { min: 0.3, max: 0.6 },
} as const satisfies Record<string, Range>;

/** The exponents of one plan, each with its range of uncertainty. */
export interface FidelityModel {
	readonly exponents: FidelityExponents;
	readonly ranges: {
		readonly density: Range;
		/** The resolution exponent minus the density exponent. */
		readonly resolutionBeyondDensity: Range;
		readonly duration: Range;
	};
}

/**
 * The defaults overridden by the request. A value set by the user counts as known, so its range is that single value.
 */
export function fidelityModel(
	asked: { readonly [E in keyof FidelityExponents]?: number | undefined } = {},
): FidelityModel {
	const exponents: FidelityExponents = {
		resolution: asked.resolution ?? DEFAULT_FIDELITY.resolution,
		density: asked.density ?? DEFAULT_FIDELITY.density,
		duration: asked.duration ?? DEFAULT_FIDELITY.duration,
		secondsPerFrame: asked.secondsPerFrame ?? DEFAULT_FIDELITY.secondsPerFrame,
	};
	const exactly = (value: number): Range => ({ min: value, max: value });
	const spatial = asked.density !== undefined || asked.resolution !== undefined;
	return {
		exponents,
		ranges: {
			density: spatial ? exactly(exponents.density) : PUBLISHED_RANGES.density,
			resolutionBeyondDensity: spatial
				? exactly(exponents.resolution - exponents.density)
				: PUBLISHED_RANGES.resolutionBeyondDensity,
			duration: asked.duration === undefined ? PUBLISHED_RANGES.duration : exactly(exponents.duration),
		},
	};
}

/** The three shares of one item, each from 0 to 1. */
export interface KeptShares {
	/** Share of source pixels that reach the tower. Enlarging one axis does not compensate for shrinking the other. */
	readonly resolution: number;
	/** Features per patch, including the overview. */
	readonly density: number;
	/** Share of the clip's duration; 1 for an image. */
	readonly duration: number;
}

/** What survives of one media item in its layout. */
export function keptShares(item: MediaItem, layout: ItemLayout, secondsPerFrame: number): KeptShares {
	const { tileGrid, patchGrid, canvas, content, cappedGrid, parts } = layout;
	// Patches that see the image: the canvas's patches minus those that see only padding, plus the overview's.
	const patches =
		tileGrid.rows *
		patchGrid.rows *
		tileGrid.cols *
		patchGrid.cols *
		((content.width * content.height) / (canvas.width * canvas.height));
	const overview = parts.overview > 0 ? patchGrid.rows * patchGrid.cols : 0;
	const features = cappedGrid.rows * cappedGrid.cols + parts.overview;
	return {
		resolution: Math.min(1, content.width / item.width) * Math.min(1, content.height / item.height),
		density: Math.min(1, features / (patches + overview)),
		duration: keptDuration(item, layout.frames, secondsPerFrame),
	};
}

function keptDuration(item: MediaItem, frames: number, secondsPerFrame: number): number {
	if (item.kind === "image") return 1;
	const seconds = durationSeconds(item);
	// Without a frame rate the duration is unknown, so keeping every frame counts as full coverage.
	return Math.min(1, seconds === undefined ? frames / item.frames : (frames * secondsPerFrame) / seconds);
}

/** Fidelity of one item. */
export function fidelityOf(kept: KeptShares, exponents: FidelityExponents): number {
	return (
		kept.resolution ** exponents.resolution *
		kept.density ** exponents.density *
		kept.duration ** exponents.duration
	);
}

/**
 * Means over samples of the natural logarithms of the shares. Fidelity's logarithm and its uncertainty are linear in
 * them. `used` is the share of images, and of samples, that are used at all.
 */
export interface LogShares {
	readonly resolution: number;
	readonly density: number;
	readonly duration: number;
	readonly used: number;
}

/**
 * Squared, because with k of n images the share of pairs that can be compared is about (k/n)². A refused sample counts
 * the same way. This project's choice; no ablation is published.
 */
const USED_EXPONENT = 2;

/** Smaller shares are clamped to this. LLaVA-1.6's padding rule can drop every row of a very thin image. */
const MIN_SHARE = 1e-6;

export function logShare(share: number): number {
	return Math.log(Math.max(share, MIN_SHARE));
}

/** Fidelity of a set of samples, 0 to 1. */
export function fidelityOfLogs(logs: LogShares, exponents: FidelityExponents): number {
	return Math.exp(weigh(logs, exponents));
}

function weigh(logs: LogShares, { resolution, density, duration }: FidelityExponents): number {
	return (
		resolution * logs.resolution +
		density * logs.density +
		duration * logs.duration +
		USED_EXPONENT * logs.used
	);
}

/** How much more `a` keeps than `b`, as the logarithm of the ratio of fidelities. */
export interface FidelityGap {
	readonly central: number;
	/** Minimum and maximum over the ranges of the exponents. */
	readonly min: number;
	readonly max: number;
}

export function fidelityGap(a: LogShares, b: LogShares, { exponents, ranges }: FidelityModel): FidelityGap {
	const difference: LogShares = {
		resolution: a.resolution - b.resolution,
		density: a.density - b.density,
		duration: a.duration - b.duration,
		used: a.used - b.used,
	};
	const terms: readonly [number, Range][] = [
		[difference.resolution + difference.density, ranges.density],
		[difference.resolution, ranges.resolutionBeyondDensity],
		[difference.duration, ranges.duration],
	];
	let min = USED_EXPONENT * difference.used;
	let max = min;
	for (const [factor, range] of terms) {
		min += Math.min(factor * range.min, factor * range.max);
		max += Math.max(factor * range.min, factor * range.max);
	}
	return { central: weigh(difference, exponents), min, max };
}

/**
 * Smaller gaps are noise. This is half a benchmark point, the difference between neighboring rows of the Higher AnyRes
 * table at equal tokens, where 0.25 of log fidelity corresponds to 2.35 points.
 */
const NOISE = 0.05;

/** Whether the first keeps more, beyond the uncertainty of the ablations. */
export function isClearlyMore({ central, min }: FidelityGap): boolean {
	return min > 0 && central >= NOISE;
}

/** Whether the first keeps less, beyond the uncertainty of the ablations. */
export function isClearlyLess({ central, max }: FidelityGap): boolean {
	return max < 0 && central <= -NOISE;
}

/**
 * Same as `isClearlyLess` on the gap of `a` to `b`, but without building the gap object: a search calls this hundreds
 * of thousands of times.
 */
export function keepsClearlyLess(a: LogShares, b: LogShares, { exponents, ranges }: FidelityModel): boolean {
	const resolution = a.resolution - b.resolution;
	const density = a.density - b.density;
	const duration = a.duration - b.duration;
	const used = USED_EXPONENT * (a.used - b.used);
	const central =
		exponents.resolution * resolution + exponents.density * density + exponents.duration * duration + used;
	if (central > -NOISE) return false;
	const most =
		largest(resolution + density, ranges.density) +
		largest(resolution, ranges.resolutionBeyondDensity) +
		largest(duration, ranges.duration) +
		used;
	return most < 0;
}

function largest(factor: number, { min, max }: Range): number {
	return factor > 0 ? factor * max : factor * min;
}

/**
 * The penalty for giving a released checkpoint more frames than in training, to add to the logarithm of the duration
 * share. A model trained on 32 frames gained half as much from 64 as one trained on 64, and lost at 110 (LLaVA-Video,
 * table 8, second group). With x the logarithm of frames over trained frames, the gain is about x − 0.9·x².
 */
export function untrainedFramesLoss(frames: number, trainedFrames: number): number {
	const beyond = Math.max(0, Math.log(frames / trainedFrames));
	return -0.9 * beyond ** 2;
}
