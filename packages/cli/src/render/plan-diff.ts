/** `plan --diff`: what changed between two plans, a row each. */

import type { PlanChange } from "@onevision/core";
import { whole } from "./numbers.ts";
import type { Page } from "./plan-text.ts";
import { wrap } from "./wrap.ts";

export function renderDiff(
	{ colors: { bold, red, green }, columns }: Page,
	changes: readonly PlanChange[],
): string {
	if (changes.length === 0) return "the plans agree";
	return changes
		.map(({ what, before, after }) =>
			[
				bold(what),
				...(before === undefined ? [] : wrap(cell(before), columns, "  - ").map(red)),
				...(after === undefined
					? []
					: wrap(`${cell(after)}${change(before, after)}`, columns, "  + ").map(green)),
			].join("\n"),
		)
		.join("\n");
}

function cell(value: string | number): string {
	return typeof value === "number" && Number.isInteger(value) ? whole(value) : String(value);
}

/** " (+12 %)" beside a number that grew. */
function change(before: PlanChange["before"], after: PlanChange["after"]): string {
	if (typeof before !== "number" || typeof after !== "number" || before === 0) return "";
	const share = (after - before) / Math.abs(before);
	return ` (${share > 0 ? "+" : "−"}${Math.abs(share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %)`;
}
