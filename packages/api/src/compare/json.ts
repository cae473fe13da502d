/** A comparison as one JSON document, with units in the field names. */

import type { Comparison } from "./comparison.ts";
import type { Deployment } from "./deployment.ts";
import { unverifiedProperties } from "./unverified.ts";

/** Assumptions, skipped files, and each model's numbers and requests. */
export function compareJson({
	deployments,
	samples,
	sampling,
	leftOut,
	hardwareId,
	setup,
	text,
	maxTokens,
}: Comparison) {
	const { hardware, prefillEfficiency, requestBatch, pricePerHour } = setup;
	return {
		assumptions: {
			accelerator: hardwareId,
			acceleratorName: hardware.name,
			...(pricePerHour === undefined ? {} : { usdPerAcceleratorHour: pricePerHour }),
			prefillEfficiency,
			requestBatch,
			...text,
			...(maxTokens === undefined ? {} : { maxVisualTokens: maxTokens }),
		},
		leftOut,
		models: deployments.map((deployment) => ({
			...summaryOf(deployment),
			...unverifiedOf(deployment),
			...(sampling.get(deployment.id) === undefined ? {} : { videoSampling: sampling.get(deployment.id) }),
			samples: deployment.outcomes.map((outcome, index) => ({
				id: samples[index]?.name,
				...("refused" in outcome
					? { refused: outcome.refused.message, code: outcome.refused.code }
					: { ...outcome.count, overLimit: outcome.overLimit, overContext: outcome.overContext }),
			})),
		})),
	};
}

function unverifiedOf(deployment: Deployment): { readonly unverified?: readonly string[] } {
	const properties = unverifiedProperties(deployment);
	return properties.length === 0 ? {} : { unverified: properties };
}

/** The numbers of one model, the same as in the CSV. */
function summaryOf(deployment: Deployment) {
	const { id, kind, title, changed, outcomes, refused, overLimit, overContext } = deployment;
	const { visualTokens, contextTokens, contextWindowTokens, secondsToFirstToken, usdPer1000Requests } =
		deployment;
	const { accelerators, qualityKept } = deployment;
	const most = contextTokens?.max;
	return {
		model: id,
		title,
		kind,
		changedSettings: changed,
		requests: outcomes.length,
		refusedRequests: refused,
		overLimitRequests: overLimit,
		overContextRequests: overContext,
		...(qualityKept.isBound ? { qualityKeptAtMost: qualityKept.value } : { qualityKept: qualityKept.value }),
		...(visualTokens === undefined ? {} : { visualTokens }),
		...(contextTokens === undefined ? {} : { contextTokens }),
		...(contextWindowTokens === undefined ? {} : { contextWindowTokens }),
		...(most === undefined || contextWindowTokens === undefined
			? {}
			: { shareOfContext: most / contextWindowTokens }),
		...(usdPer1000Requests === undefined ? {} : { usdPer1000Requests }),
		...(secondsToFirstToken === undefined ? {} : { secondsToFirstToken }),
		...(accelerators === undefined ? {} : { accelerators }),
	};
}
