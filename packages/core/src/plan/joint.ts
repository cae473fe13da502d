/**
 * The joint answer for a limit on mean tokens over the mix, instead of one limit per scenario: which allocations are
 * best together, and where spare tokens gain the most. Exact: the frontiers are combined pair by pair and pruned.
 */

import type { Scenario } from "../sample.ts";
import type { AllocationResult } from "./allocate.ts";

export interface JointScenario {
	readonly scenario: Scenario;
	/** Share of the mix, 0 to 1. */
	readonly share: number;
	/** Weight of its fidelity, multiplied with the share. */
	readonly priority: number;
	/** Ascending in mean tokens and fidelity. */
	readonly frontier: readonly AllocationResult[];
	/**
	 * Indices of the frontier points that may be chosen, ascending, at least one. With the others, some sample would
	 * exceed the per-sample limit.
	 */
	readonly choosable: readonly number[];
}

interface JointChoice {
	readonly scenario: Scenario;
	readonly result: AllocationResult;
	/**
	 * Gain in this scenario's own fidelity per 1,000 more tokens per sample, up to the next point of its frontier; 0 when
	 * there is no such point.
	 */
	readonly gainPer1000Tokens: number;
	/** Gain per 1,000 more mean tokens over the whole mix, including the priority. Comparable between scenarios. */
	readonly mixGainPer1000Tokens: number;
}

export interface JointPlan {
	/** Limit on the mean visual tokens over the mix. */
	readonly meanTokensLimit: number;
	readonly meanTokens: number;
	/** Mean fidelity over the mix, weighted by share and priority. */
	readonly fidelity: number;
	/** False when even the smallest allocations exceed the limit. */
	readonly fits: boolean;
	readonly choices: readonly JointChoice[];
	/** The scenario where spare tokens help most. Absent when nothing is left to gain. */
	readonly spendNext?: Scenario;
	/** Number of frontier-point combinations the answer was chosen from. */
	readonly combinations: number;
}

interface Combination {
	readonly tokens: number;
	readonly value: number;
	readonly picks: readonly number[];
}

/** Maximizes mean fidelity subject to `Σ share · mean tokens ≤ meanTokensLimit`. */
export function planJoint(scenarios: readonly JointScenario[], meanTokensLimit: number): JointPlan {
	const weights = scenarios.map(({ share, priority }) => share * priority);
	const totalWeight = weights.reduce((sum, weight) => sum + weight, 0) || 1;
	let combinations: Combination[] = [{ tokens: 0, value: 0, picks: [] }];
	for (const [index, { share, frontier, choosable }] of scenarios.entries()) {
		const weight = (weights[index] ?? 0) / totalWeight;
		const crossed = combinations.flatMap((combination) =>
			choosable.map((pick) => {
				const { visualTokens, fidelity } = frontier[pick] as AllocationResult;
				return {
					tokens: combination.tokens + share * visualTokens.mean,
					value: combination.value + weight * fidelity,
					picks: [...combination.picks, pick],
				};
			}),
		);
		combinations = prune(crossed);
	}
	const fitting = combinations.filter(({ tokens }) => tokens <= meanTokensLimit + 1e-9);
	const best = fitting.at(-1) ?? combinations[0];
	const choices = scenarios.map((scenario, index): JointChoice => {
		const pick = best?.picks[index] ?? 0;
		const result = scenario.frontier[pick] as AllocationResult;
		const gain = steepestGain(scenario.frontier, pick);
		return {
			scenario: scenario.scenario,
			result,
			gainPer1000Tokens: gain,
			mixGainPer1000Tokens: (gain * scenario.priority) / (totalWeight || 1),
		};
	});
	const richest = choices.reduce<JointChoice | undefined>(
		(most, choice) => (choice.mixGainPer1000Tokens > (most?.mixGainPer1000Tokens ?? 0) ? choice : most),
		undefined,
	);
	return {
		meanTokensLimit,
		meanTokens: best?.tokens ?? 0,
		fidelity: best?.value ?? 0,
		fits: fitting.length > 0,
		choices,
		...(richest === undefined ? {} : { spendNext: richest.scenario }),
		combinations: scenarios.reduce((product, { choosable }) => product * choosable.length, 1),
	};
}

/**
 * Indices of the frontier points that keep every sample within `longest` tokens; the first point if none does. The
 * frontier ascends in mean tokens but not in tokens of the longest sample, so a point that exceeds the limit may
 * precede one that fits.
 */
export function withinSample(
	points: readonly AllocationResult[],
	fit: keyof AllocationResult["visualTokens"],
	longest: number,
): number[] {
	const within = [...points.entries()]
		.filter(([, { visualTokens }]) => visualTokens[fit] <= longest)
		.map(([index]) => index);
	return within.length > 0 ? within : [0];
}

/**
 * Highest fidelity gain per 1,000 tokens over all points above `pick`. Looking only at the next point would let a flat
 * step hide a steep one after it.
 */
function steepestGain(frontier: readonly AllocationResult[], pick: number): number {
	const from = frontier[pick];
	if (from === undefined) return 0;
	return frontier.slice(pick + 1).reduce((best, point) => {
		const gain =
			(1000 * (point.fidelity - from.fidelity)) / (point.visualTokens.mean - from.visualTokens.mean);
		return Math.max(best, gain);
	}, 0);
}

/** Sorted by tokens, keeping only combinations with a higher value than all before them. */
function prune(combinations: Combination[]): Combination[] {
	combinations.sort((a, b) => a.tokens - b.tokens || b.value - a.value);
	const kept: Combination[] = [];
	for (const combination of combinations) {
		const best = kept.at(-1);
		if (best === undefined || combination.value > best.value) kept.push(combination);
	}
	return kept;
}
