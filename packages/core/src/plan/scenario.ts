/** The answer for one scenario: the allocation chosen for the budget, its status, the alternatives, and the reason. */

import { formatInteger, formatPercent } from "@onevision/base";
import type { Scenario } from "../sample.ts";
import {
	type AllocationQuestion,
	type AllocationResult,
	prefer,
	type Search,
	searchAllocations,
} from "./allocate.ts";
import { type Alternatives, explainKnobs } from "./explain.ts";
import { fidelityGap, isClearlyLess, isClearlyMore } from "./fidelity.ts";
import type { ScenarioMedia } from "./media-profile.ts";
import type { Statistics } from "./statistics.ts";

/** Below this share of the budget a scenario is under-tokenized. The lesson's skill asks for ±30 %. */
export const UNDER_TOKENIZED_BELOW = 0.7;
/** Above this share of the budget a scenario risks the context. */
export const CONTEXT_RISK_ABOVE = 1.3;

/** `fits` means within the budget, never above it. */
export type ScenarioStatus = "fits" | "under-tokenized" | "over-budget" | "context-risk";

export interface ScenarioPlan {
	readonly scenario: Scenario;
	/** Share of the mix, 0 to 1. */
	readonly share: number;
	readonly media: {
		readonly samples: number;
		readonly origin: ScenarioMedia["origin"];
		readonly note: string;
	};
	readonly chosen: AllocationResult;
	/** The statistic that had to fit, as a fraction of the budget. */
	readonly budgetShare: number;
	readonly status: ScenarioStatus;
	/** Why this allocation was chosen, in one or two sentences. */
	readonly why: string;
	/** Other allocations that fit and that no published evidence separates from the chosen one. */
	readonly ties: readonly AllocationResult[];
	/** The next best that fit, best first, each clearly cheaper than the one before. */
	readonly runnersUp: readonly AllocationResult[];
	/** The cheapest allocation that clearly keeps more but does not fit. Absent if there is none. */
	readonly nextUp?: AllocationResult;
	/** For every knob, what its other values would have given. */
	readonly alternatives: readonly Alternatives[];
	readonly search: {
		readonly evaluated: number;
		readonly frontier: number;
		readonly samples: number;
		readonly of: number;
	};
}

export type FitStatistic = Exclude<keyof Statistics, "p50">;

/** Chooses the allocation for one scenario. `budget` is in visual tokens per sample. */
export function planScenario(
	question: AllocationQuestion,
	media: ScenarioMedia,
	share: number,
	budget: number,
	fit: FitStatistic,
): { readonly plan: ScenarioPlan; readonly search: Search } {
	const search = searchAllocations(question);
	const { results, frontier } = search;
	const model = question.fidelity;
	const fits = (result: AllocationResult): boolean => result.visualTokens[fit] <= budget;
	const fitting = results.filter(fits);
	const chosen = preferExactly(search, fitting, fits, model) ?? search.recount(smallest(results, fit));
	const clearlyMore = (result: AllocationResult): boolean =>
		isClearlyMore(fidelityGap(result.logShares, chosen.logShares, model));
	const nextUp = results
		.filter((result) => !fits(result) && clearlyMore(result))
		.reduce<AllocationResult | undefined>(
			(least, result) =>
				least === undefined || result.visualTokens[fit] < least.visualTokens[fit] ? result : least,
			undefined,
		);
	const budgetShare = chosen.visualTokens[fit] / budget;
	const ties = pickTies(fitting, chosen, question);
	return {
		search,
		plan: {
			scenario: question.scenario,
			share,
			media: { samples: media.samples.length, origin: media.origin, note: media.note },
			chosen,
			budgetShare,
			status: statusOf(budgetShare),
			why: explain(chosen, nextUp, budget, fit, fits(chosen)),
			ties,
			runnersUp: pickRunnersUp(frontier.filter(fits), chosen),
			...(nextUp === undefined ? {} : { nextUp }),
			alternatives: explainKnobs(question, results, chosen, budget, fit),
			search: {
				evaluated: results.length,
				frontier: frontier.length,
				samples: search.searched.samples,
				of: search.searched.of,
			},
		},
	};
}

function statusOf(budgetShare: number): ScenarioStatus {
	if (budgetShare > CONTEXT_RISK_ABOVE) return "context-risk";
	if (budgetShare > 1) return "over-budget";
	return budgetShare < UNDER_TOKENIZED_BELOW ? "under-tokenized" : "fits";
}

/** The preferred result that fits on every sample, not only on the searched ones. */
function preferExactly(
	search: Search,
	fitting: readonly AllocationResult[],
	fits: (result: AllocationResult) => boolean,
	model: AllocationQuestion["fidelity"],
): AllocationResult | undefined {
	let left = fitting;
	for (;;) {
		const chosen = prefer(left, model);
		if (chosen === undefined) return undefined;
		const exact = search.recount(chosen);
		if (fits(exact)) return exact;
		left = left.filter((result) => result !== chosen);
	}
}

const TIES = 2;

/**
 * Ties worth reporting: they make a different trade-off from the chosen one, not just another step of the same knob. At
 * most two, with the highest fidelity.
 */
function pickTies(
	fitting: readonly AllocationResult[],
	chosen: AllocationResult,
	{ fidelity: model }: AllocationQuestion,
): AllocationResult[] {
	const picked: AllocationResult[] = [];
	const order = [...fitting].sort((a, b) => b.fidelity - a.fidelity);
	for (const result of order) {
		if (picked.length === TIES) break;
		if (result === chosen || [chosen, ...picked].some((other) => tradesAlike(other, result))) continue;
		const gap = fidelityGap(result.logShares, chosen.logShares, model);
		if (!isClearlyMore(gap) && !isClearlyLess(gap)) picked.push(result);
	}
	return picked;
}

/** Whether two allocations keep nearly the same shares of everything. */
function tradesAlike(a: AllocationResult, b: AllocationResult): boolean {
	const keys = ["resolution", "density", "duration", "used"] as const;
	return keys.every((key) => Math.abs(a.logShares[key] - b.logShares[key]) < 0.3);
}

/**
 * Maximum ratio of a runner-up's mean tokens to those of the one before. Adjacent frontier points would offer no real
 * choice.
 */
const RUNNER_UP_STEP = 0.85;
const RUNNERS_UP = 3;

function pickRunnersUp(fitting: readonly AllocationResult[], chosen: AllocationResult): AllocationResult[] {
	const picked: AllocationResult[] = [];
	let last = chosen;
	for (const point of [...fitting].reverse()) {
		if (picked.length === RUNNERS_UP) break;
		if (point.fidelity > chosen.fidelity || point.visualTokens.mean > RUNNER_UP_STEP * last.visualTokens.mean)
			continue;
		picked.push(point);
		last = point;
	}
	return picked;
}

/** The allocation with the fewest tokens, used when nothing fits. */
function smallest(results: readonly AllocationResult[], fit: FitStatistic): AllocationResult {
	return results.reduce((least, result) =>
		result.visualTokens[fit] < least.visualTokens[fit] ? result : least,
	);
}

/** "0.7 s", or "0.24 to 35 s" when clips differ. */
function strides({ p50, max }: Statistics): string {
	const short = (value: number): string =>
		value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
	return short(p50) === short(max) ? `${short(p50)} s` : `${short(p50)} s (median) to ${short(max)} s`;
}

/** Shares above this print as 100 %. */
const NEARLY_ALL = 0.995;

function explain(
	chosen: AllocationResult,
	nextUp: AllocationResult | undefined,
	budget: number,
	fit: FitStatistic,
	fitted: boolean,
): string {
	const { kept } = chosen;
	const parts = [
		`keeps ${formatPercent(kept.resolution)} of the pixels at ${formatPercent(kept.density)} features per patch`,
	];
	if (chosen.stride !== undefined) parts.push(`a frame every ${strides(chosen.stride)}`);
	if (kept.images < NEARLY_ALL) parts.push(`${formatPercent(kept.images)} of the images`);
	const sentence = parts.join(", ");
	if (!fitted) {
		return `${sentence}; nothing fits ${formatInteger(budget)} tokens (${fit}), this is the smallest there is`;
	}
	if (nextUp === undefined) return `${sentence}; no setting keeps clearly more on this media`;
	return `${sentence}; the next clearly better setting needs ${formatInteger(Math.ceil(nextUp.visualTokens[fit]))} tokens (${fit})`;
}
