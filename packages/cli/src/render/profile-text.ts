/** A profile on the terminal: the mix, a histogram of the lengths, what a max_length cuts, and what is skipped. */

import { formatBytes, formatInteger, formatPercent } from "@onevision/base";
import type {
	DuplicateCount,
	Duplicates,
	MaxLengthReport,
	Profile,
	ProfileReport,
	ScenarioReport,
} from "@onevision/data";
import type { Terminal } from "../terminal.ts";
import { fittedTable } from "./fitted-table.ts";
import { nearTo } from "./near.ts";
import { table } from "./table.ts";
import { wrap } from "./wrap.ts";

export interface ProfileAbout {
	readonly title: string;
	readonly parity: string;
	/** Whose count of the text this is. */
	readonly text: string;
	readonly contextTokens?: number;
}

const right = (title: string) => ({ title, align: "right" as const });
const BAR_CELLS = 30;

export function renderProfile(
	terminal: Terminal,
	{ about: { sets }, read, resumed, duplicates: found }: Profile,
	report: ProfileReport,
	about: ProfileAbout,
): string {
	const { bold, dim } = terminal.colors;
	const lines = (text: string): string[] => wrap(text, terminal.columns);
	const near = nearTo(terminal);
	const section = (title: string, body: readonly string[]): string[] =>
		body.length === 0 ? [] : ["", bold(title), ...body];
	const total = `${formatInteger(report.samples)} samples: ${formatInteger(report.profiled)} profiled, ${formatInteger(report.leftOut)} left out`;
	const earlier = resumed === 0 ? "" : `; ${formatInteger(resumed)} from an earlier run`;
	const cost = `read ${formatBytes(read.sets.bytes)} of the sets and ${formatBytes(read.media.bytes)} of the media`;
	return [
		`${bold(about.title)} ${dim(`as ${about.parity} counts it`)}`,
		...sets.flatMap(({ path, format }) => lines(`${format}: ${near(path)}`).map(dim)),
		...lines(`${total}${earlier}`),
		...section("mix", mix(report, dim, terminal.columns)),
		...section("tokens of a sample", lengths(report)),
		...section("what a max_length does", maxLengths(report, about, dim, lines)),
		...section("budget", budget(report, lines)),
		...section("media", media(report.scenarios, dim)),
		...section("duplicates", found === undefined ? [] : duplicates(found, lines)),
		...section("left out", counted(report.leftOutByReason, near, lines)),
		...section("findings", counted(report.findings, near, lines)),
		...section("heaviest samples", heaviest(report, near, dim)),
		"",
		...lines(`note: text is ${about.text}`).map(dim),
		...lines(`note: ${cost}`).map(dim),
	].join("\n");
}

function mix(
	{ scenarios, all, profiled }: ProfileReport,
	dim: (text: string) => string,
	width: number,
): string[] {
	const row = (name: string, measures: ScenarioReport["measures"], shares: readonly string[]): string[] => {
		const { visualTokens, length } = measures;
		const values = [visualTokens, length].flatMap((each) =>
			[each?.p50, each?.p95, each?.max].map((value) => formatInteger(value ?? 0)),
		);
		return [name, ...shares, ...values];
	};
	const { head, body } = fittedTable(
		[
			{ title: "" },
			right("samples"),
			right("of\nsamples"),
			right("of\ntokens"),
			{ ...right("visual\np50"), spare: 3 },
			right("visual\np95"),
			{ ...right("visual\nmax"), spare: 2 },
			{ ...right("total\np50"), spare: 1 },
			right("total\np95"),
			right("total\nmax"),
		],
		[
			...scenarios.map(({ scenario, samples, shareOfSamples, shareOfTokens, measures }) =>
				row(scenario, measures, [
					formatInteger(samples),
					formatPercent(shareOfSamples),
					formatPercent(shareOfTokens),
				]),
			),
			row("all", all, [formatInteger(profiled), "", ""]),
		],
		width,
	);
	return [...head.map(dim), ...body];
}

function lengths({ lengths: { width, counts } }: ProfileReport): string[] {
	const most = Math.max(...counts);
	if (most === 0) return [];
	const last = counts.findLastIndex((count) => count > 0);
	const rows = counts.slice(0, last + 1).map((count, index) => ({ from: index * width, count }));
	return table(
		[right(""), { title: "" }, right("")],
		rows.map(({ from, count }) => [
			`${formatInteger(from)}–${formatInteger(from + width - 1)}`,
			"█".repeat(Math.ceil((count / most) * BAR_CELLS)),
			formatInteger(count),
		]),
	).slice(1);
}

function maxLengths(
	{ maxLengths: reports, suggestedMaxLength, profiled, labelShare, all }: ProfileReport,
	{ contextTokens }: ProfileAbout,
	dim: (text: string) => string,
	lines: (text: string) => string[],
): string[] {
	if (profiled === 0) return [];
	const row = ({ maxLength, truncated, tokensCut, mediaCut, labelsLost }: MaxLengthReport): string[] => [
		`${formatInteger(maxLength)}${maxLength === suggestedMaxLength ? " (suggested)" : ""}`,
		...[truncated, tokensCut, mediaCut, labelsLost].map(formatInteger),
	];
	const columns = ["truncated", "tokens cut", "media cut", "all labels cut"].map(right);
	const [head = "", ...body] = table([{ title: "max_length" }, ...columns], reports.map(row));
	const over = contextTokens !== undefined && suggestedMaxLength > contextTokens;
	return [
		dim(head),
		...body,
		...(over
			? lines(`the suggested length is over the model's context of ${formatInteger(contextTokens)}`)
			: []),
		...(all.textTokens?.total ? lines(`the loss sees ${formatPercent(labelShare)} of the text`) : []),
	];
}

function budget({ budget: found }: ProfileReport, lines: (text: string) => string[]): string[] {
	return (found?.scenarios ?? []).flatMap(({ scenario, samples, over, p95, fit }) => {
		const state = `${scenario}: ${formatInteger(over)} of ${formatInteger(samples)} samples have more than ${formatInteger(found?.budget ?? 0)} visual tokens; p95 is ${formatInteger(p95)}`;
		if (fit === undefined) return lines(state);
		const settings = Object.entries(fit.settings).map(([key, value]) => ` --set ${key}=${value}`);
		const told =
			settings.length === 0
				? "no setting of the model helps"
				: `${settings.join("").trim()} brings it to ${formatInteger(fit.p95)}`;
		const short = settings.length === 0 || fit.fits ? "" : ", the least there is";
		return lines(`${state}; ${told}${short} (tried on ${formatInteger(fit.drawn)} samples drawn)`);
	});
}

/** Media measures that people compare, with the meaning of a stored unit. */
const MEDIA_ROWS = [
	["images", "images of a sample", 1],
	["imageLongSide", "image, longer side, px", 1],
	["imageKilopixels", "image, megapixels", 1000],
	["videoLongSide", "video, longer side, px", 1],
	["videoDeciseconds", "video, seconds", 10],
	["videoCentihertz", "video, frames a second", 100],
] as const;

function media(scenarios: readonly ScenarioReport[], dim: (text: string) => string): string[] {
	const rows = scenarios.flatMap(({ scenario, measures }) =>
		MEDIA_ROWS.flatMap(([measure, title, unit]) => {
			const summary = measures[measure];
			if (summary === undefined || summary.max === 0) return [];
			const ranks = [summary.min, summary.p50, summary.p95, summary.max];
			return [
				[
					scenario,
					title,
					...ranks.map((value) => (unit === 1 ? formatInteger(value) : String(value / unit))),
				],
			];
		}),
	);
	if (rows.length === 0) return [];
	const [head = "", ...body] = table(
		[{ title: "" }, { title: "" }, ...["min", "p50", "p95", "max"].map(right)],
		rows,
	);
	return [dim(head), ...body];
}

/** What is the same, and the largest group of each kind. */
function duplicates(found: Duplicates, lines: (text: string) => string[]): string[] {
	const { uses, places, contents, exact, copiedBytes, perceptual, unread } = found;
	const example = ({ largest: [first] }: DuplicateCount): string =>
		first === undefined
			? ""
			: `; largest: ${formatInteger(first.count)}, e.g. ${first.media.map(({ sample, name }) => `${name} (sample ${sample})`).join(", ")}`;
	return [
		...lines(
			`${formatInteger(uses)} uses of ${formatInteger(places)} media, ${formatInteger(contents)} of them different`,
		),
		...lines(
			`copies of equal bytes: ${formatInteger(exact.copies)}, ${formatBytes(copiedBytes)}; groups: ${formatInteger(exact.groups)}${example(exact)}`,
		),
		...(perceptual === undefined
			? []
			: lines(
					`images that look like another: ${formatInteger(perceptual.copies)}; groups: ${formatInteger(perceptual.groups)}${example(perceptual)}`,
				)),
		...(unread === 0 ? [] : lines(`${formatInteger(unread)} media could not be read again to compare`)),
	];
}

type Counted = ProfileReport["leftOutByReason"][keyof ProfileReport["leftOutByReason"]];

function counted(
	entries: Readonly<Record<string, Counted>>,
	near: (text: string) => string,
	lines: (text: string) => string[],
): string[] {
	return Object.entries(entries).flatMap(([name, entry]) => {
		const [example] = entry?.examples ?? [];
		if (entry === undefined || example === undefined) return [];
		const why = example.message === undefined ? "" : `: ${example.message}`;
		return lines(`${formatInteger(entry.count)} ${name}, e.g. ${near(example.position)}${why}`);
	});
}

function heaviest(
	{ heaviest: samples }: ProfileReport,
	near: (text: string) => string,
	dim: (text: string) => string,
): string[] {
	if (samples.length === 0) return [];
	const [head = "", ...body] = table(
		[right("tokens"), right("visual"), right("media"), { title: "" }, { title: "" }],
		samples
			.slice(0, 5)
			.map(({ length, visualTokens, media: count, scenario, position }) => [
				...[length, visualTokens, count].map(formatInteger),
				scenario,
				near(position),
			]),
	);
	return [dim(head), ...body];
}
