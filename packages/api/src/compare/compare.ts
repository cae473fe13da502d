/**
 * Answers the deployment question: what do these requests cost under each of several models, and which settings keep
 * most of the media under a limit? Open models are priced by the roofline of `estimateRequest`, closed ones by their
 * list price.
 */

import type { Sample } from "@onevision/core";
import { checkpointById, isCheckpointName, resolveCheckpointId } from "@onevision/core";
import { resolveApiModelId } from "../models.ts";
import { closedDeployment, type Distinct, type Once, openDeployment } from "./deploy.ts";
import type { Deployment, DeploymentCandidate, DeploymentQuestion } from "./deployment.ts";

/**
 * Evaluates every candidate for the question, in the given order; `byQuality` sorts them.
 *
 * @throws OnevisionError what counting throws for a model's name or settings; rejected media are in the result
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
 * Best model first. Models within the limits come by quality kept: open ones first, then closed ones (whose quality
 * is unknown) by price. Models over a limit follow, fewest tokens first, and then those that reject every request.
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
