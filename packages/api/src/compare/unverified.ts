/** Constants behind a comparison that no published source confirms. */

import {
	checkpointById,
	isCheckpointName,
	resolveCheckpointId,
	type UnverifiedFacts,
	unverifiedCheckpointFacts,
} from "@onevision/core";
import { countApiFrom } from "../count.ts";
import { resolveApiModelId } from "../models.ts";
import type { Deployment } from "./deployment.ts";

/** The unverified constants behind a model's token counts and context. */
export function unverifiedOfDeployment({
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

/** The names of these constants. */
export function unverifiedProperties(deployment: Parameters<typeof unverifiedOfDeployment>[0]): string[] {
	return unverifiedOfDeployment(deployment).flatMap(({ properties }) => properties);
}
