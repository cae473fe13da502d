/** Which weights a target loads: those the caller names, or the repository of the plan's checkpoint. */

import { OnevisionError } from "@onevision/base";
import type { Plan } from "@onevision/core";

/** Whose form of the weights a target loads. */
export type WeightsForm = "transformers" | "original";

/**
 * The repository id of the plan's checkpoint in the given form.
 *
 * @throws OnevisionError `invalid-input` when the plan's model has no known repository and none is named
 */
export function weightsOf({ request }: Plan, form: WeightsForm, asked?: string): string {
	if (asked !== undefined) return asked;
	const repositories = request.checkpoint.aliases.filter((alias) => alias.includes("/"));
	// Where a model exists in both forms, that of transformers is named -hf.
	const converted = repositories.filter((id) => id.endsWith("-hf"));
	const preferred = form === "transformers" ? converted : repositories.filter((id) => !id.endsWith("-hf"));
	const found = preferred[0] ?? repositories[0];
	if (found !== undefined) return found;
	throw new OnevisionError(
		"invalid-input",
		`${request.checkpoint.title}: no repository is known for it; name its weights with --weights`,
	);
}
