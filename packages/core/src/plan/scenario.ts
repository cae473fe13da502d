/** One scenario's answer: the allocation chosen for the budget, how it stands, what else was possible, and why. */

import { percent, thousands } from "../format.ts";
import type { Scenario } from "../sample.ts";
import { type AllocationQuestion, type AllocationResult, type Frontier, findFrontier } from "./allocate.ts";
import type { ScenarioMedia } from "./media-profile.ts";
import type { Statistics } from "./statistics.ts";

/** Below this share of the budget a scenario is under-tokenized. The lesson's skill asks for ±30 %. */
export const UNDER_TOKENIZED_BELOW = 0.7;
/** Above this share of the budget a scenario risks the context. */
export const CONTEXT_RISK_ABOVE = 1.3;

export type ScenarioStatus = "fits" | "under-tokenized" | "context-risk";

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
	/** The statistic that had to fit, as a share of the budget. */
	readonly budgetShare: number;
	readonly status: ScenarioStatus;
	/** Why this one, in a sentence or two. */
	readonly why: string;
	/** The next best that fit, best first. */
	readonly runnersUp: readonly AllocationResult[];
	/** The cheapest allocation with more fidelity that does not fit, if there is one. */
	readonly nextUp?: AllocationResult;
	readonly search: {
		readonly evaluated: number;
		readonly frontier: number;
		readonly samples: number;
		readonly of: number;
	};
}

export type FitStatistic = Exclude<keyof Statistics, "p50">;

/** Chooses for one scenario. `budget` in visual tokens per sample. */
export function planScenario(
	question: AllocationQuestion,
	media: ScenarioMedia,
	share: number,
	budget: number,
	fit: FitStatistic,
): { readonly plan: ScenarioPlan; readonly frontier: Frontier } {
	const frontier = findFrontier(question);
	const { points } = frontier;
	const fits = (result: AllocationResult): boolean => result.visualTokens[fit] <= budget;
	const fitting = points.filter(fits);
	const chosen = fitting.at(-1) ?? cheapest(points, fit);
	const nextUp = points.find((point) => point.fidelity > chosen.fidelity && !fits(point));
	const budgetShare = chosen.visualTokens[fit] / budget;
	const status: ScenarioStatus =
		budgetShare < UNDER_TOKENIZED_BELOW
			? "under-tokenized"
			: budgetShare > CONTEXT_RISK_ABOVE
				? "context-risk"
				: "fits";
	return {
		frontier,
		plan: {
			scenario: question.scenario,
			share,
			media: { samples: media.samples.length, origin: media.origin, note: media.note },
			chosen,
			budgetShare,
			status,
			why: explain(chosen, nextUp, budget, fit, fitting.length > 0),
			runnersUp: pickRunnersUp(fitting, chosen),
			...(nextUp === undefined ? {} : { nextUp }),
			search: {
				evaluated: frontier.evaluated,
				frontier: points.length,
				samples: frontier.searched.samples,
				of: frontier.searched.of,
			},
		},
	};
}

/** How far apart in mean tokens runners-up must be: neighbours on the frontier are no choice. */
const RUNNER_UP_STEP = 0.85;
const RUNNERS_UP = 3;

/** The best that fit beside the chosen one, each clearly cheaper than the one before. */
function pickRunnersUp(fitting: readonly AllocationResult[], chosen: AllocationResult): AllocationResult[] {
	const picked: AllocationResult[] = [];
	let last = chosen;
	for (const point of [...fitting].reverse()) {
		if (picked.length === RUNNERS_UP) break;
		if (point.visualTokens.mean > RUNNER_UP_STEP * last.visualTokens.mean) continue;
		picked.push(point);
		last = point;
	}
	return picked;
}

/** The allocation with the fewest tokens: what is left when nothing fits. */
function cheapest(points: readonly AllocationResult[], fit: FitStatistic): AllocationResult {
	return points.reduce((least, point) => (point.visualTokens[fit] < least.visualTokens[fit] ? point : least));
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
		`keeps ${percent(kept.resolution)} of the pixels at ${percent(kept.density)} features per patch`,
	];
	if (kept.duration < NEARLY_ALL) parts.push(`${percent(kept.duration)} of the duration`);
	if (kept.images < NEARLY_ALL) parts.push(`${percent(kept.images)} of the images`);
	const sentence = parts.join(", ");
	if (!fitted) {
		return `${sentence}; nothing fits ${thousands(budget)} tokens (${fit}), this is the smallest there is`;
	}
	if (nextUp === undefined) return `${sentence}; no setting gives more on this media`;
	return `${sentence}; the next better needs ${thousands(Math.ceil(nextUp.visualTokens[fit]))} tokens (${fit})`;
}
