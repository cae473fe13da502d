/** Plans in the worker, and keeps of each point of the frontier what its chart shows. */

import type { PlanRequest } from "@onevision/core";
import { curriculumDocument, type Plan, planMarkdown, type Sample, type Scenario } from "@onevision/core";
import { planWithFrontiers } from "@onevision/core/plan";
import { stringify } from "yaml";

export interface PlanQuestion {
	readonly request: PlanRequest;
	readonly samples: readonly Sample[];
}

/** One point of a frontier. */
export interface FrontierPoint {
	readonly summary: string;
	readonly settings: Readonly<Record<string, number | string | boolean>>;
	readonly meanTokens: number;
	/** The statistic that has to fit the budget. */
	readonly fitTokens: number;
	/** 0 to 1. */
	readonly fidelity: number;
}

export interface Frontier {
	readonly scenario: Scenario;
	readonly points: readonly FrontierPoint[];
}

export interface PlanAnswer {
	readonly plan: Plan;
	readonly frontiers: readonly Frontier[];
}

export function planRequest({ request, samples }: PlanQuestion): PlanAnswer {
	const { plan, frontiers } = planWithFrontiers(request, samples);
	const { fit } = plan.request;
	return {
		plan,
		frontiers: frontiers.map(({ scenario, points }) => ({
			scenario,
			points: points.map(({ allocation, visualTokens, fidelity }) => ({
				summary: allocation.summary,
				settings: {
					...allocation.settings,
					...(allocation.maxImages === undefined ? {} : { max_images: allocation.maxImages }),
				},
				meanTokens: visualTokens.mean,
				fitTokens: visualTokens[fit],
				fidelity,
			})),
		})),
	};
}

/** The files of `onevision plan --out`. */
export function planFiles(question: PlanQuestion): Readonly<Record<string, string>> {
	const { plan } = planWithFrontiers(question.request, question.samples);
	return {
		"plan.md": planMarkdown(plan),
		"plan.json": `${JSON.stringify(plan, null, 2)}\n`,
		"curriculum.yaml": stringify(curriculumDocument(plan), { lineWidth: 0 }),
	};
}
