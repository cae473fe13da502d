/** Searches models by words: in ids, titles, families, providers and Hugging Face repository ids. */

import { CHECKPOINT_IDS, type CheckpointId, checkpointById, familyById } from "@onevision/core";
import { API_MODEL_IDS, type ApiModelId, apiModelById } from "./models.ts";
import { API_RULES } from "./providers/rules.ts";

export interface FoundModels {
	readonly open: readonly CheckpointId[];
	readonly closed: readonly ApiModelId[];
}

/** Models whose names contain every word, ignoring case; all models if no word is given. */
export function findModels(words: readonly string[]): FoundModels {
	const wanted = words.flatMap((word) => word.toLowerCase().split(/\s+/));
	const matches = (names: readonly string[]): boolean => {
		const text = names.join("\n").toLowerCase();
		return wanted.every((word) => text.includes(word));
	};
	return {
		open: CHECKPOINT_IDS.filter((id) => {
			const { title, aliases, family } = checkpointById(id);
			return matches([id, title, ...aliases, family, familyById(family).title]);
		}),
		closed: API_MODEL_IDS.filter((id) => {
			const { title, aliases, provider, rule } = apiModelById(id);
			return matches([id, title, ...aliases, provider, rule, API_RULES[rule].title]);
		}),
	};
}
