/**
 * The deployment question: what do these requests cost under each of several models, and which settings keep most of
 * the media under a limit? Open models by the roofline of `estimateRequest`, closed ones by their list price.
 */

import type { Checkpoint } from "./checkpoints/checkpoint.ts";
import { checkpointById, isCheckpointName, resolveCheckpointId } from "./checkpoints/index.ts";
import { modelOf } from "./cost/model.ts";
import type { RequestSetup } from "./cost/request.ts";
import { estimateRequests } from "./cost/requests.ts";
import { createCounterFrom } from "./count.ts";
import { OnevisionError } from "./errors.ts";
import type { Settings } from "./families/family.ts";
import { familyById } from "./families/index.ts";
import { fidelityOfSample, fitSettings, type SettingsLimits } from "./fit-settings.ts";
import type { SampleLayout } from "./layout.ts";
import { type Statistics, statistics } from "./plan/statistics.ts";
import { type ApiCount, countApiFrom, modelOn } from "./providers/count.ts";
import { apiFidelityBound, fitApiSettings } from "./providers/fit.ts";
import { type ApiModelId, resolveApiModelId } from "./providers/models.ts";
import { costOf, type PriceOverrides } from "./providers/prices.ts";
import type { Sample } from "./sample.ts";

/** A model to compare, with the settings it starts from. */
export interface DeploymentCandidate {
	/** What to call it in the answer. */
	readonly id: string;
	/** A checkpoint of your own, or any name of an open or a closed model. */
	readonly model: string | Checkpoint;
	readonly settings: Readonly<Record<string, unknown>>;
}

export interface DeploymentQuestion {
	/** The requests, each as often as the others; at least one. */
	readonly samples: readonly Sample[];
	/** Text of every request, tokens. */
	readonly text: { readonly promptTokens: number; readonly answerTokens: number };
	/** What open models run on. */
	readonly setup: RequestSetup;
	/** Most visual tokens of a request: then each model's best settings are searched. */
	readonly maxTokens?: number;
	/** Own prices of closed models. */
	readonly prices?: PriceOverrides;
}

/** One request under one model. */
export type RequestOutcome =
	| { readonly count: SampleLayout | ApiCount; readonly overLimit: boolean; readonly overContext: boolean }
	| { readonly refused: OnevisionError };

/** All requests under one model. Statistics are over the requests that it takes. */
export interface Deployment {
	readonly id: string;
	readonly kind: "open" | "closed";
	readonly title: string;
	/** Settings that the search changed; empty: those it started from are best, or nothing was searched. */
	readonly changed: Settings;
	/** Whether it takes videos at all; of a closed model, whether there is a rule to count them. */
	readonly takesVideo: boolean;
	/** In the order of the samples. */
	readonly outcomes: readonly RequestOutcome[];
	readonly refused: number;
	/** Requests above the question's limit, and above the model's context with text and answer. */
	readonly overLimit: number;
	readonly overContext: number;
	/** The four below are absent where every request is refused. Upper bounds where counts are ranges. */
	readonly visualTokens?: Statistics & { readonly total: number };
	/** Media, text and answer. */
	readonly contextTokens?: Statistics;
	/** Estimated; absent for closed models. */
	readonly secondsToFirstToken?: Statistics;
	/** Mean price, USD per 1,000 requests; absent: none is known. */
	readonly usdPer1000Requests?: number;
	/** The model's window; absent: not published. */
	readonly contextWindowTokens?: number;
	/** Accelerators of the setup that hold an open model and the caches of a batch of the largest request. */
	readonly accelerators?: number;
	/** Mean fidelity of the media, 0 to 1; a refused request keeps nothing. Of closed models an upper bound is known. */
	readonly qualityKept: { readonly value: number; readonly isBound: boolean };
}

/** Counts by one rule. */
interface RuleResult {
	readonly changed: Settings;
	/** Per distinct sample. */
	readonly counts: readonly (SampleLayout | ApiCount | OnevisionError)[];
	readonly quality: number;
}

interface Distinct {
	readonly samples: readonly Sample[];
	readonly weights: readonly number[];
	/** Of every given sample, its place among the distinct ones. */
	readonly places: readonly number[];
}

/**
 * Every candidate under the question, in the order given; `byQuality` sorts them.
 *
 * @throws OnevisionError what counting throws for a model's name or settings; refused media are in the result
 */
export function compareDeployments(
	candidates: readonly DeploymentCandidate[],
	question: DeploymentQuestion,
): Deployment[] {
	const distinct = distinctSamples(question.samples);
	const known = new Map<string, unknown>();
	const once: Once = (key, compute) => {
		if (!known.has(key)) known.set(key, compute());
		return known.get(key) as ReturnType<typeof compute>;
	};
	return candidates.map((candidate) => {
		const { model } = candidate;
		if (typeof model !== "string") return openDeployment(candidate, model, question, distinct, once);
		return isCheckpointName(model)
			? openDeployment(candidate, checkpointById(resolveCheckpointId(model)), question, distinct, once)
			: closedDeployment(candidate, resolveApiModelId(model), question, distinct, once);
	});
}

/**
 * What serves best first: models that stay within the limits by quality kept, open ones before closed ones (whose
 * quality is not known) by price; then those over a limit, the fewest tokens first; then those that refuse everything.
 */
export function byQuality(a: Deployment, b: Deployment): number {
	const group = ({ visualTokens, overLimit, overContext, kind }: Deployment): number =>
		visualTokens === undefined ? 3 : overLimit + overContext > 0 ? 2 : kind === "closed" ? 1 : 0;
	const usd = ({ usdPer1000Requests }: Deployment): number => usdPer1000Requests ?? Number.MAX_VALUE;
	const most = ({ visualTokens }: Deployment): number => visualTokens?.max ?? 0;
	if (group(a) !== group(b)) return group(a) - group(b);
	if (group(a) === 2) return most(a) - most(b) || usd(a) - usd(b);
	const quality = a.kind === "open" ? b.qualityKept.value - a.qualityKept.value : 0;
	return Math.abs(quality) > 1e-12 ? quality : usd(a) - usd(b) || most(a) - most(b);
}

/** The result of the first call with a key: many models share a rule. */
type Once = <T>(key: string, compute: () => T) => T;

function openDeployment(
	{ id, settings }: DeploymentCandidate,
	checkpoint: Checkpoint,
	question: DeploymentQuestion,
	distinct: Distinct,
	once: Once,
): Deployment {
	const { family, constants, contextTokens: window, title } = checkpoint;
	const rule = JSON.stringify(["open", family, constants, settings]);
	const { changed, counts, quality } = within(question, window, (limits) =>
		once(`${rule} ${limits?.maxContextTokens}`, () => {
			const found =
				limits === undefined ? {} : fitSettings(checkpoint, distinct.samples, limits, settings).settings;
			const counter = createCounterFrom(checkpoint, { ...settings, ...found });
			return resultOf(found, distinct, (sample) => {
				const layout = counter.count(sample);
				return { count: layout, quality: fidelityOfSample(sample, layout) };
			});
		}),
	);
	const layouts = counts.flatMap((count, index) =>
		count instanceof OnevisionError || !("towerTokens" in count)
			? []
			: [{ layout: count, weight: distinct.weights[index] ?? 0 }],
	);
	const cost =
		layouts.length === 0
			? undefined
			: estimateRequests(modelOf(checkpoint.parts), layouts, question.text, question.setup);
	const usd = cost?.pricePer1000;
	const takesVideo = familyById(family).scenarios.includes("video");
	return {
		...measured({ id, kind: "open", title, changed, takesVideo }, counts, question, distinct, window),
		qualityKept: { value: quality, isBound: false },
		...(cost === undefined
			? {}
			: { secondsToFirstToken: cost.secondsToFirstToken, accelerators: cost.accelerators }),
		...(usd === undefined ? {} : { usdPer1000Requests: usd }),
	};
}

function closedDeployment(
	{ id, settings }: DeploymentCandidate,
	apiId: ApiModelId,
	question: DeploymentQuestion,
	distinct: Distinct,
	once: Once,
): Deployment {
	const { model, version, rule: counting } = modelOn(apiId, settings.date);
	const window = model.contextTokens?.value;
	const { limits, rule, title } = model;
	const rules = JSON.stringify(["closed", rule, version, limits, settings]);
	const { changed, counts, quality } = within(question, window, (within) => {
		const key = `${rules} ${within?.maxContextTokens}`;
		const found =
			within === undefined
				? {}
				: once(key, () => fitApiSettings(apiId, distinct.samples, within, settings).settings);
		// Refusals name the model.
		return once(`${title} ${key}`, () =>
			resultOf(found, distinct, (sample) => {
				const count = countApiFrom(apiId, sample, { ...settings, ...found });
				return { count, quality: apiFidelityBound(sample, count) };
			}),
		);
	});
	const usd = priceOf(apiId, counts, question, distinct);
	const takesVideo = counting.video !== undefined;
	return {
		...measured({ id, kind: "closed", title, changed, takesVideo }, counts, question, distinct, window),
		qualityKept: { value: quality, isBound: true },
		...(usd === undefined ? {} : { usdPer1000Requests: usd }),
	};
}

/**
 * Without a limit, the settings as they are. Else those under the limit, and where a sample then overflows the window
 * with its text and answer, those under both: models of many windows share the first search.
 */
function within(
	{ maxTokens, text }: DeploymentQuestion,
	window: number | undefined,
	under: (limits: SettingsLimits | undefined) => RuleResult,
): RuleResult {
	if (maxTokens === undefined) return under(undefined);
	const result = under({ maxTokens });
	if (window === undefined) return result;
	const maxContextTokens = Math.max(1, window - text.promptTokens - text.answerTokens);
	const overflows = result.counts.some(
		(count) => !(count instanceof OnevisionError) && count.contextTokens > maxContextTokens,
	);
	return overflows ? under({ maxTokens, maxContextTokens }) : result;
}

function resultOf(
	changed: Settings,
	{ samples, weights }: Distinct,
	countOne: (sample: Sample) => { readonly count: SampleLayout | ApiCount; readonly quality: number },
): RuleResult {
	let kept = 0;
	const counts = samples.map((sample, index) => {
		try {
			const { count, quality } = countOne(sample);
			kept += quality * (weights[index] ?? 0);
			return count;
		} catch (error) {
			if (error instanceof OnevisionError) return error;
			throw error;
		}
	});
	return { changed, counts, quality: kept / weights.reduce((sum, weight) => sum + weight, 0) };
}

function measured(
	facts: Pick<Deployment, "id" | "kind" | "title" | "changed" | "takesVideo">,
	counts: RuleResult["counts"],
	{ text, maxTokens = Number.POSITIVE_INFINITY }: DeploymentQuestion,
	{ places }: Distinct,
	window: number | undefined,
): Omit<Deployment, "qualityKept"> {
	const inContext = ({ contextTokens }: SampleLayout | ApiCount): number =>
		contextTokens + text.promptTokens + text.answerTokens;
	const byCount = counts.map((count): RequestOutcome => {
		if (count instanceof OnevisionError) return { refused: count };
		const overContext = window !== undefined && inContext(count) > window;
		return { count, overLimit: count.visualTokens > maxTokens, overContext };
	});
	const outcomes = places.map((place) => byCount[place] as RequestOutcome);
	const taken = outcomes.flatMap((outcome) => ("count" in outcome ? [outcome] : []));
	const visual = taken.map(({ count }) => count.visualTokens);
	const ones = taken.map(() => 1);
	return {
		...facts,
		outcomes,
		refused: outcomes.length - taken.length,
		overLimit: taken.filter(({ overLimit }) => overLimit).length,
		overContext: taken.filter(({ overContext }) => overContext).length,
		...(window === undefined ? {} : { contextWindowTokens: window }),
		...(taken.length === 0
			? {}
			: {
					visualTokens: {
						...statistics(visual, ones),
						total: visual.reduce((sum, tokens) => sum + tokens, 0),
					},
					contextTokens: statistics(
						taken.map(({ count }) => inContext(count)),
						ones,
					),
				}),
	};
}

/** USD per 1,000 requests; `undefined` when no price is known or every request is refused. */
function priceOf(
	id: ApiModelId,
	counts: RuleResult["counts"],
	{ text, prices }: DeploymentQuestion,
	{ weights }: Distinct,
): number | undefined {
	let usd = 0;
	let weight = 0;
	for (const [index, count] of counts.entries()) {
		if (count instanceof OnevisionError || !("billedTokens" in count)) continue;
		const cost = costOf(
			id,
			{ input: count.billedTokens + text.promptTokens, output: text.answerTokens },
			prices === undefined ? {} : { prices },
		);
		if (cost === undefined) return undefined;
		usd += cost.totalUsd * (weights[index] ?? 0);
		weight += weights[index] ?? 0;
	}
	return weight === 0 ? undefined : (1000 * usd) / weight;
}

function distinctSamples(given: readonly Sample[]): Distinct {
	const places = new Map<string, number>();
	const samples: Sample[] = [];
	const weights: number[] = [];
	const placeOf = given.map((sample) => {
		const { media, textTokens = 0 } = sample;
		const key = JSON.stringify([media, textTokens]);
		const known = places.get(key);
		if (known !== undefined) {
			weights[known] = (weights[known] ?? 0) + 1;
			return known;
		}
		places.set(key, samples.length);
		samples.push(sample);
		weights.push(1);
		return samples.length - 1;
	});
	return { samples, weights, places: placeOf };
}
