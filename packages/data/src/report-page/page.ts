/**
 * The report of a profile as one HTML page that needs nothing else: no script, no network. It says what the
 * `ProfileReport` says; its charts are of the profile's tallies.
 */

import { createHash } from "node:crypto";
import { formatCount, formatInteger, formatPercent } from "@onevision/base";
import { createCounterFrom } from "@onevision/core";
import type { ProfileReport } from "../profile/report.ts";
import type { ProfileAbout } from "../profile/state.ts";
import { openCharts } from "./charts.ts";
import { formatShare } from "./format.ts";
import { Html, html } from "./html.ts";
import { duplicatesSection, findingsSection, heaviestSection, leftOutSection } from "./lists.ts";
import type { ReportPage } from "./report-page.ts";
import { budgetSection, lengthSection, mediaSection, mixSection } from "./sections.ts";
import { STYLE } from "./style.ts";

/** The page as text. Loads the chart library. */
export async function renderReportPage(page: ReportPage): Promise<string> {
	const { about, report } = page;
	const charts = await openCharts();
	const { parity } = createCounterFrom(about.checkpoint, about.settings).settings;
	const style = createHash("sha256").update(STYLE).digest("base64");
	const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
	const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Training set profile: ${about.checkpoint.title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>Training set profile</h1>
<p>${about.checkpoint.title}, as ${parity} counts it</p>
<ul class="sets">${about.sets.map(({ path, format }) => html`<li>${format}: <bdi>${page.near(path)}</bdi></li>`)}</ul>
</header>
${figures(report)}
${report.profiled === 0 ? undefined : [mixSection(report, charts), lengthSection(page, charts), budgetSection(page, charts), mediaSection(page, charts)]}
${duplicatesSection(page)}
${leftOutSection(page)}
${findingsSection(page)}
${heaviestSection(page)}
${footer(about, parity)}
</main>
</body>
</html>
`;
	return markup;
}

/** The numbers to see first. */
function figures(report: ProfileReport): Html {
	const { samples, profiled, leftOut, all, suggestedMaxLength, budget } = report;
	const { length, visualTokens } = all;
	const entries: (readonly [title: string, value: string, more: string])[] = [
		["Samples", formatInteger(samples), `${formatInteger(profiled)} profiled`],
		[
			"Left out",
			formatInteger(leftOut),
			leftOut === 0 ? "every sample is profiled" : `${formatShare(leftOut, samples)} of the samples`,
		],
	];
	if (length !== undefined) {
		const visual = (visualTokens?.total ?? 0) / Math.max(1, length.total);
		entries.push(
			["Tokens", formatCount(length.total), `${formatPercent(visual)} visual`],
			[
				"Tokens of a sample, p95",
				formatInteger(length.p95),
				`median ${formatInteger(length.p50)}, most ${formatInteger(length.max)}`,
			],
			["Suggested max_length", formatInteger(suggestedMaxLength), "takes 999 of 1,000 samples whole"],
		);
	}
	if (budget !== undefined)
		entries.push([
			"Over the budget",
			formatInteger(budget.over),
			`more than ${formatInteger(budget.budget)} visual tokens`,
		]);
	return html`<section><dl class="figures">${entries.map(([title, value, more]) => html`<div><dt>${title}</dt><dd>${value}</dd><dd>${more}</dd></div>`)}</dl></section>`;
}

function footer(
	{ settings, text, applyOrientation, applyRotation, seed }: ProfileAbout,
	parity: string,
): Html {
	const changed = Object.entries(settings).filter(([key]) => key !== "parity");
	return html`<footer>
<p>Counted as ${parity} does, with ${changed.length === 0 ? "the model's default settings" : html`<code>${changed.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(" ")}</code>`}. Images ${applyOrientation ? "after" : "before"} their EXIF orientation, videos ${applyRotation ? "after" : "before"} their rotation. Seed ${seed}.</p>
<p>Text is ${text}.</p>
</footer>`;
}
