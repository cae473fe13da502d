/**
 * Searches for the best settings under a limit by counting candidates. Counts are not monotone in the settings, so no
 * answer comes from a formula: each one has been counted on every sample.
 */

import { OnevisionError } from "@onevision/base";
import type { Knob, Settings, SettingValue } from "./families/family.ts";
import type { Sample } from "./sample.ts";

/** A setting the search may change. */
export type Tunable = Pick<Knob, "setting" | "values" | "range" | "redundant">;

/** What one sample measures under some settings. */
export interface Measured {
	readonly tokens: number;
	readonly contextTokens: number;
	/** Higher is better. */
	readonly score: number;
}

export interface LimitedSample {
	readonly sample: Sample;
	/** How often the sample occurs. */
	readonly weight: number;
	readonly maxTokens: number;
	readonly maxContextTokens: number;
}

export interface SearchProblem {
	readonly knobs: readonly Tunable[];
	/**
	 * Returns a function that measures samples under the base settings overridden by `settings`. An error it throws counts
	 * as a refusal.
	 */
	measurer(settings: Settings): (sample: Sample) => Measured;
	/** Every sample must be accepted under the base settings. */
	readonly samples: readonly LimitedSample[];
}

export interface SearchAnswer {
	/** Only the settings that change. */
	readonly settings: Settings;
	/** Whether every sample is within its limits. If not, `settings` are the ones that come closest. */
	readonly fits: boolean;
	/** Weighted mean. */
	readonly score: number;
	/** The largest fraction of a limit that any sample uses. Above 1, that sample does not fit. */
	readonly load: number;
}

interface Outcome extends SearchAnswer {
	readonly meanTokens: number;
}

/** Smaller score differences are rounding noise. */
const SAME = 1e-12;
/** Maximum values of a ranged setting tried per combination of the other settings. The best is refined afterward. */
const COARSE_VALUES = 10;
/** Maximum distinct samples to measure a candidate on: the `HEAVIEST` ones and `SPREAD` others, evenly spaced. */
const HEAVIEST = 32;
const SPREAD = 96;

/** The settings with the highest score under which every sample fits. */
export function searchSettings(problem: SearchProblem): SearchAnswer {
	const all = heaviestFirst(problem);
	const chosen = new Set(all.filter((_, index) => index < HEAVIEST || isSpread(index, all.length)));
	for (;;) {
		const answer = searchOn(problem, [...chosen]);
		if (!answer.fits) return measure(problem, all, answer.settings, false);
		const over = all.filter((each) => !chosen.has(each) && !measure(problem, [each], answer.settings).fits);
		if (over.length === 0) return measure(problem, all, answer.settings, false);
		// A sample outside the measured subset is over its limit: add it and search again.
		for (const each of over) chosen.add(each);
	}
}

function isSpread(index: number, total: number): boolean {
	return (
		total <= HEAVIEST + SPREAD ||
		Math.floor(((index + 1) * SPREAD) / total) > Math.floor((index * SPREAD) / total)
	);
}

function heaviestFirst({ samples, measurer }: SearchProblem): LimitedSample[] {
	const measureOne = measurer({});
	return samples
		.map((limited) => ({ limited, load: loadOf(limited, measureOne(limited.sample)) }))
		.sort((a, b) => b.load - a.load)
		.map(({ limited }) => limited);
}

function searchOn(problem: SearchProblem, samples: readonly LimitedSample[]): Outcome {
	const known = new Map<string, Outcome>();
	const tryOut = (settings: Settings): Outcome => {
		const key = JSON.stringify(settings);
		const outcome = known.get(key) ?? measure(problem, samples, settings);
		known.set(key, outcome);
		return outcome;
	};
	const ladder = problem.knobs.findLast(({ range }) => range !== undefined);
	const others = combinations(
		problem.knobs
			.filter((knob) => knob !== ladder)
			.map((knob) => (knob.range === undefined ? knob : { ...knob, values: coarseValues(knob, tryOut) })),
	);
	const bounded = ladder === undefined ? undefined : { knob: ladder, lowest: lowestTaken(ladder, tryOut) };
	let best = tryOut({});
	for (const settings of others) {
		const asIs = tryOut(settings);
		if (isBetter(asIs, best)) best = asIs;
		const highest = bounded === undefined ? undefined : highestFitting(bounded, settings, tryOut);
		if (highest !== undefined && isBetter(highest, best)) best = highest;
	}
	if (!best.fits) return nearestOf(problem, samples, others, bounded);
	const ranged = problem.knobs.filter(({ range }) => range !== undefined);
	for (let round = 0; round < 2; round++) {
		for (const knob of ranged) best = refine(knob, best, tryOut);
	}
	return best;
}

/** A ranged setting, and the index of its lowest accepted value. */
interface Ladder {
	readonly knob: Tunable;
	readonly lowest: number;
}

/** The candidate with the lowest load, with each candidate measured on all samples. */
function nearestOf(
	problem: SearchProblem,
	samples: readonly LimitedSample[],
	others: readonly Settings[],
	ladder: Ladder | undefined,
): Outcome {
	const low: Settings =
		ladder === undefined ? {} : { [ladder.knob.setting]: valueAt(ladder.knob, ladder.lowest) };
	return others
		.flatMap((settings) => (ladder === undefined ? [settings] : [settings, { ...settings, ...low }]))
		.map((settings) => measure(problem, samples, settings, false))
		.reduce((nearest, outcome) => (outcome.load < nearest.load ? outcome : nearest));
}

/** Prefers an outcome that fits, then the higher score, then fewer tokens. */
function isBetter(one: Outcome, other: Outcome): boolean {
	if (one.fits !== other.fits) return one.fits;
	if (Math.abs(one.score - other.score) > SAME) return one.score > other.score;
	return one.meanTokens < other.meanTokens && Object.keys(other.settings).length > 0;
}

/** Every combination of the knobs' values, including leaving each knob unchanged. */
function combinations(knobs: readonly Tunable[]): Settings[] {
	let found: Record<string, SettingValue>[] = [{}];
	for (const knob of knobs) {
		found = found.flatMap((settings) => [
			settings,
			...knob.values
				.filter((value) => knob.redundant?.(value, settings) !== true)
				.map((value) => ({ ...settings, [knob.setting]: value })),
		]);
	}
	return found;
}

/**
 * The lowest accepted value, a selection of the listed values, and the gap between them filled in steps of a factor of
 * four.
 */
function coarseValues(knob: Tunable, tryOut: (settings: Settings) => Outcome): readonly SettingValue[] {
	const lowest = lowestTaken(knob, tryOut);
	const listed = knob.values.filter((value) => indexOf(knob, Number(value)) > lowest);
	const lower: number[] = [];
	const [first] = listed;
	let index = first === undefined ? lowest : indexOf(knob, Number(first)) / 4;
	for (; index > lowest; index /= 4) lower.unshift(Math.floor(index));
	return [...[lowest, ...lower].map((index) => valueAt(knob, index)), ...thinned(listed)];
}

/** The first value, the last, and some in between that lie closer together where values are small. */
function thinned(values: readonly SettingValue[]): readonly SettingValue[] {
	if (values.length <= COARSE_VALUES) return values;
	const places = Array.from({ length: COARSE_VALUES }, (_, index) =>
		Math.round(values.length ** (index / (COARSE_VALUES - 1)) - 1),
	);
	return [...new Set(places)].map((place) => values[place] as SettingValue);
}

/** The outcome at the highest value that fits, found by bisection. `undefined` when not even the lowest fits. */
function highestFitting(
	{ knob, lowest }: Ladder,
	others: Settings,
	tryOut: (settings: Settings) => Outcome,
): Outcome | undefined {
	const at = (index: number): Outcome => tryOut({ ...others, [knob.setting]: valueAt(knob, index) });
	const top = at(lastIndex(knob));
	if (top.fits) return top;
	return at(lowest).fits ? halve(at, lowest, lastIndex(knob), ({ fits }) => fits) : undefined;
}

/** Index of the lowest accepted value; values below it would cross another limit. Doubles the index, then bisects. */
function lowestTaken(knob: Tunable, tryOut: (settings: Settings) => Outcome): number {
	const at = (index: number): Outcome => tryOut({ [knob.setting]: valueAt(knob, index) });
	let refused = -1;
	let taken = 0;
	while (isRefused(at(taken)) && taken < lastIndex(knob)) {
		refused = taken;
		taken = Math.min(lastIndex(knob), 2 * taken + 1);
	}
	while (taken - refused > 1) {
		const middle = Math.floor((taken + refused) / 2);
		if (isRefused(at(middle))) refused = middle;
		else taken = middle;
	}
	return taken;
}

function isRefused({ load }: Outcome): boolean {
	return load === Number.POSITIVE_INFINITY;
}

/**
 * Bisects between `low`, where `holds` is true, and `high`, where it is false. Returns the outcome at the last index
 * where it is true.
 */
function halve(
	at: (index: number) => Outcome,
	low: number,
	high: number,
	holds: (outcome: Outcome) => boolean,
): Outcome {
	let inside = low;
	let outside = high;
	while (Math.abs(outside - inside) > 1) {
		const middle = Math.trunc((inside + outside) / 2);
		if (holds(at(middle))) inside = middle;
		else outside = middle;
	}
	return at(inside);
}

/** Moves a knob up if that fits and scores better, then down if that loses nothing. */
function refine(knob: Tunable, best: Outcome, tryOut: (settings: Settings) => Outcome): Outcome {
	const value = best.settings[knob.setting];
	if (typeof value !== "number") return best;
	const at = (index: number): Outcome => tryOut({ ...best.settings, [knob.setting]: valueAt(knob, index) });
	const here = indexOf(knob, value);
	const top = lastIndex(knob);
	const higher = here >= top || at(top).fits ? at(top) : halve(at, here, top, ({ fits }) => fits);
	const found = isBetter(higher, best) ? higher : best;
	const place = indexOf(knob, Number(found.settings[knob.setting]));
	const keeps = (outcome: Outcome): boolean => outcome.fits && outcome.score > found.score - SAME;
	if (place === 0) return found;
	const lower = keeps(at(0)) ? at(0) : halve(at, place, 0, keeps);
	return isBetter(lower, found) ? lower : found;
}

function valueAt({ range, values }: Tunable, index: number): SettingValue {
	return range === undefined ? (values[index] as SettingValue) : range.from + index * range.step;
}

function indexOf({ range }: Tunable, value: number): number {
	return range === undefined ? 0 : Math.max(0, Math.floor((value - range.from) / range.step));
}

function lastIndex(knob: Tunable): number {
	return indexOf(knob, Math.max(...knob.values.map(Number)));
}

/**
 * Measures the samples, stopping at the first one over its limits unless `stops` is false. A refusal gives an infinite
 * load.
 */
function measure(
	{ measurer }: SearchProblem,
	samples: readonly LimitedSample[],
	settings: Settings,
	stops = true,
): Outcome {
	let load = 0;
	let weights = 0;
	let score = 0;
	let tokens = 0;
	try {
		const measureOne = measurer(settings);
		for (const limited of samples) {
			const measured = measureOne(limited.sample);
			load = Math.max(load, loadOf(limited, measured));
			weights += limited.weight;
			score += limited.weight * measured.score;
			tokens += limited.weight * measured.tokens;
			if (stops && load > 1) break;
		}
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		load = Number.POSITIVE_INFINITY;
	}
	const fits = load <= 1;
	return { settings, fits, load, score: fits || !stops ? score / weights : 0, meanTokens: tokens / weights };
}

function loadOf({ maxTokens, maxContextTokens }: LimitedSample, { tokens, contextTokens }: Measured): number {
	return Math.max(tokens / maxTokens, contextTokens / maxContextTokens);
}
