/** Sources of context windows, in one wording for all model tables. */

import type { Fact } from "@onevision/base";

/** A context window as a fact. */
export function contextFact(value: number, source: string): Fact<number> {
	return { value, unit: "tokens", source };
}

/** A file of anomalyco/models.dev, which cites the providers' model pages. */
export function modelsDev(path: string, commit: string): string {
	return `anomalyco/models.dev ${path}.toml at ${commit}`;
}
