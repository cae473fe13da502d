/** Notes on constants that no published source confirms. */

import { type Deployment, unverifiedOfDeployment } from "@onevision/api";
import { showUnverified } from "@onevision/core";

/** Up to this many models have their constants written out; beyond that, only the models are named. */
const MAX_SPELLED_OUT = 3;
const MAX_NAMED = 6;

/** One line per model if there are few, otherwise one line for all. */
export function unverifiedNotes(deployments: readonly Deployment[]): string[] {
	const found = deployments.flatMap((deployment) =>
		unverifiedOfDeployment(deployment).map((facts) => ({ id: deployment.id, facts })),
	);
	if (found.length <= MAX_SPELLED_OUT)
		return found.map(({ facts }) => `unverified: ${showUnverified(facts)}`);
	const named = found.slice(0, MAX_NAMED).map(({ id }) => id);
	const more = found.length > named.length ? ` and ${found.length - named.length} more` : "";
	return [
		`unverified: facts of ${found.length} models rest on no published file: ${named.join(", ")}${more}; onevision models ID says which`,
	];
}
