/** A comparison as CSV (RFC 4180): one row per model, units in the column names, empty cells for unknown values. */

import { type Comparison, settingsText } from "./comparison.ts";
import type { Deployment } from "./deployment.ts";
import { unverifiedProperties } from "./unverified.ts";

type Cell = string | number | undefined;

const COLUMNS: readonly (readonly [title: string, value: (deployment: Deployment) => Cell])[] = [
	["model", ({ id }) => id],
	["kind", ({ kind }) => kind],
	["changed_settings", ({ changed }) => settingsText(changed)],
	["requests", ({ outcomes }) => outcomes.length],
	["refused_requests", ({ refused }) => refused],
	["over_limit_requests", ({ overLimit }) => overLimit],
	["over_context_requests", ({ overContext }) => overContext],
	["quality_kept", ({ qualityKept: { value, isBound } }) => (isBound ? undefined : value)],
	["quality_kept_at_most", ({ qualityKept: { value, isBound } }) => (isBound ? value : undefined)],
	["visual_tokens_mean", ({ visualTokens }) => visualTokens?.mean],
	["visual_tokens_p50", ({ visualTokens }) => visualTokens?.p50],
	["visual_tokens_p95", ({ visualTokens }) => visualTokens?.p95],
	["visual_tokens_max", ({ visualTokens }) => visualTokens?.max],
	["visual_tokens_total", ({ visualTokens }) => visualTokens?.total],
	["context_tokens_max", ({ contextTokens }) => contextTokens?.max],
	["context_window_tokens", ({ contextWindowTokens }) => contextWindowTokens],
	[
		"share_of_context_max",
		({ contextTokens, contextWindowTokens }) =>
			contextTokens === undefined || contextWindowTokens === undefined
				? undefined
				: contextTokens.max / contextWindowTokens,
	],
	["usd_per_1000_requests", ({ usdPer1000Requests }) => usdPer1000Requests],
	["first_token_seconds_p50", ({ secondsToFirstToken }) => secondsToFirstToken?.p50],
	["first_token_seconds_p95", ({ secondsToFirstToken }) => secondsToFirstToken?.p95],
	["first_token_seconds_max", ({ secondsToFirstToken }) => secondsToFirstToken?.max],
	["accelerators", ({ accelerators }) => accelerators],
	["unverified", (deployment) => unverifiedProperties(deployment).join(" ") || undefined],
];

/** The CSV text, without a final newline. Assumptions are columns too, with the same value in every row. */
export function compareCsv({ deployments, hardwareId, setup, text, maxTokens }: Comparison): string {
	const assumed: readonly (readonly [string, Cell])[] = [
		["accelerator", hardwareId],
		["usd_per_accelerator_hour", setup.pricePerHour],
		["request_batch", setup.requestBatch],
		["prompt_tokens", text.promptTokens],
		["answer_tokens", text.answerTokens],
		["max_visual_tokens", maxTokens],
	];
	const titles = [...COLUMNS.map(([title]) => title), ...assumed.map(([title]) => title)];
	const rows = deployments.map((deployment) => [
		...COLUMNS.map(([, value]) => value(deployment)),
		...assumed.map(([, value]) => value),
	]);
	return [titles, ...rows].map((row) => row.map(field).join(",")).join("\n");
}

function field(value: Cell): string {
	const text = value === undefined ? "" : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
