/**
 * Allocation: chooses the settings for one scenario. Counts every combination of the family's knobs on the media and,
 * among those that fit, prefers the one that keeps the most. If the published ablations cannot separate two of them,
 * the settings the checkpoint was trained with win, then the cheaper tower.
 */

import { OnevisionError } from "@onevision/base";
import { createCounterFrom } from "../count.ts";
import type { Knob, Parity, Settings, SettingValue } from "../families/family.ts";
import type { Checkpoint } from "../families/index.ts";
import { familyById } from "../families/index.ts";
import type { ItemLayout } from "../layout.ts";
import { durationSeconds, MAX_FRAMES, type MediaItem, type Sample, type Scenario } from "../sample.ts";
import { isEvenly } from "./evenly.ts";
import {
	type FidelityModel,
	fidelityOfLogs,
	type KeptShares,
	keepsClearlyLess,
	keptShares,
	type LogShares,
	logShare,
	untrainedFramesLoss,
} from "./fidelity.ts";
import { mergeEqual, type WeightedSample } from "./media-profile.ts";
import { type Statistics, statistics } from "./statistics.ts";
import { changedSettings, trainedFramesOf, type UntrainedSetting, untrainedSettings } from "./trained.ts";

/** Settings for one scenario. For multi-image samples, also how many of the images are used. */
export interface Allocation {
	readonly settings: Settings;
	readonly maxImages?: number;
	/** Description for people: "grids of up to 36 tiles, capped at 4 tiles of tokens". */
	readonly summary: string;
}

/** An allocation with its counts on the media. */
export interface AllocationResult {
	readonly allocation: Allocation;
	readonly visualTokens: Statistics;
	/** Patch embeddings the tower computes, mean over the samples. */
	readonly towerTokens: number;
	/** Tower tokens of the largest sample. */
	readonly maxTowerTokens: number;
	/** Context tokens, not counting the sample's own text; the maximum over the media. */
	readonly contextTokens: number;
	/** Frames sampled per clip. Absent when no sample has a clip. */
	readonly frames?: Statistics;
	/** Seconds between sampled frames. Absent when no clip's frame rate is known. */
	readonly stride?: Statistics;
	/** Geometric mean over the samples, 0 to 1. */
	readonly fidelity: number;
	/** The shares that fidelity is computed from. */
	readonly logShares: LogShares;
	/** Mean fractions that survive: pixels, features per patch, duration, images. */
	readonly kept: {
		readonly resolution: number;
		readonly density: number;
		readonly duration: number;
		readonly images: number;
	};
	/** Settings that go beyond what the checkpoint was trained with. */
	readonly untrained: readonly UntrainedSetting[];
	/** Number of settings that differ from the checkpoint's own, whether within its training or beyond. */
	readonly changed: number;
	/** Samples the family refuses under these settings, grouped by message. */
	readonly leftOut: readonly { readonly reason: string; readonly samples: number }[];
}

export interface Bounds {
	readonly min: number;
	readonly max: number;
}

export interface AllocationQuestion {
	readonly checkpoint: Checkpoint;
	readonly parity: Parity | undefined;
	readonly scenario: Scenario;
	readonly samples: readonly WeightedSample[];
	/** Use only knobs that a released checkpoint accepts, and penalize frames beyond its training. */
	readonly deployOnly: boolean;
	readonly limits: {
		readonly frames?: Bounds | undefined;
		readonly images?: Bounds | undefined;
		readonly tiles?: Bounds | undefined;
		readonly pooling?: Bounds | undefined;
	};
	readonly fidelity: FidelityModel;
}

/**
 * Maximum distinct samples the search counts per candidate. Larger sets are subsampled evenly by size, and the result
 * is recounted in full.
 */
const SEARCH_SAMPLES = 1000;

export interface Search {
	/** Every combination, counted on the searched samples. */
	readonly results: readonly AllocationResult[];
	/**
	 * The preferred allocation at each level of mean tokens, ascending in tokens and in fidelity. Counted on all samples.
	 */
	readonly frontier: readonly AllocationResult[];
	/** How many distinct samples the search counted, and how many there are. */
	readonly searched: { readonly samples: number; readonly of: number };
	/** Counts the same allocation on every sample. */
	recount(result: AllocationResult): AllocationResult;
}

/** Counts every combination of the family's knobs within the limits. */
export function searchAllocations(question: AllocationQuestion): Search {
	const distinct = mergeEqual(question.samples);
	const searched = selectEvenly(distinct, SEARCH_SAMPLES);
	const results: AllocationResult[] = [];
	let refusal: unknown;
	for (const allocation of enumerate(question, distinct)) {
		try {
			results.push(evaluateAllocation(question, allocation, searched));
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
			refusal = error;
		}
	}
	if (results.length === 0) throw refusedEverywhere(question.scenario, refusal);
	const all = searched.length === distinct.length;
	const recounted = new Map<AllocationResult, AllocationResult>();
	const recount = (result: AllocationResult): AllocationResult => {
		if (all) return result;
		const known = recounted.get(result) ?? evaluateAllocation(question, result.allocation, distinct);
		recounted.set(result, known);
		return known;
	};
	return {
		results,
		frontier: ascending(preferredByTokens(results, question.fidelity).map(recount)),
		searched: { samples: searched.length, of: distinct.length },
		recount,
	};
}

/** The error for when every sample is refused under every setting: the last refusal, prefixed with its scenario. */
function refusedEverywhere(scenario: Scenario, refusal: unknown): unknown {
	return refusal instanceof OnevisionError
		? new OnevisionError(refusal.code, `${scenario}: no sample can be counted: ${refusal.message}`)
		: refusal;
}

/** Counts one allocation on samples. Throws when the family refuses every sample. */
export function evaluateAllocation(
	question: AllocationQuestion,
	allocation: Allocation,
	samples: readonly WeightedSample[],
): AllocationResult {
	const { checkpoint, fidelity } = question;
	const settings =
		question.parity === undefined ? allocation.settings : { ...allocation.settings, parity: question.parity };
	const counter = createCounterFrom(checkpoint, settings);
	const trainedFrames = question.deployOnly ? trainedFramesOf(checkpoint) : undefined;
	const tokens: number[] = [];
	const frames: number[] = [];
	const frameWeights: number[] = [];
	const strides: number[] = [];
	const strideWeights: number[] = [];
	const weights: number[] = [];
	const leftOut = new Map<string, number>();
	const logs = { resolution: 0, density: 0, duration: 0, used: 0 };
	const sums = { tower: 0, resolution: 0, density: 0, duration: 0, images: 0, weight: 0, all: 0 };
	let contextTokens = 0;
	let maxTowerTokens = 0;
	let lastError: OnevisionError | undefined;
	for (const { sample, weight } of samples) {
		sums.all += weight;
		const used = limitImages(sample, allocation.maxImages);
		try {
			const layout = counter.count(used);
			const keptImages = used.media.length / sample.media.length;
			tokens.push(layout.visualTokens);
			weights.push(weight);
			contextTokens = Math.max(contextTokens, layout.contextTokens - (sample.textTokens ?? 0));
			maxTowerTokens = Math.max(maxTowerTokens, layout.towerTokens);
			sums.weight += weight;
			sums.tower += weight * layout.towerTokens;
			sums.images += weight * keptImages;
			logs.used += weight * logShare(keptImages);
			const share = weight / used.media.length;
			let previous: ItemLayout | undefined;
			let kept: KeptShares = { resolution: 0, density: 0, duration: 0 };
			for (const [index, itemLayout] of layout.items.entries()) {
				if (itemLayout !== previous) {
					kept = keptShares(used.media[index] as MediaItem, itemLayout, fidelity.exponents.secondsPerFrame);
					previous = itemLayout;
				}
				sums.resolution += share * kept.resolution;
				sums.density += share * kept.density;
				sums.duration += share * kept.duration;
				logs.resolution += share * logShare(kept.resolution);
				logs.density += share * logShare(kept.density);
				logs.duration += share * logShare(kept.duration);
				if (itemLayout.kind !== "video") continue;
				frames.push(itemLayout.frames);
				frameWeights.push(share);
				const seconds = secondsOf(used.media[index]);
				if (seconds !== undefined) {
					strides.push(seconds / itemLayout.frames);
					strideWeights.push(share);
				}
				if (trainedFrames !== undefined)
					logs.duration += share * untrainedFramesLoss(itemLayout.frames, trainedFrames);
			}
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
			lastError = error;
			leftOut.set(error.message, (leftOut.get(error.message) ?? 0) + weight);
		}
	}
	if (sums.weight === 0) throw lastError ?? new OnevisionError("invalid-input", "no samples to plan for");
	const mean = (sum: number): number => sum / sums.weight;
	const logShares: LogShares = {
		resolution: mean(logs.resolution),
		density: mean(logs.density),
		duration: mean(logs.duration),
		// A refused sample contributes as a sample that is not seen.
		used: mean(logs.used) + Math.log(sums.weight / sums.all),
	};
	const knobs = knobsOf(question);
	return {
		allocation,
		visualTokens: statistics(tokens, weights),
		towerTokens: mean(sums.tower),
		maxTowerTokens,
		contextTokens,
		...(frames.length === 0 ? {} : { frames: statistics(frames, frameWeights) }),
		...(strides.length === 0 ? {} : { stride: statistics(strides, strideWeights) }),
		fidelity: fidelityOfLogs(logShares, fidelity.exponents),
		logShares,
		kept: {
			resolution: mean(sums.resolution),
			density: mean(sums.density),
			duration: mean(sums.duration),
			images: mean(sums.images),
		},
		untrained: untrainedSettings(checkpoint, knobs, allocation.settings),
		changed: changedSettings(checkpoint, knobs, allocation.settings),
		leftOut: [...leftOut].map(([reason, count]) => ({ reason, samples: count })),
	};
}

function secondsOf(item: MediaItem | undefined): number | undefined {
	return item?.kind === "video" ? durationSeconds(item) : undefined;
}

/** The sample with only its first `maxImages` media items. */
export function limitImages(sample: Sample, maxImages: number | undefined): Sample {
	if (maxImages === undefined || sample.media.length <= maxImages) return sample;
	return { ...sample, media: sample.media.slice(0, maxImages) };
}

/** The knobs available for the question, before their values are limited. Cached per question. */
export function knobsOf(question: AllocationQuestion): readonly Knob[] {
	const known = knownKnobs.get(question);
	if (known !== undefined) return known;
	const { checkpoint, scenario, deployOnly, parity } = question;
	const family = familyById(checkpoint.family);
	const ignored = family.ignored?.[parity ?? family.parities[0]] ?? [];
	const knobs = family
		.knobs(checkpoint.constants)
		[scenario].filter((knob) => (knob.deployable || !deployOnly) && !ignored.includes(knob.setting));
	knownKnobs.set(question, knobs);
	return knobs;
}

const knownKnobs = new WeakMap<AllocationQuestion, readonly Knob[]>();

/** Every combination of the knobs' values within the bounds. */
function enumerate(question: AllocationQuestion, samples: readonly WeightedSample[]): Allocation[] {
	const { scenario, limits } = question;
	let combinations: { settings: Record<string, SettingValue>; words: string[] }[] = [
		{ settings: {}, words: [] },
	];
	for (const knob of knobsOf(question)) {
		const values = withinBounds(knob, limits);
		combinations = combinations.flatMap(({ settings, words }) =>
			values
				.filter((value) => knob.redundant?.(value, settings) !== true)
				.map((value) => ({
					settings: { ...settings, [knob.setting]: value },
					words: [...words, knob.label(value, settings)],
				})),
		);
	}
	const counts = scenario === "multi-image" ? imageCounts(samples, limits.images) : [undefined];
	return combinations.flatMap(({ settings, words }) =>
		counts.map((maxImages) => ({
			settings,
			...(maxImages === undefined ? {} : { maxImages }),
			summary:
				[...(maxImages === undefined ? [] : [`up to ${maxImages} images`]), ...words].join(", ") ||
				"fixed by the model",
		})),
	);
}

function withinBounds(knob: Knob, limits: AllocationQuestion["limits"]): readonly SettingValue[] {
	const bounds = knob.bound === undefined ? undefined : limits[knob.bound];
	if (bounds === undefined) return knob.values;
	const values = knob.values.filter((value) => Number(value) >= bounds.min && Number(value) <= bounds.max);
	if (values.length > 0) return values;
	throw new OnevisionError(
		"invalid-input",
		`limits.${knob.bound}: nothing from ${bounds.min} to ${bounds.max}; ${knob.setting} can be ${describeValues(knob.values)}`,
	);
}

function describeValues(values: readonly SettingValue[]): string {
	return values.length <= 8 ? values.join(", ") : `${values[0]} to ${values.at(-1)}`;
}

/** Images per sample worth trying: every count that occurs in the samples, within the bounds. */
function imageCounts(samples: readonly WeightedSample[], bounds: Bounds | undefined): number[] {
	const { min, max } = bounds ?? { min: 1, max: MAX_FRAMES };
	const counts = new Set(samples.map(({ sample }) => Math.min(Math.max(sample.media.length, min), max)));
	const ascending = [...counts].sort((a, b) => a - b);
	return ascending.filter((_, index) => isEvenly(index, ascending.length, IMAGE_COUNTS));
}

/** Maximum image counts per sample to try, evenly spaced over those that occur and including the largest. */
const IMAGE_COUNTS = 16;

/**
 * Penalty per e-fold of tower work, in units of log fidelity. It is enough to decide between equals, but only a sixth
 * of the noise at a factor of 1.5.
 */
const TOWER_WEIGHT = 0.02;

/** Log fidelity minus the tower's cost. Decides among ties. */
function value({ fidelity, towerTokens }: AllocationResult): number {
	return Math.log(Math.max(fidelity, Number.MIN_VALUE)) - TOWER_WEIGHT * Math.log(Math.max(1, towerTokens));
}

/**
 * The preferred result. Considers those that no other clearly exceeds, then picks the fewest untrained settings, then
 * the fewest changed settings, then the most fidelity for its tower work, then the fewest tokens. `undefined` for an
 * empty list.
 */
export function prefer(
	results: readonly AllocationResult[],
	model: FidelityModel,
): AllocationResult | undefined {
	const best = maximal(results);
	return results
		.filter(({ logShares }) => !best.some((other) => keepsClearlyLess(logShares, other.logShares, model)))
		.reduce<AllocationResult | undefined>(
			(first, second) => (first === undefined || isPreferred(second, first) ? second : first),
			undefined,
		);
}

/**
 * Results that no other equals or exceeds in every share. If any result clearly keeps more than a given one, some
 * result in this set does too, because exponents are positive.
 */
function maximal(results: readonly AllocationResult[]): AllocationResult[] {
	let kept: AllocationResult[] = [];
	for (const result of results) {
		if (kept.some((other) => exceeds(other.logShares, result.logShares))) continue;
		kept = kept.filter((other) => !exceeds(result.logShares, other.logShares));
		kept.push(result);
	}
	return kept;
}

function exceeds(a: LogShares, b: LogShares): boolean {
	return (
		a.resolution >= b.resolution && a.density >= b.density && a.duration >= b.duration && a.used >= b.used
	);
}

function isPreferred(a: AllocationResult, b: AllocationResult): boolean {
	if (a.untrained.length !== b.untrained.length) return a.untrained.length < b.untrained.length;
	if (a.changed !== b.changed) return a.changed < b.changed;
	const difference = value(a) - value(b);
	if (Math.abs(difference) > 1e-9) return difference > 0;
	if (a.visualTokens.mean !== b.visualTokens.mean) return a.visualTokens.mean < b.visualTokens.mean;
	// Both give the same layouts on this media. The wider limit also serves media that come later.
	return breadth(a) > breadth(b);
}

function breadth({ allocation }: AllocationResult): number {
	return Object.values(allocation.settings).reduce<number>(
		(sum, setting) => sum + (typeof setting === "number" ? setting : 0),
		0,
	);
}

/** Maximum number of token levels at which the preferred allocation is determined. */
const FRONTIER_LEVELS = 128;

/** For each level of mean tokens that occurs, the result preferred among those at or below it. */
export function preferredByTokens(
	results: readonly AllocationResult[],
	model: FidelityModel,
): AllocationResult[] {
	const order = [...results].sort((a, b) => a.visualTokens.mean - b.visualTokens.mean);
	// Of several results at the same level, only the last one's prefix includes them all.
	const ends = order.flatMap(({ visualTokens }, index) =>
		order[index + 1]?.visualTokens.mean === visualTokens.mean ? [] : [index + 1],
	);
	const preferred = ends
		.filter((_, index) => isEvenly(index, ends.length, FRONTIER_LEVELS))
		.map((end) => prefer(order.slice(0, end), model));
	return ascending([...new Set(preferred)].filter((result) => result !== undefined));
}

/** Sorted by mean tokens, keeping only points with higher fidelity than all before them. */
function ascending(results: readonly AllocationResult[]): AllocationResult[] {
	const order = [...results].sort((a, b) => a.visualTokens.mean - b.visualTokens.mean);
	const kept: AllocationResult[] = [];
	for (const result of order) {
		const best = kept.at(-1);
		// Fidelity differences below 1e-12 are rounding noise.
		if (best === undefined || result.fidelity > best.fidelity + 1e-12) kept.push(result);
	}
	return kept;
}

/** At most `count` samples, evenly spaced when sorted by pixels. Each takes on the weight of its neighbors. */
function selectEvenly(samples: readonly WeightedSample[], count: number): WeightedSample[] {
	if (samples.length <= count) return [...samples];
	const pixelsOf = ({ sample }: WeightedSample): number =>
		sample.media.reduce((sum, item) => sum + item.width * item.height, 0);
	const order = [...samples].sort((a, b) => pixelsOf(a) - pixelsOf(b));
	const selected: WeightedSample[] = [];
	for (let index = 0; index < count; index++) {
		const group = order.slice(
			Math.floor((index * order.length) / count),
			Math.floor(((index + 1) * order.length) / count),
		);
		const middle = group[Math.floor(group.length / 2)];
		if (middle === undefined) continue;
		selected.push({ sample: middle.sample, weight: group.reduce((sum, entry) => sum + entry.weight, 0) });
	}
	return selected;
}
