/** Models by words of their names: ids, titles, families, providers and Hugging Face repository ids. */

import { API_MODEL_IDS, API_RULES, type ApiModelId, apiModelById } from "@onevision/api";
import { CHECKPOINT_IDS, type CheckpointId, checkpointById, familyById } from "@onevision/core";

export interface FoundModels {
	readonly open: readonly CheckpointId[];
	readonly closed: readonly ApiModelId[];
}

/** Those whose names hold every word, without regard to case; all of them for no word. */
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
