/**
 * Allocation: which settings a scenario gets. Every combination of the family's knobs is counted on the media; among
 * those that fit, the one is preferred that keeps most. Where the published ablations cannot tell two apart, what the
 * checkpoint was trained with comes first, then the cheaper tower.
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

/** Settings of one scenario; for several images also how many of them are used. */
export interface Allocation {
	readonly settings: Settings;
	readonly maxImages?: number;
	/** In words: "grids of up to 36 tiles, capped at 4 tiles of tokens". */
	readonly summary: string;
}

/** An allocation counted on the media. */
export interface AllocationResult {
	readonly allocation: Allocation;
	readonly visualTokens: Statistics;
	/** Patch embeddings the tower computes, mean per sample. */
	readonly towerTokens: number;
	/** Of the largest sample. */
	readonly maxTowerTokens: number;
	/** Tokens in the context besides the sample's own text, largest over the media. */
	readonly contextTokens: number;
	/** Frames taken of each clip; absent where no sample has a clip. */
	readonly frames?: Statistics;
	/** Seconds between them; absent where no clip's rate is known. */
	readonly stride?: Statistics;
	/** Geometric mean over the samples, 0 to 1. */
	readonly fidelity: number;
	/** What fidelity is computed from. */
	readonly logShares: LogShares;
	/** Mean shares that survive: pixels, features per patch, duration, images. */
	readonly kept: {
		readonly resolution: number;
		readonly density: number;
		readonly duration: number;
		readonly images: number;
	};
	/** Settings beyond what the checkpoint was trained with. */
	readonly untrained: readonly UntrainedSetting[];
	/** How many settings differ from the checkpoint's own, within its training or beyond. */
	readonly changed: number;
	/** Samples the family refuses under these settings, by message. */
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
	/** Only knobs a released checkpoint accepts, and frames beyond its training count less. */
	readonly deployOnly: boolean;
	readonly limits: {
		readonly frames?: Bounds | undefined;
		readonly images?: Bounds | undefined;
		readonly tiles?: Bounds | undefined;
		readonly pooling?: Bounds | undefined;
	};
	readonly fidelity: FidelityModel;
}

/** Most distinct samples the search counts per candidate; beyond, an even selection by size, and a full recount after. */
const SEARCH_SAMPLES = 1000;

export interface Search {
	/** Every combination, counted on the searched samples. */
	readonly results: readonly AllocationResult[];
	/** What is preferred at each level of mean tokens, ascending in tokens and in fidelity; counted on all samples. */
	readonly frontier: readonly AllocationResult[];
	/** Distinct samples the search counted, of how many. */
	readonly searched: { readonly samples: number; readonly of: number };
	/** The same allocation counted on every sample. */
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

/** Every sample was refused under every setting: the last reason, with the scenario it is about. */
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
		// A sample that is refused is a sample not seen.
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

/** The sample with at most so many of its media items, the first ones. */
export function limitImages(sample: Sample, maxImages: number | undefined): Sample {
	if (maxImages === undefined || sample.media.length <= maxImages) return sample;
	return { ...sample, media: sample.media.slice(0, maxImages) };
}

/** The knobs that may be turned for the question, their values not yet limited. Built once for each question. */
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

/** Images per sample worth trying: every count that occurs, within the bounds. */
function imageCounts(samples: readonly WeightedSample[], bounds: Bounds | undefined): number[] {
	const { min, max } = bounds ?? { min: 1, max: MAX_FRAMES };
	const counts = new Set(samples.map(({ sample }) => Math.min(Math.max(sample.media.length, min), max)));
	const ascending = [...counts].sort((a, b) => a - b);
	return ascending.filter((_, index) => isEvenly(index, ascending.length, IMAGE_COUNTS));
}

/** Most image counts per sample that are tried, evenly over those that occur, the largest among them. */
const IMAGE_COUNTS = 16;

/**
 * What an e-fold of tower work weighs against fidelity's logarithm: enough to decide between equals, a sixth of the noise
 * at a factor of 1.5.
 */
const TOWER_WEIGHT = 0.02;

/** Fidelity less the tower's cost, in logarithms: what decides within a tie. */
function value({ fidelity, towerTokens }: AllocationResult): number {
	return Math.log(Math.max(fidelity, Number.MIN_VALUE)) - TOWER_WEIGHT * Math.log(Math.max(1, towerTokens));
}

/**
 * The preferred one: of those than which no other clearly keeps more, the one with the fewest untrained settings, then the
 * fewest changed ones, then the most fidelity for its tower work, then the fewest tokens. `undefined` for an empty list.
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
 * Results that no other equals or exceeds in every share. Whatever clearly keeps more than some result, one of these does:
 * exponents are positive.
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
	// The same layouts on this media: the wider limit also serves media that come later.
	return breadth(a) > breadth(b);
}

function breadth({ allocation }: AllocationResult): number {
	return Object.values(allocation.settings).reduce<number>(
		(sum, setting) => sum + (typeof setting === "number" ? setting : 0),
		0,
	);
}

/** Most levels of tokens at which the preferred allocation is looked up. */
const FRONTIER_LEVELS = 128;

/** What is preferred among the results of at most so many mean tokens, for the levels of tokens that occur. */
export function preferredByTokens(
	results: readonly AllocationResult[],
	model: FidelityModel,
): AllocationResult[] {
	const order = [...results].sort((a, b) => a.visualTokens.mean - b.visualTokens.mean);
	// Only the last of equal levels sees all of them.
	const ends = order.flatMap(({ visualTokens }, index) =>
		order[index + 1]?.visualTokens.mean === visualTokens.mean ? [] : [index + 1],
	);
	const preferred = ends
		.filter((_, index) => isEvenly(index, ends.length, FRONTIER_LEVELS))
		.map((end) => prefer(order.slice(0, end), model));
	return ascending([...new Set(preferred)].filter((result) => result !== undefined));
}

/** Ascending in mean tokens, each point better in fidelity than all before it. */
function ascending(results: readonly AllocationResult[]): AllocationResult[] {
	const order = [...results].sort((a, b) => a.visualTokens.mean - b.visualTokens.mean);
	const kept: AllocationResult[] = [];
	for (const result of order) {
		const best = kept.at(-1);
		// Differences below 1e-12 are rounding of the same mean, not better images.
		if (best === undefined || result.fidelity > best.fidelity + 1e-12) kept.push(result);
	}
	return kept;
}

/** At most `count` samples, evenly spaced in order of pixels, each standing for its neighbours' weight. */
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
