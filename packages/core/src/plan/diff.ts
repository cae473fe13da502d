/** Differences between two plans: settings, tokens, statuses, cost and findings, one row each. */

import { OnevisionError } from "@onevision/base";
import type { Plan } from "./plan.ts";

export interface PlanChange {
	/** What changed, e.g. "video settings". */
	readonly what: string;
	/** Absent when the first plan has no such value. */
	readonly before?: string | number;
	/** Absent when the second plan has no such value. */
	readonly after?: string | number;
	/** Present for shares in percent, whose difference is in percentage points. */
	readonly unit?: "%";
}

/** The plan format version that can be compared. */
const VERSION = 2;

/** Checks that a value read from a file is a plan that can be compared. Otherwise throws `invalid-input`. */
export function assertPlan(value: unknown, name: string): asserts value is Plan {
	const plan = value as Partial<Plan> | null;
	const isPlan =
		typeof plan === "object" &&
		plan !== null &&
		Array.isArray(plan.scenarios) &&
		Array.isArray(plan.findings) &&
		typeof plan.request === "object";
	if (!isPlan) {
		throw new OnevisionError(
			"invalid-input",
			`${name}: not a plan; give a plan.json written by --out or --json`,
		);
	}
	if (plan.version !== VERSION) {
		throw new OnevisionError(
			"invalid-input",
			`${name}: plan format ${String(plan.version).slice(0, 20)}, this version compares format ${VERSION}; plan again`,
		);
	}
}

/** Suffix in the names of shares. */
const PERCENT = ", %";

/** The rows that differ, in plan order. Throws `invalid-input` when parts of a plan are missing. */
export function diffPlans(before: Plan, after: Plan): PlanChange[] {
	const first = factsOf(before, "the first plan");
	const second = factsOf(after, "the second plan");
	return [...new Set([...first.keys(), ...second.keys()])].flatMap((what) => {
		const [old, now] = [first.get(what), second.get(what)];
		if (old === now) return [];
		return [
			{
				what,
				...(old === undefined ? {} : { before: old }),
				...(now === undefined ? {} : { after: now }),
				...(what.endsWith(PERCENT) ? { unit: "%" as const } : {}),
			},
		];
	});
}

function factsOf(plan: Plan, name: string): Map<string, string | number> {
	try {
		return new Map(listFacts(plan));
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw new OnevisionError("invalid-input", `${name} is not whole: ${error.message}; plan again`);
	}
}

function listFacts({
	request,
	scenarios,
	expectedTokens,
	curriculum,
	costs = [],
	findings,
}: Plan): [string, string | number][] {
	return [
		["model", request.model],
		["purpose", request.purpose],
		["budget, visual tokens", request.budget],
		["requests decoded together", request.hardware.requestBatch],
		...scenarios.flatMap(
			({ scenario, share, chosen, status, budgetShare, media }): [string, string | number][] => [
				[`${scenario}: share of the mix${PERCENT}`, percentOf(share)],
				[`${scenario}: media`, media.note],
				[`${scenario}: settings`, chosen.allocation.summary],
				[`${scenario}: visual tokens, p95`, chosen.visualTokens.p95],
				[`${scenario}: share of the budget${PERCENT}`, percentOf(budgetShare)],
				[`${scenario}: status`, status],
				[`${scenario}: fidelity`, Number(chosen.fidelity.toFixed(3))],
			],
		),
		["visual tokens expected over the mix", Math.round(expectedTokens)],
		...curriculum.stages.flatMap((stage): [string, string | number][] => [
			...(request.purpose === "deploy" || stage.acceleratorHours === undefined || stage.memory === undefined
				? []
				: ([
						[`${stage.stage}: accelerator hours`, Number(stage.acceleratorHours.toFixed(1))],
						[`${stage.stage}: memory per accelerator, GB`, Number((stage.memory.total / 1e9).toFixed(1))],
					] satisfies [string, number][])),
		]),
		...costs.flatMap(({ scenario, cost }): [string, string | number][] => [
			[`${scenario}: first token, ms`, Math.round(cost.secondsToFirstToken * 1000)],
			...(cost.pricePer1000 === undefined
				? []
				: [
						[`${scenario}: USD per 1,000 requests`, Number(cost.pricePer1000.toFixed(2))] as [string, number],
					]),
		]),
		...findings.map(({ rule, severity, message }): [string, string] => [`${severity} ${rule}`, message]),
	];
}

function percentOf(share: number): number {
	return Math.round(share * 1000) / 10;
}
