/** What of a model no published file was read for, so that it is said wherever the number is shown. */

import { LANGUAGE_MODELS, type LanguageModel, type UnknownLanguageModel } from "./facts/language-models.ts";
import { TOWERS, type Tower } from "./facts/towers.ts";
import type { Checkpoint } from "./families/index.ts";

/** Properties of one row of a table. */
export interface UnverifiedFacts {
	/** Title of the checkpoint, name of its tower or of its language model. */
	readonly of: string;
	readonly properties: readonly string[];
}

/** Of the checkpoint's own row: what token counts and the context window rest on. Empty: everything was read. */
export function unverifiedCheckpointFacts({
	title,
	unverified = [],
}: Checkpoint): readonly UnverifiedFacts[] {
	return rowOf(title, unverified);
}

/** Of the checkpoint and its parts: what parameters, FLOPs and memory rest on, too. */
export function unverifiedFacts(checkpoint: Checkpoint): readonly UnverifiedFacts[] {
	const { tower, languageModel } = checkpoint.parts;
	const parts: readonly (Tower | LanguageModel | UnknownLanguageModel)[] = [
		typeof tower === "string" ? TOWERS[tower] : tower,
		typeof languageModel === "string" ? LANGUAGE_MODELS[languageModel] : languageModel,
	];
	return [
		...unverifiedCheckpointFacts(checkpoint),
		...parts.flatMap((part) => ("unknown" in part ? [] : rowOf(part.name, part.unverified ?? []))),
	];
}

/** "Aya Expanse 32B: layers, hidden". */
export function showUnverified({ of, properties }: UnverifiedFacts): string {
	return `${of}: ${properties.join(", ")}`;
}

function rowOf(of: string, properties: readonly string[]): UnverifiedFacts[] {
	return properties.length === 0 ? [] : [{ of, properties }];
}
