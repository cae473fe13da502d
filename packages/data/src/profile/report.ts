/**
 * The results of a profile as plain data: mix, lengths, what a `max_length` cuts, what exceeds a budget, and settings
 * that would help.
 */

import { assertInternal } from "@onevision/base";
import {
	type Checkpoint,
	createCounterFrom,
	fitSettings,
	type Sample,
	SCENARIOS,
	type Scenario,
	scenarioOf,
} from "@onevision/core";
import { type Finding, PROFILE_SCENARIOS, type ProfileScenario } from "./measure.ts";
import type { TallySummary } from "./tally.ts";
import { type Drawn, MEASURES, type Measure, type Tallies, type Totals } from "./totals.ts";

export interface ScenarioReport {
	readonly scenario: ProfileScenario;
	readonly samples: number;
	/** Shares of all profiled samples, of their visual tokens, and of everything the language model sees. */
	readonly shareOfSamples: number;
	readonly shareOfVisualTokens: number;
	readonly shareOfTokens: number;
	/** Measures that were tallied; absent if there are none. */
	readonly measures: Partial<Record<Measure, TallySummary>>;
}

/** The effect of one `max_length` on the set. */
export interface MaxLengthReport {
	readonly maxLength: number;
	/** Samples longer than it, and the tokens cut off. */
	readonly truncated: number;
	readonly tokensCut: number;
	/** Samples whose media are cut: trainers either reject them or silently train on them. */
	readonly mediaCut: number;
	/** Samples left without labels: their loss is 0. */
	readonly labelsLost: number;
}

/** What exceeds a budget of visual tokens in one scenario, and settings that would help. */
export interface ScenarioBudget {
	readonly scenario: Scenario;
	readonly samples: number;
	readonly over: number;
	readonly p95: number;
	/**
	 * Settings that bring 95 of 100 samples under the budget, searched on a random subset. Absent if they are under it
	 * already.
	 */
	readonly fit?: {
		readonly settings: Readonly<Record<string, unknown>>;
		/** 95th percentile of the subset under these settings. */
		readonly p95: number;
		readonly fits: boolean;
		readonly drawn: number;
	};
}

export interface BudgetReport {
	/** Visual tokens per sample. */
	readonly budget: number;
	readonly over: number;
	readonly scenarios: readonly ScenarioBudget[];
}

export interface ProfileReport {
	readonly samples: number;
	readonly profiled: number;
	readonly leftOut: number;
	readonly scenarios: readonly ScenarioReport[];
	readonly all: Partial<Record<Measure, TallySummary>>;
	/** Share of the text that contributes to the loss. */
	readonly labelShare: number;
	readonly lengths: { readonly width: number; readonly counts: readonly number[] };
	/** The smallest length that fits 999 of 1,000 samples completely, rounded up to 64. */
	readonly suggestedMaxLength: number;
	readonly maxLengths: readonly MaxLengthReport[];
	readonly budget?: BudgetReport;
	readonly leftOutByReason: Totals["leftOut"];
	readonly findings: Partial<Record<Finding, Totals["findings"][Finding]>>;
	readonly heaviest: Totals["heaviest"];
}

export interface ReportQuestion {
	/** Lengths to evaluate in addition to the suggested one. */
	readonly maxLengths?: readonly number[];
	/** Visual tokens per sample. */
	readonly budget?: number;
	readonly model: string | Checkpoint;
	readonly settings: Readonly<Record<string, unknown>>;
}

const LENGTH_BINS = 16;
/** Suggested lengths are multiples of this. */
const LENGTH_STEP = 64;
const MEASURE_IDS = Object.keys(MEASURES) as readonly Measure[];

/** Computes the report from the totals alone. Throws the settings search's errors for invalid settings. */
export function reportOf(totals: Totals, question: ReportQuestion): ProfileReport {
	totals.assertWhole();
	const { profiled } = totals;
	const length = totals.over("length");
	const visual = totals.over("visualTokens");
	const text = totals.over("textTokens").summary();
	const suggested = Math.ceil(length.quantile(0.999) / LENGTH_STEP) * LENGTH_STEP;
	const asked = [...new Set([...(question.maxLengths ?? []), ...(profiled === 0 ? [] : [suggested])])];
	const scenarios = PROFILE_SCENARIOS.filter((scenario) => totals.scenarios[scenario].length.count > 0);
	const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
	const allTokens = length.summary()?.total ?? 0;
	const allVisual = visual.summary()?.total ?? 0;
	const reports = scenarios.map((scenario): ScenarioReport => {
		const tallies = totals.scenarios[scenario];
		return {
			scenario,
			samples: tallies.length.count,
			shareOfSamples: share(tallies.length.count, profiled),
			shareOfVisualTokens: share(tallies.visualTokens.summary()?.total ?? 0, allVisual),
			shareOfTokens: share(tallies.length.summary()?.total ?? 0, allTokens),
			measures: summaries((measure) => tallies[measure]),
		};
	});
	assertInternal(
		reports.reduce((sum, { samples }) => sum + samples, 0) === profiled,
		"scenarios do not sum to all",
	);
	return {
		samples: totals.samples,
		profiled,
		leftOut: totals.leftOutCount,
		scenarios: reports,
		all: summaries((measure) => totals.over(measure)),
		labelShare: share(totals.over("labelTokens").summary()?.total ?? 0, text?.total ?? 0),
		lengths: length.bins(LENGTH_BINS),
		suggestedMaxLength: suggested,
		maxLengths: asked.sort((a, b) => a - b).map((maxLength) => maxLengthReport(totals, maxLength)),
		...(question.budget === undefined || visual.count === 0
			? {}
			: { budget: budgetReport(totals, question.budget, question) }),
		leftOutByReason: totals.leftOut,
		findings: totals.findings,
		heaviest: totals.heaviest,
	};
}

function summaries(of: (measure: Measure) => Tallies[Measure]): Partial<Record<Measure, TallySummary>> {
	const entries = MEASURE_IDS.flatMap((measure) => {
		const summary = of(measure).summary();
		return summary === undefined ? [] : [[measure, summary] as const];
	});
	return Object.fromEntries(entries);
}

function maxLengthReport(totals: Totals, maxLength: number): MaxLengthReport {
	const { count, excess } = totals.over("length").above(maxLength);
	return {
		maxLength,
		truncated: count,
		tokensCut: excess,
		mediaCut: totals.over("mediaEnd").above(maxLength).count,
		// A label is cut if the tokens before it reach the maximum length.
		labelsLost: totals.over("labelStart").above(maxLength - 1).count,
	};
}

function budgetReport(totals: Totals, budget: number, { model, settings }: ReportQuestion): BudgetReport {
	const scenarios = SCENARIOS.flatMap((scenario): ScenarioBudget[] => {
		const visual = totals.scenarios[scenario].visualTokens;
		if (visual.count === 0) return [];
		const p95 = visual.quantile(0.95);
		const found = { scenario, samples: visual.count, over: visual.above(budget).count, p95 };
		if (p95 <= budget) return [found];
		const drawn = totals.drawn.filter(({ media }) => scenarioOf({ media }) === scenario);
		return [drawn.length === 0 ? found : { ...found, fit: fitOf(drawn, budget, model, settings) }];
	});
	return { budget, over: totals.over("visualTokens").above(budget).count, scenarios };
}

/** The heaviest 5 % may exceed the budget; the search has to bring the rest under it. */
function fitOf(
	drawn: readonly Drawn[],
	budget: number,
	model: string | Checkpoint,
	settings: Readonly<Record<string, unknown>>,
) {
	const samples = drawn.map(({ media, textTokens }): Sample => ({ media, textTokens }));
	const weigh = (given: Readonly<Record<string, unknown>>) => {
		const counter = createCounterFrom(model, given);
		return samples
			.map((sample) => ({ sample, tokens: counter.count(sample).visualTokens }))
			.sort((a, b) => a.tokens - b.tokens);
	};
	const kept = Math.ceil(0.95 * samples.length);
	const light = weigh(settings)
		.slice(0, kept)
		.map(({ sample }) => sample);
	const fit = fitSettings(model, light, { maxTokens: budget }, settings);
	const p95 = weigh({ ...settings, ...fit.settings })[kept - 1]?.tokens ?? 0;
	return { settings: fit.settings, p95, fits: p95 <= budget, drawn: samples.length };
}
