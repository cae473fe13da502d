/** How a plan shows what is not known of a model: never as 0, never as nothing. */

import type { StagePlan } from "@onevision/core";
import { dollars } from "./numbers.ts";

export const UNKNOWN = "unknown";

/** In place of the costs of a request. */
export const COSTS_UNKNOWN =
	"FLOPs, memory, time and price unknown: so are the parameters of the language model";

/** A value as `show` has it. */
export function orUnknown<T>(value: T | undefined, show: (value: T) => string): string {
	return value === undefined ? UNKNOWN : show(value);
}

/** What a stage costs; empty without a price per hour. */
export function priceCell({ cost }: StagePlan, pricePerHour: number | undefined): string {
	return pricePerHour === undefined ? "" : orUnknown(cost, dollars);
}
