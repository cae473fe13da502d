/** Why models reject requests, numbered so that tables can refer to the reasons. */

import type { Deployment, NamedSample, RequestOutcome } from "@onevision/api";

/** Numbers from 1, by reason. */
export type Reasons = ReadonlyMap<string, number>;

/** Maximum number of reasons written out. */
const MOST = 5;

/** Why a request is rejected, in the same words for all models that take no video. */
export function reasonOf(
	{ takesVideo, kind }: Pick<Deployment, "takesVideo" | "kind">,
	outcome: RequestOutcome,
	sample: NamedSample | undefined,
): string | undefined {
	if (!("refused" in outcome)) return undefined;
	const hasVideo = sample?.sample.media.some((item) => item.kind === "video") === true;
	if (takesVideo || !hasVideo) return outcome.refused.message;
	return kind === "open"
		? "takes no video"
		: "no way to count video is published; send sampled frames as images";
}

/** Numbers the most frequent reasons of a comparison. */
export function numberReasons({
	deployments,
	samples,
}: {
	readonly deployments: readonly Deployment[];
	readonly samples: readonly NamedSample[];
}): Reasons {
	const models = new Map<string, number>();
	for (const deployment of deployments) {
		for (const reason of reasonsOf(deployment, samples)) models.set(reason, (models.get(reason) ?? 0) + 1);
	}
	const common = [...models].sort((a, b) => b[1] - a[1]).slice(0, MOST);
	return new Map(common.map(([reason], index) => [reason, index + 1]));
}

/** The distinct reasons of one model. */
export function reasonsOf(deployment: Deployment, samples: readonly NamedSample[]): Set<string> {
	return new Set(
		deployment.outcomes.flatMap((outcome, index) => reasonOf(deployment, outcome, samples[index]) ?? []),
	);
}
