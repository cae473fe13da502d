/**
 * The joint answer: with a limit on the mean tokens over the mix instead of one per scenario, which allocations are best
 * together, and where spare tokens buy the most. Exact: the frontiers are combined pair by pair and pruned.
 */

import type { Scenario } from "../sample.ts";
import type { AllocationResult } from "./allocate.ts";

export interface JointScenario {
	readonly scenario: Scenario;
	/** Share of the mix, 0 to 1. */
	readonly share: number;
	/** How much its fidelity counts beside its share. */
	readonly priority: number;
	/** Ascending in mean tokens and fidelity. */
	readonly frontier: readonly AllocationResult[];
	/** Which of them may be chosen, ascending, at least one: with the others a sample grows over the per-sample limit. */
	readonly choosable: readonly number[];
}

export interface JointChoice {
	readonly scenario: Scenario;
	readonly result: AllocationResult;
	/**
	 * What 1,000 more tokens per sample of this scenario add to its own fidelity, up to the next point of its frontier;
	 * 0 when there is none.
	 */
	readonly gainPer1000Tokens: number;
	/** The same for 1,000 more mean tokens over the whole mix, with the priority: comparable between scenarios. */
	readonly mixGainPer1000Tokens: number;
}

export interface JointPlan {
	/** Limit on the mean visual tokens over the mix. */
	readonly meanTokensLimit: number;
	readonly meanTokens: number;
	/** Mean fidelity over the mix, weighted by share and priority. */
	readonly fidelity: number;
	/** False when even the smallest allocations are over the limit. */
	readonly fits: boolean;
	readonly choices: readonly JointChoice[];
	/** Where spare tokens help most; absent when nothing is left to gain. */
	readonly spendNext?: Scenario;
	/** Combinations of frontier points the answer is the best of. */
	readonly combinations: number;
}

interface Combination {
	readonly tokens: number;
	readonly value: number;
	readonly picks: readonly number[];
}

/** Maximises mean fidelity subject to `Σ share · mean tokens ≤ meanTokensLimit`. */
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
 * Which frontier points keep every sample within `longest` tokens; the first if none does. The frontier ascends in mean
 * tokens, not in those of the longest sample, so a point over the limit may stand below one within it.
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

/** Best fidelity per 1,000 tokens over all points above `pick`: a flat next step must not hide a steep one after it. */
function steepestGain(frontier: readonly AllocationResult[], pick: number): number {
	const from = frontier[pick];
	if (from === undefined) return 0;
	return frontier.slice(pick + 1).reduce((best, point) => {
		const gain =
			(1000 * (point.fidelity - from.fidelity)) / (point.visualTokens.mean - from.visualTokens.mean);
		return Math.max(best, gain);
	}, 0);
}

/** Ascending in tokens, each better than all before. */
function prune(combinations: Combination[]): Combination[] {
	combinations.sort((a, b) => a.tokens - b.tokens || b.value - a.value);
	const kept: Combination[] = [];
	for (const combination of combinations) {
		const best = kept.at(-1);
		if (best === undefined || combination.value > best.value) kept.push(combination);
	}
	return kept;
}
