/** What a plan or a comparison rests on and no published file was read for. */

import { countApiFrom, type Deployment, resolveApiModelId } from "@onevision/api";
import {
	checkpointById,
	isCheckpointName,
	type Plan,
	resolveCheckpointId,
	showUnverified,
	type UnverifiedFacts,
	unverifiedCheckpointFacts,
	unverifiedFacts,
} from "@onevision/core";

/** One line per row of the tables: the checkpoint, its tower, its language model, the accelerator. */
export function unverifiedOfPlan({ checkpoint, hardware }: Plan["request"]): readonly string[] {
	const { name, unverified = [] } = hardware.facts;
	const accelerator = unverified.length === 0 ? [] : [{ of: name, properties: unverified }];
	return [...unverifiedFacts(checkpoint), ...accelerator].map(showUnverified);
}

/** Models whose facts are written out in a note; of more, only the names are. */
const FEW_MODELS = 3;
const NAMED_MODELS = 6;

/** Of a model of a comparison: what its token counts and its context rest on. */
function unverifiedOfDeployment({
	id,
	kind,
	title,
}: Pick<Deployment, "id" | "kind" | "title">): readonly UnverifiedFacts[] {
	if (kind === "open") {
		return isCheckpointName(id) ? unverifiedCheckpointFacts(checkpointById(resolveCheckpointId(id))) : [];
	}
	const { unverified } = countApiFrom(resolveApiModelId(id), { media: [] });
	return unverified.length === 0 ? [] : [{ of: title, properties: unverified }];
}

/** Their names alone. */
export function unverifiedProperties(deployment: Parameters<typeof unverifiedOfDeployment>[0]): string[] {
	return unverifiedOfDeployment(deployment).flatMap(({ properties }) => properties);
}

/** A line per model while they are few, else one for all. */
export function unverifiedNotes(deployments: readonly Deployment[]): string[] {
	const found = deployments.flatMap((deployment) =>
		unverifiedOfDeployment(deployment).map((facts) => ({ id: deployment.id, facts })),
	);
	if (found.length <= FEW_MODELS) return found.map(({ facts }) => `unverified: ${showUnverified(facts)}`);
	const named = found.slice(0, NAMED_MODELS).map(({ id }) => id);
	const more = found.length > named.length ? ` and ${found.length - named.length} more` : "";
	return [
		`unverified: facts of ${found.length} models rest on no published file: ${named.join(", ")}${more}; onevision models ID says which`,
	];
}
