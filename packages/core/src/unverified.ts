/** Facts about a model that no published file confirms, so that they can be flagged wherever the number is shown. */

import { LANGUAGE_MODELS, type LanguageModel, type UnknownLanguageModel } from "./facts/language-models.ts";
import { TOWERS, type Tower } from "./facts/towers.ts";
import type { Checkpoint } from "./families/index.ts";

/** Unverified properties of one table row. */
export interface UnverifiedFacts {
	/** Title of the checkpoint, or name of its tower or language model. */
	readonly of: string;
	readonly properties: readonly string[];
}

/**
 * Unverified facts in the checkpoint's own row, which token counts and the context window depend on. Empty when all
 * were verified.
 */
export function unverifiedCheckpointFacts({
	title,
	unverified = [],
}: Checkpoint): readonly UnverifiedFacts[] {
	return rowOf(title, unverified);
}

/** Unverified facts of the checkpoint and its parts. Parameters, FLOPs and memory depend on these too. */
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
