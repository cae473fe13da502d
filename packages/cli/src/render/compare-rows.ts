/** One model of a comparison: its row, and below it what exceeds a limit, was rejected or was changed. */

import type { Comparison, Deployment } from "@onevision/api";
import { settingsText } from "@onevision/api";
import { formatDuration, formatInteger, formatPercent, formatSmallDollars } from "@onevision/base";
import { type Reasons, reasonsOf } from "./compare-reasons.ts";
import type { FittedColumn } from "./fitted-table.ts";
import { wrap } from "./wrap.ts";

const right = (title: string, spare?: number): FittedColumn =>
	spare === undefined ? { title, align: "right" } : { title, align: "right", spare };

export function columnsOf({ samples, maxTokens, deployments }: Comparison): FittedColumn[] {
	const refusing = deployments.some(({ refused }) => refused > 0);
	return [
		{ title: "model" },
		...(maxTokens === undefined ? [] : [right("quality\nkept")]),
		...(samples.length > 1
			? [right("median\ntokens", 5), right("largest\ntokens")]
			: [right("visual\ntokens")]),
		right("of\ncontext", 3),
		right("USD per\n1,000", 1),
		right("first\ntoken", 4),
		...(refusing && maxTokens === undefined ? [right("refused")] : []),
	];
}

export function rowOf(
	deployment: Deployment,
	{ samples, maxTokens }: Comparison,
	reasons: Reasons,
): string[] {
	const { id, kind, outcomes, visualTokens, secondsToFirstToken } = deployment;
	if (visualTokens === undefined) {
		const blanks = (maxTokens === undefined ? 0 : 1) + (samples.length > 1 ? 2 : 1) + 3;
		return [id, ...Array<string>(blanks).fill(""), refusedText(deployment, samples, reasons)];
	}
	const over = deployment.overLimit + deployment.overContext > 0;
	const atMost = outcomes.some((outcome) => "count" in outcome && hasRange(outcome.count)) ? "≤ " : "";
	return [
		id,
		...(maxTokens === undefined ? [] : [over ? "over" : qualityText(deployment)]),
		...(samples.length > 1 ? [`${atMost}${formatInteger(visualTokens.p50)}`] : []),
		`${atMost}${formatInteger(visualTokens.max)}${over && maxTokens === undefined ? " over" : ""}`,
		shareText(deployment),
		deployment.usdPer1000Requests === undefined
			? "unknown"
			: formatSmallDollars(deployment.usdPer1000Requests),
		kind === "closed" ? "unknown" : formatDuration(secondsToFirstToken?.p50 ?? 0),
		maxTokens === undefined ? refusedText(deployment, samples, reasons) : "",
	];
}

function hasRange({ items }: { readonly items: readonly { readonly range?: unknown }[] }): boolean {
	return items.some(({ range }) => range !== undefined);
}

/** "2 [1]": how many requests are rejected, and why. */
function refusedText(deployment: Deployment, samples: Comparison["samples"], reasons: Reasons): string {
	if (deployment.refused === 0) return "";
	const numbers = [...reasonsOf(deployment, samples)].flatMap((reason) => reasons.get(reason) ?? []);
	return [formatInteger(deployment.refused), ...numbers.map((number) => `[${number}]`)].join(" ");
}

function qualityText({ qualityKept: { value, isBound } }: Deployment): string {
	if (!isBound) return formatPercent(value);
	return value < 0.995 ? `≤ ${formatPercent(value)}` : "unknown";
}

function shareText({ contextTokens, contextWindowTokens }: Deployment): string {
	if (contextTokens === undefined || contextWindowTokens === undefined) return "unknown";
	const share = (100 * contextTokens.max) / contextWindowTokens;
	// Rounded up near the end: 100 % only for what does not fit or fills the context to the last token.
	return `${share < 10 ? share.toFixed(1) : share < 100 ? String(Math.min(99, Math.round(share))) : String(Math.ceil(share))} %`;
}

/** Lines below the row. */
export function detailLines(
	deployment: Deployment,
	{ samples, maxTokens }: Comparison,
	reasons: Reasons,
	columns: number,
): string[] {
	const { changed, overLimit, overContext, outcomes, contextWindowTokens = 0 } = deployment;
	const of = (count: number): string =>
		outcomes.length === 1 ? "" : ` in ${formatInteger(count)} of ${formatInteger(outcomes.length)}`;
	const settings = settingsText(changed);
	const refused = refusedText(deployment, samples, reasons);
	const parts = [
		...(overLimit > 0 ? [`over the limit${of(overLimit)}`] : []),
		...(overContext > 0
			? [`over its context of ${formatInteger(contextWindowTokens)}${of(overContext)}`]
			: []),
		...(maxTokens !== undefined && refused !== "" ? [`refuses ${refused}`] : []),
		...(settings === "" ? [] : [`${overLimit + overContext > 0 ? "nearest with " : ""}${settings}`]),
	];
	return parts.length === 0 ? [] : wrap(parts.join("; "), columns - 2).map((line) => `  ${line}`);
}
