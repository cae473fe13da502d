/**
 * Cost of a set of requests on one deployment: the accelerators needed for the largest request, and the cost of each.
 */

import type { SampleLayout } from "../layout.ts";
import { type Statistics, statistics } from "../plan/statistics.ts";
import type { Model } from "./model.ts";
import { estimateRequest, type RequestCost, type RequestSetup } from "./request.ts";

/** A request in the set, and how often it occurs. */
export interface WeightedLayout {
	readonly layout: SampleLayout;
	readonly weight: number;
}

export interface RequestsCost {
	/** Accelerators needed to hold the model and the KV cache of the largest request. */
	readonly accelerators: number;
	/** Estimated the same way as for a single request. */
	readonly secondsToFirstToken: Statistics;
	/** USD per 1,000 requests, weighted by how often each request occurs. Absent when no price was given. */
	readonly pricePer1000?: number;
}

/** Estimates a non-empty set of requests. `promptTokens` counts text only; the layouts supply the media tokens. */
export function estimateRequests(
	model: Model,
	layouts: readonly WeightedLayout[],
	text: { readonly promptTokens: number; readonly answerTokens: number },
	setup: RequestSetup,
): RequestsCost {
	const [first, ...others] = layouts;
	if (first === undefined) throw new Error("internal: no requests to estimate");
	const largest = others.reduce(
		(most, other) => (other.layout.contextTokens > most.layout.contextTokens ? other : most),
		first,
	);
	const { accelerators } = estimateRequest(model, largest.layout, text, setup);
	const known = new Map<string, RequestCost>();
	const costs = layouts.map(({ layout }) => {
		const key = loadOf(layout);
		const cost = known.get(key) ?? estimateRequest(model, layout, text, { ...setup, accelerators });
		known.set(key, cost);
		return cost;
	});
	const weights = layouts.map(({ weight }) => weight);
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const price = costs.reduce(
		(sum, { pricePer1000 = Number.NaN }, index) => sum + (weights[index] ?? 0) * pricePer1000,
		0,
	);
	return {
		accelerators,
		secondsToFirstToken: statistics(
			costs.map(({ secondsToFirstToken }) => secondsToFirstToken),
			weights,
		),
		...(setup.pricePerHour === undefined ? {} : { pricePer1000: price / total }),
	};
}

/** The parts of a layout that decide its cost, as a string key. */
function loadOf({ contextTokens, towerTokens, items }: SampleLayout): string {
	const views = items.map(({ views, patchGrid: { rows, cols } }) => `${views}x${rows * cols}`);
	return [contextTokens, towerTokens, ...views].join(" ");
}
