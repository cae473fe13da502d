/** Evaluates one model for a question: counts by its rule, checks the limits, and computes the price. */

import { OnevisionError } from "@onevision/base";
import type { Checkpoint, Sample, SampleLayout, Settings } from "@onevision/core";
import {
	createCounterFrom,
	estimateRequests,
	familyById,
	fidelityOfSample,
	fitSettings,
	modelOf,
	type SettingsLimits,
	statistics,
} from "@onevision/core";
import { type ApiCount, countApiFrom, modelOn } from "../count.ts";
import { apiFidelityBound, fitApiSettings } from "../fit.ts";
import type { ApiModelId } from "../models.ts";
import { costOf } from "../prices.ts";
import type { Deployment, DeploymentCandidate, DeploymentQuestion, RequestOutcome } from "./deployment.ts";

/** Counts under one counting rule. */
interface RuleResult {
	readonly changed: Settings;
	/** One per distinct sample. */
	readonly counts: readonly (SampleLayout | ApiCount | OnevisionError)[];
	readonly quality: number;
}

/** The distinct samples, and the index of each given sample among them. */
export interface Distinct {
	readonly samples: readonly Sample[];
	readonly weights: readonly number[];
	/** For every given sample, its index among the distinct ones. */
	readonly places: readonly number[];
}

/** Caches the first result per key, because many models share a rule. */
export type Once = <T>(key: string, compute: () => T) => T;

/** Evaluates an open checkpoint, priced by the roofline of `estimateRequest`. */
export function openDeployment(
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

/** Evaluates a closed model, priced by its list price. */
export function closedDeployment(
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
		// Error messages name the model.
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
 * Without a limit, the settings as they are. Otherwise the best settings under it. If a sample then overflows the
 * context window with its text and answer, searches again under both limits. Models with different windows share the
 * first search.
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

/** USD per 1,000 requests; `undefined` if no price is known or every request is rejected. */
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
