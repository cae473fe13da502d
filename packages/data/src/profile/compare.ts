/** What changed between two profiles, as plain data. */

import type { ProfileReport, ScenarioReport } from "./report.ts";
import type { ProfileAbout } from "./state.ts";
import type { TallySummary } from "./tally.ts";
import type { Measure } from "./totals.ts";

/** What a number counts; shares are 0 to 1. */
type ChangeUnit = "samples" | "share" | "measure";

export interface ProfileChange {
	readonly section: "samples" | "mix" | "measures" | "left out" | "findings";
	/** A scenario, a reason, a finding; for measures, the scenario or `all`. */
	readonly of: string;
	readonly what: string;
	/** Of measures: which, in the unit that `MEASURES` names. */
	readonly measure?: Measure;
	readonly unit: ChangeUnit;
	/** 0 where a profile has none of it. */
	readonly before: number;
	readonly after: number;
}

export interface ProfileComparison {
	/** What is not comparable: parts of the request that differ, which by themselves change the numbers. */
	readonly differs: readonly (keyof ProfileAbout)[];
	/** In a fixed order, without what stayed the same. */
	readonly changes: readonly ProfileChange[];
}

/** Measures compared, and the ranks of each. */
const COMPARED = [
	"length",
	"visualTokens",
	"textTokens",
	"labelTokens",
	"images",
	"imageLongSide",
	"videoFrames",
	"videoDeciseconds",
] as const satisfies readonly Measure[];
const RANKS = ["p50", "p95", "p99", "max"] as const satisfies readonly (keyof TallySummary)[];
/** What decides the numbers besides the data. */
const DECIDING = ["checkpoint", "settings", "text", "applyOrientation", "applyRotation"] as const;

export interface ComparedProfile {
	readonly about: ProfileAbout;
	readonly report: ProfileReport;
}

/** Compares two profiles. */
export function compareProfiles(before: ComparedProfile, after: ComparedProfile): ProfileComparison {
	const differs = DECIDING.filter(
		(key) => JSON.stringify(before.about[key]) !== JSON.stringify(after.about[key]),
	);
	const changes = [
		...samples(before.report, after.report),
		...mix(before.report, after.report),
		...measures(before.report, after.report),
		...counts("left out", before.report.leftOutByReason, after.report.leftOutByReason),
		...counts("findings", before.report.findings, after.report.findings),
	];
	return { differs, changes: changes.filter((change) => change.before !== change.after) };
}

function samples(before: ProfileReport, after: ProfileReport): ProfileChange[] {
	const row = (what: string, of: (report: ProfileReport) => number): ProfileChange => ({
		...{ section: "samples", of: "all", what, unit: "samples" },
		...{ before: of(before), after: of(after) },
	});
	return [
		row("samples", (report) => report.samples),
		row("profiled", (report) => report.profiled),
		row("left out", (report) => report.leftOut),
	];
}

function mix(before: ProfileReport, after: ProfileReport): ProfileChange[] {
	return scenariosOf(before, after).flatMap(({ name, one, other }): ProfileChange[] => {
		const row = (what: string, unit: ChangeUnit, of: (each: ScenarioReport) => number): ProfileChange => ({
			...{ section: "mix", of: name, what, unit },
			...{ before: one === undefined ? 0 : of(one), after: other === undefined ? 0 : of(other) },
		});
		return [
			row("samples", "samples", (each) => each.samples),
			row("of samples", "share", (each) => each.shareOfSamples),
			row("of tokens", "share", (each) => each.shareOfTokens),
		];
	});
}

function measures(before: ProfileReport, after: ProfileReport): ProfileChange[] {
	const all = { name: "all", one: { measures: before.all }, other: { measures: after.all } };
	return [...scenariosOf(before, after), all].flatMap(({ name, one, other }) =>
		COMPARED.flatMap((measure) =>
			RANKS.map(
				(rank): ProfileChange => ({
					...{ section: "measures", of: name, what: rank, measure, unit: "measure" },
					...{ before: one?.measures[measure]?.[rank] ?? 0, after: other?.measures[measure]?.[rank] ?? 0 },
				}),
			),
		),
	);
}

function scenariosOf(before: ProfileReport, after: ProfileReport) {
	const names = new Set([...before.scenarios, ...after.scenarios].map(({ scenario }) => scenario));
	return [...names].map((name) => ({
		name: name as string,
		one: before.scenarios.find(({ scenario }) => scenario === name),
		other: after.scenarios.find(({ scenario }) => scenario === name),
	}));
}

function counts<K extends string>(
	section: ProfileChange["section"],
	before: Partial<Record<K, { readonly count: number } | undefined>>,
	after: Partial<Record<K, { readonly count: number } | undefined>>,
): ProfileChange[] {
	const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as K[];
	return keys.map((key) => ({
		...{ section, of: key, what: "samples", unit: "samples" },
		...{ before: before[key]?.count ?? 0, after: after[key]?.count ?? 0 },
	}));
}
