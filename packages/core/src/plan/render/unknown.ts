/** How unknown values are displayed: as "unknown", never as 0 or blank. */

import { formatDollars } from "@onevision/base";
import type { StagePlan } from "../curriculum.ts";

/** Shown instead of request costs when the language model is unknown. */
export const COSTS_UNKNOWN =
	"FLOPs, memory, time and price unknown: the parameters of the language model are not known";

/** `show(value)`, or "unknown". */
export function orUnknown<T>(value: T | undefined, show: (value: T) => string): string {
	return value === undefined ? "unknown" : show(value);
}

/** The cost of a stage. Empty without a price per hour. */
export function priceCell({ cost }: StagePlan, pricePerHour: number | undefined): string {
	return pricePerHour === undefined ? "" : orUnknown(cost, formatDollars);
}
