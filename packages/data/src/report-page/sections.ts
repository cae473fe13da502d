/** The sections of the report that have charts: mix, lengths, budget and media. */

import { formatInteger, formatPercent } from "@onevision/base";
import { SCENARIOS } from "@onevision/core";
import type { ProfileScenario } from "../profile/measure.ts";
import type { MaxLengthReport, ProfileReport, ScenarioBudget } from "../profile/report.ts";
import type { Tally, TallySummary } from "../profile/tally.ts";
import type { Measure, Totals } from "../profile/totals.ts";
import { axisEnd, binned, exceeding } from "./bins.ts";
import type { Charts, Marker } from "./charts.ts";
import { formatShare } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { ReportPage } from "./report-page.ts";
import { table } from "./table.ts";

const number = (title: string) => ({ title, isNumber: true });
const colorOf = <S extends ProfileScenario>(scenario: S) => `var(--${scenario})` as const;

export function mixSection({ scenarios, all, profiled }: ProfileReport, charts: Charts): Html {
	const wholes = [
		["samples", "shareOfSamples"],
		["visual tokens", "shareOfVisualTokens"],
		["all tokens", "shareOfTokens"],
	] as const;
	const parts = wholes.flatMap(([whole, key]) =>
		scenarios.map((each) => ({
			...{ whole, part: each.scenario, color: colorOf(each.scenario), share: each[key] },
		})),
	);
	const ranks = (summary: TallySummary | undefined) =>
		[summary?.p50, summary?.p95, summary?.max].map((value) => formatInteger(value ?? 0));
	return html`<section>
<h2>Mix</h2>
<ul class="legend">${scenarios.map(({ scenario }) => html`<li><span class="swatch ${scenario}"></span>${scenario}</li>`)}</ul>
<figure>${charts.shares({ label: "Share of each scenario in samples, visual tokens and all tokens", parts })}</figure>
${table(
	[
		{ title: "" },
		...["samples", "of samples", "of tokens", "visual p50", "p95", "max", "length p50", "p95", "max"].map(
			number,
		),
	],
	[
		...scenarios.map(({ scenario, samples, shareOfSamples, shareOfTokens, measures }) => ({
			cells: [
				html`<span class="swatch ${scenario}"></span>${scenario}`,
				...[formatInteger(samples), formatPercent(shareOfSamples), formatPercent(shareOfTokens)],
				...ranks(measures.visualTokens),
				...ranks(measures.length),
			],
		})),
		{ cells: ["all", formatInteger(profiled), "", "", ...ranks(all.visualTokens), ...ranks(all.length)] },
	],
)}
</section>`;
}

/** Says how many values are right of the axis. */
function beyondNote(beyond: number, counted: string): string {
	return beyond === 0 ? "" : `; ${formatInteger(beyond)} ${counted} are right of the axis`;
}

export function lengthSection({ totals, report, about }: ReportPage, charts: Charts): Html {
	const { maxLengths, suggestedMaxLength, labelShare, all, profiled } = report;
	const markers = maxLengths.map(({ maxLength }) => ({ at: maxLength, label: formatInteger(maxLength) }));
	const length = totals.over("length");
	const end = Math.max(axisEnd(length), suggestedMaxLength);
	const { contextTokens } = about.checkpoint;
	const share = (measure: Measure, limitOf: (limit: number) => number) => {
		const points = exceeding(totals.over(measure), end);
		return points.map(([limit, count]) => [limitOf(limit), count / profiled] as const);
	};
	const same = (limit: number): number => limit;
	return html`<section>
<h2>Lengths and max_length</h2>
<p class="soft">Tokens that the language model sees of a sample: text, visual tokens and what is written around media. The dashed lines are the lengths compared below.</p>
${report.scenarios.map(({ scenario, samples, measures }, index) => {
	const binning = binned(totals.scenarios[scenario].length, end);
	const { p50 = 0, p95 = 0 } = measures.length ?? {};
	return html`<figure>
<h3>${scenario} <span>${formatInteger(samples)} samples; half have at most ${formatInteger(p50)} tokens, 95 % at most ${formatInteger(p95)}${beyondNote(binning.beyond, "samples")}</span></h3>
${charts.histogram({
	...{ label: `Histogram of the lengths of ${scenario} samples`, ...binning, markers, isWide: true },
	...{ axis: index === report.scenarios.length - 1 ? "tokens of a sample" : "", counted: "samples" },
	color: colorOf(scenario),
})}
</figure>`;
})}
<h3>What a max_length cuts</h3>
<ul class="legend">${CURVES.map(({ name, className }) => html`<li><span class="swatch ${className}"></span>${name}</li>`)}</ul>
<figure>${charts.curve({
		label: "Share of samples that are cut, by max_length",
		axis: "max_length",
		markers,
		series: [
			{ ...CURVES[0], points: share("length", same) },
			{ ...CURVES[1], points: share("mediaEnd", same) },
			// A label is lost if the tokens before it reach the limit.
			{ ...CURVES[2], points: share("labelStart", (limit) => limit + 1) },
		],
	})}</figure>
${table(
	[
		{ title: "max_length" },
		...["truncated", "of samples", "tokens cut", "media cut", "all labels cut"].map(number),
	],
	maxLengths.map((each) => maxLengthRow(each, profiled, suggestedMaxLength)),
)}
<p class="soft">Trainers refuse samples whose media are cut, or train on them without a word; a sample without labels has a loss of 0.${
		all.textTokens?.total ? ` The loss sees ${formatPercent(labelShare)} of the text.` : ""
	}${
		contextTokens !== undefined && suggestedMaxLength > contextTokens
			? ` The suggested length is over the model's context of ${formatInteger(contextTokens)}.`
			: ""
	}</p>
</section>`;
}

const CURVES = [
	{ name: "truncated", className: "single-image", color: "var(--single-image)" },
	{ name: "media cut", className: "video", color: "var(--video)", dashes: "6 3" },
	{ name: "all labels cut", className: "text", color: "var(--text)", dashes: "2 3" },
] as const;

function maxLengthRow(
	{ maxLength, truncated, tokensCut, mediaCut, labelsLost }: MaxLengthReport,
	profiled: number,
	suggested: number,
) {
	const isSuggested = maxLength === suggested;
	return {
		...(isSuggested ? { className: "suggested" } : {}),
		cells: [
			`${formatInteger(maxLength)}${isSuggested ? " (suggested)" : ""}`,
			...[formatInteger(truncated), formatShare(truncated, profiled)],
			...[tokensCut, mediaCut, labelsLost].map(formatInteger),
		],
	};
}

/** Visual tokens per scenario, with the budget if one was given. */
export function budgetSection({ totals, report: { budget } }: ReportPage, charts: Charts): Html | undefined {
	const scenarios = SCENARIOS.filter((scenario) => totals.scenarios[scenario].visualTokens.count > 0);
	if (scenarios.length === 0) return undefined;
	const end = axisEnd(totals.over("visualTokens"));
	const markers: Marker[] =
		budget === undefined ? [] : [{ at: budget.budget, label: `budget ${formatInteger(budget.budget)}` }];
	return html`<section>
<h2>Visual tokens${budget === undefined ? "" : " and the budget"}</h2>
${scenarios.map((scenario, index) => {
	const binning = binned(totals.scenarios[scenario].visualTokens, end);
	return html`<figure>
<h3>${scenario} <span>${budgetLine(
		budget?.scenarios.find((each) => each.scenario === scenario),
		budget?.budget,
	)}${beyondNote(binning.beyond, "samples")}</span></h3>
${charts.histogram({
	...{ label: `Histogram of the visual tokens of ${scenario} samples`, ...binning, markers, isWide: true },
	...{ axis: index === scenarios.length - 1 ? "visual tokens of a sample" : "", counted: "samples" },
	color: colorOf(scenario),
})}
</figure>`;
})}
</section>`;
}

function budgetLine(found: ScenarioBudget | undefined, budget: number | undefined): Html | undefined {
	if (found === undefined || budget === undefined) return undefined;
	const { samples, over, p95, fit } = found;
	const state = `${formatInteger(over)} of ${formatInteger(samples)} samples are over it; p95 is ${formatInteger(p95)}`;
	if (fit === undefined) return html`${state}`;
	const settings = Object.entries(fit.settings);
	if (settings.length === 0) return html`${state}; no setting of the model helps`;
	return html`${state}; <code>${settings.map(([key, value]) => `--set ${key}=${String(value)}`).join(" ")}</code> brings it to ${formatInteger(fit.p95)}${fit.fits ? "" : ", the least there is"} (tried on ${formatInteger(fit.drawn)} samples drawn)`;
}

interface MediaMeasure {
	readonly title: string;
	readonly of: (totals: Totals) => Tally;
	/** Title of the axis. */
	readonly axis: string;
	readonly counted: string;
	/** What a displayed unit has of the stored one. */
	readonly unit: number;
	readonly color: string;
}

const over = (measure: Measure) => (totals: Totals) => totals.over(measure);
const IMAGES = { counted: "images", color: colorOf("single-image") } as const;
const VIDEOS = { counted: "videos", color: colorOf("video") } as const;

const MEDIA: readonly MediaMeasure[] = [
	{
		...{ title: "Images of a multi-image sample", axis: "images", counted: "samples", unit: 1 },
		...{ of: ({ scenarios }) => scenarios["multi-image"].images, color: colorOf("multi-image") },
	},
	{ ...IMAGES, title: "Longer side of an image", of: over("imageLongSide"), axis: "px", unit: 1 },
	{ ...IMAGES, title: "Size of an image", of: over("imageKilopixels"), axis: "megapixels", unit: 1000 },
	{ ...VIDEOS, title: "Longer side of a video", of: over("videoLongSide"), axis: "px", unit: 1 },
	{ ...VIDEOS, title: "Duration of a video", of: over("videoDeciseconds"), axis: "seconds", unit: 10 },
	{
		...VIDEOS,
		title: "Frame rate of a video",
		of: over("videoCentihertz"),
		axis: "frames a second",
		unit: 100,
	},
	{
		...{ title: "Bytes of a medium", of: over("mediumBytes"), axis: "KiB", counted: "media", unit: 1 },
		color: "var(--neutral)",
	},
];

export function mediaSection({ totals }: ReportPage, charts: Charts): Html | undefined {
	const measured = MEDIA.map((each) => ({ ...each, tally: each.of(totals) })).filter(
		({ tally }) => (tally.summary()?.max ?? 0) > 0,
	);
	if (measured.length === 0) return undefined;
	return html`<section>
<h2>Media</h2>
<div class="charts">${measured.map(({ title, tally, unit, axis, counted, color }) => {
		const binning = binned(tally, axisEnd(tally), unit);
		return html`<figure>
<h3>${title} <span>${formatInteger(tally.count)} ${counted}${beyondNote(binning.beyond, counted)}</span></h3>
${charts.histogram({ label: `Histogram: ${title}`, ...binning, axis, counted, color, markers: [], isWide: false })}
</figure>`;
	})}</div>
${table(
	[{ title: "" }, ...["min", "p50", "p95", "p99", "max"].map(number)],
	measured.map(({ title, tally, unit, axis }) => {
		const summary = tally.summary();
		const ranks = [summary?.min, summary?.p50, summary?.p95, summary?.p99, summary?.max];
		return {
			cells: [
				`${title}, ${axis}`,
				...ranks.map((value = 0) => (unit === 1 ? formatInteger(value) : String(value / unit))),
			],
		};
	}),
)}
</section>`;
}
