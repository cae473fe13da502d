/**
 * Allocation: which settings a scenario gets. Every combination of the family's knobs is counted on the media; what no
 * other beats in both tokens and fidelity is the frontier; the best of it that fits the budget is chosen.
 */

import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { createCounterFrom } from "../count.ts";
import { OnevisionError } from "../errors.ts";
import type { Knob, Parity, Settings, SettingValue } from "../families/family.ts";
import { familyById } from "../families/index.ts";
import type { ItemLayout } from "../layout.ts";
import { MAX_FRAMES, type MediaItem, type Sample, type Scenario } from "../sample.ts";
import { isEvenly } from "./evenly.ts";
import { type FidelityExponents, fidelityOf, type KeptShares, keptShares } from "./fidelity.ts";
import { mergeEqual, type WeightedSample } from "./media-profile.ts";
import { type Statistics, statistics } from "./statistics.ts";

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
	/** Tokens in the context besides the sample's own text, largest over the media. */
	readonly contextTokens: number;
	/** Mean over the samples, 0 to 1. */
	readonly fidelity: number;
	/** Mean shares that survive: pixels, features per patch, duration, images. */
	readonly kept: {
		readonly resolution: number;
		readonly density: number;
		readonly duration: number;
		readonly images: number;
	};
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
	/** Only knobs a released checkpoint accepts. */
	readonly deployOnly: boolean;
	readonly limits: {
		readonly frames?: Bounds | undefined;
		readonly images?: Bounds | undefined;
		readonly tiles?: Bounds | undefined;
		readonly pooling?: Bounds | undefined;
	};
	readonly fidelity: FidelityExponents;
	/** Most frames without pooling that are tried, where a frame can be pooled at all. */
	readonly mostFullFrames: number;
}

/** Most distinct samples the search counts per candidate; beyond, an even selection by size, and a full recount after. */
const SEARCH_SAMPLES = 1000;

export interface Frontier {
	/** Ascending in mean tokens and in fidelity. */
	readonly points: readonly AllocationResult[];
	/** Combinations counted. */
	readonly evaluated: number;
	/** Distinct samples the search counted, of how many. */
	readonly searched: { readonly samples: number; readonly of: number };
}

/** Counts every combination and keeps the Pareto frontier of mean tokens against fidelity. */
export function findFrontier(question: AllocationQuestion): Frontier {
	const distinct = mergeEqual(question.samples);
	const searched = selectEvenly(distinct, SEARCH_SAMPLES);
	const candidates = enumerate(question, distinct);
	const results: AllocationResult[] = [];
	let refusal: unknown;
	for (const allocation of candidates) {
		try {
			results.push(evaluateAllocation(question, allocation, searched));
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
			refusal = error;
		}
	}
	if (results.length === 0) throw refusedEverywhere(question.scenario, refusal);
	const points = paretoFrontier(results);
	const exact =
		searched.length === distinct.length
			? points
			: paretoFrontier(points.map(({ allocation }) => evaluateAllocation(question, allocation, distinct)));
	return {
		points: exact,
		evaluated: candidates.length,
		searched: { samples: searched.length, of: distinct.length },
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
	const settings =
		question.parity === undefined ? allocation.settings : { ...allocation.settings, parity: question.parity };
	const counter = createCounterFrom(question.checkpoint, settings);
	const tokens: number[] = [];
	const weights: number[] = [];
	const leftOut = new Map<string, number>();
	const sums = { tower: 0, fidelity: 0, resolution: 0, density: 0, duration: 0, images: 0, weight: 0 };
	let contextTokens = 0;
	let lastError: OnevisionError | undefined;
	for (const { sample, weight } of samples) {
		const used = limitImages(sample, allocation.maxImages);
		try {
			const layout = counter.count(used);
			const keptImages = used.media.length / sample.media.length;
			tokens.push(layout.visualTokens);
			weights.push(weight);
			contextTokens = Math.max(contextTokens, layout.contextTokens - (sample.textTokens ?? 0));
			sums.weight += weight;
			sums.tower += weight * layout.towerTokens;
			sums.images += weight * keptImages;
			const share = weight / used.media.length;
			let previous: ItemLayout | undefined;
			let kept: KeptShares = { resolution: 0, density: 0, duration: 0 };
			let fidelity = 0;
			for (const [index, itemLayout] of layout.items.entries()) {
				if (itemLayout !== previous) {
					kept = keptShares(used.media[index] as MediaItem, itemLayout, question.fidelity.secondsPerFrame);
					fidelity = fidelityOf(kept, question.fidelity);
					previous = itemLayout;
				}
				sums.resolution += share * kept.resolution;
				sums.density += share * kept.density;
				sums.duration += share * kept.duration;
				sums.fidelity += share * keptImages * fidelity;
			}
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
			lastError = error;
			leftOut.set(error.message, (leftOut.get(error.message) ?? 0) + weight);
		}
	}
	if (sums.weight === 0) throw lastError ?? new OnevisionError("invalid-input", "no samples to plan for");
	return {
		allocation,
		visualTokens: statistics(tokens, weights),
		towerTokens: sums.tower / sums.weight,
		contextTokens,
		fidelity: sums.fidelity / sums.weight,
		kept: {
			resolution: sums.resolution / sums.weight,
			density: sums.density / sums.weight,
			duration: sums.duration / sums.weight,
			images: sums.images / sums.weight,
		},
		leftOut: [...leftOut].map(([reason, count]) => ({ reason, samples: count })),
	};
}

/** The sample with at most so many of its media items, the first ones. */
export function limitImages(sample: Sample, maxImages: number | undefined): Sample {
	if (maxImages === undefined || sample.media.length <= maxImages) return sample;
	return { ...sample, media: sample.media.slice(0, maxImages) };
}

/** Every combination of the knobs' values within the bounds. */
function enumerate(question: AllocationQuestion, samples: readonly WeightedSample[]): Allocation[] {
	const { checkpoint, scenario, deployOnly, limits } = question;
	const family = familyById(checkpoint.family);
	const ignored = family.ignored?.[question.parity ?? family.parities[0]] ?? [];
	const knobs = family
		.knobs(checkpoint.constants)
		[scenario].filter((knob) => (knob.deployable || !deployOnly) && !ignored.includes(knob.setting))
		.map((knob) => ({ ...knob, values: withinBounds(knob, limits) }));
	let combinations: { settings: Record<string, SettingValue>; words: string[] }[] = [
		{ settings: {}, words: [] },
	];
	for (const knob of knobs) {
		combinations = combinations.flatMap(({ settings, words }) =>
			knob.values
				.filter((value) => knob.redundant?.(value, settings) !== true)
				.map((value) => ({
					settings: { ...settings, [knob.setting]: value },
					words: [...words, knob.label(value, settings)],
				})),
		);
	}
	const sparing = combinations.filter(
		({ settings }) => !tooManyFullFrames(knobs, settings, question.mostFullFrames),
	);
	// When the request leaves nothing else, the rule against it speaks, not an empty search.
	if (sparing.length > 0) combinations = sparing;
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

/** More than `most` frames at pooling stride 1, for a family that can pool frames. */
function tooManyFullFrames(knobs: readonly Knob[], settings: Settings, most: number): boolean {
	const chosenFor = (bound: Knob["bound"]): number | undefined => {
		const knob = knobs.find((candidate) => candidate.bound === bound);
		return knob === undefined ? undefined : Number(settings[knob.setting]);
	};
	return chosenFor("pooling") === 1 && (chosenFor("frames") ?? 0) > most;
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

/** Ascending in mean tokens, each point better in fidelity than all before it. Fewer tower tokens win ties. */
export function paretoFrontier(results: readonly AllocationResult[]): AllocationResult[] {
	const order = [...results].sort(
		(a, b) =>
			a.visualTokens.mean - b.visualTokens.mean || b.fidelity - a.fidelity || a.towerTokens - b.towerTokens,
	);
	const frontier: AllocationResult[] = [];
	for (const result of order) {
		const best = frontier.at(-1);
		// Differences below 1e-12 are rounding of the same mean, not better pictures.
		if (best === undefined || result.fidelity > best.fidelity + 1e-12) frontier.push(result);
	}
	return frontier;
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
