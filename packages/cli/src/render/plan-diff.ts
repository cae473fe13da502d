/** `plan --diff`: what changed between two plans, one row per change. */

import { formatInteger } from "@onevision/base";
import type { PlanChange } from "@onevision/core";
import type { Page } from "./plan-text.ts";
import { hang } from "./wrap.ts";

export function renderDiff(
	{ colors: { bold, red, green }, columns }: Page,
	changes: readonly PlanChange[],
): string {
	if (changes.length === 0) return "the plans agree";
	return changes
		.map(({ what, before, after, unit }) =>
			[
				bold(what),
				...(before === undefined ? [] : hang(cell(before), columns, "  - ").map(red)),
				...(after === undefined
					? []
					: hang(`${cell(after)}${change(before, after, unit)}`, columns, "  + ").map(green)),
			].join("\n"),
		)
		.join("\n");
}

function cell(value: string | number): string {
	return typeof value === "number" && Number.isInteger(value) ? formatInteger(value) : String(value);
}

/** " (+12 %)" after a number that grew, " (+3.5 points)" after a percentage. */
function change(before: PlanChange["before"], after: PlanChange["after"], unit: PlanChange["unit"]): string {
	if (typeof before !== "number" || typeof after !== "number") return "";
	const sign = after > before ? "+" : "−";
	if (unit === "%") return ` (${sign}${Number(Math.abs(after - before).toFixed(1))} points)`;
	if (before === 0) return "";
	const share = (after - before) / Math.abs(before);
	return ` (${sign}${Math.abs(share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %)`;
}
