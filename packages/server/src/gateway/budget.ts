/** What a request may take: limits of the request itself, and charges to what its key and everyone have left today. */

import type { Amounts, Config } from "../config/config.ts";
import type { Caller } from "../http/access.ts";
import { ServerRefusal } from "../refusal.ts";
import { shown, stored, storedLimit, UNIT_TITLES, UNITS, type Unit } from "./amounts.ts";
import type { CountedRequest } from "./count-request.ts";
import type { Charge } from "./ledger.ts";
import type { Target } from "./target.ts";

/** What a request takes, at most. */
export type Taken = Readonly<Record<Unit, number>>;

/** A limit of one request that it does not keep. */
export interface Breach {
	readonly unit: Unit;
	readonly taken: number;
	readonly limit: number;
}

/** A charge with what it is for, to tell in headers and messages. */
export interface DayCharge extends Charge {
	readonly scope: "key" | "day";
	readonly unit: Unit;
}

export interface Budgets {
	/** Limits of one request for this target. */
	requestLimits(target: Target): Amounts;
	/** Whether anything limits this caller's requests to the target. */
	areSet(target: Target, caller: Caller): boolean;
	/** USD need a bound on the answer; throws `over-budget` where the request gives none and the model has none. */
	taken(target: Target, caller: Caller, counted: CountedRequest, maxAnswer: number | undefined): Taken;
	/** Charges of a day, `YYYY-MM-DD`. */
	charges(caller: Caller, taken: Taken, day: string): readonly DayCharge[];
}

export function createBudgets({
	request = {},
	key = {},
	day: ofDay = {},
}: NonNullable<Config["budgets"]> = {}): Budgets {
	const keyLimits = (caller: Caller): Amounts => caller.key?.budget ?? key;
	const requestLimits = ({ budget }: Target): Amounts => {
		const entries = UNITS.flatMap((unit) => {
			const limit = Math.min(
				budget[unit] ?? Number.POSITIVE_INFINITY,
				request[unit] ?? Number.POSITIVE_INFINITY,
			);
			return Number.isFinite(limit) ? [[unit, limit] as const] : [];
		});
		return Object.fromEntries(entries);
	};
	const all = (target: Target, caller: Caller): readonly Amounts[] => [
		requestLimits(target),
		keyLimits(caller),
		ofDay,
	];
	return {
		requestLimits,
		areSet: (target, caller) =>
			all(target, caller).some((limits) => UNITS.some((unit) => limits[unit] !== undefined)),
		taken: (target, caller, counted, maxAnswer) => {
			const { visualTokens, promptTokens, contextTokens } = counted;
			const needsUsd = all(target, caller).some(({ usd }) => usd !== undefined);
			const window = contextTokens === undefined ? undefined : Math.max(0, contextTokens - promptTokens);
			// What an answer may take is charged first and given back when the real one is known.
			const answer = maxAnswer === undefined || window === undefined ? (maxAnswer ?? window) : maxAnswer;
			if (needsUsd && answer === undefined) {
				throw new ServerRefusal(
					"over-budget",
					"max_tokens: a budget in USD needs a bound on the answer; give max_tokens",
					{},
					400,
				);
			}
			const cost = target.cost(promptTokens, answer ?? 0);
			return { visualTokens, promptTokens, usd: cost === undefined ? 0 : cost.inputUsd + cost.outputUsd };
		},
		charges: (caller, taken, day) =>
			(["key", "day"] as const).flatMap((scope) => {
				const limits = scope === "key" ? keyLimits(caller) : ofDay;
				return UNITS.flatMap((unit): DayCharge[] => {
					const limit = limits[unit];
					if (limit === undefined) return [];
					const whose = scope === "key" ? `key:${encodeURIComponent(caller.name)}` : "all";
					const counter = `${day}:${whose}:${unit}`;
					return [
						{
							...{ scope, unit, counter },
							amount: stored(unit, taken[unit]),
							limit: storedLimit(unit, limit),
						},
					];
				});
			}),
	};
}

export function breachesOf(limits: Amounts, taken: Taken): readonly Breach[] {
	return UNITS.flatMap((unit) => {
		const limit = limits[unit];
		return limit === undefined || taken[unit] <= limit ? [] : [{ unit, taken: taken[unit], limit }];
	});
}

/**
 * Most visual tokens with which the request keeps its limits, the rest of it unchanged; may be negative.
 */
export function visualAllowance(limits: Amounts, taken: Taken, target: Target): number {
	const { visualTokens: visual, promptTokens: prompt, usd } = limits;
	const perToken = (target.cost(taken.promptTokens, 0)?.inputUsd ?? 0) / Math.max(1, taken.promptTokens);
	return Math.floor(
		Math.min(
			visual ?? Number.POSITIVE_INFINITY,
			prompt === undefined ? Number.POSITIVE_INFINITY : taken.visualTokens - (taken.promptTokens - prompt),
			usd === undefined || perToken === 0
				? Number.POSITIVE_INFINITY
				: taken.visualTokens - Math.ceil((taken.usd - usd) / perToken),
		),
	);
}

/** "a day's visual tokens of key team-a: 300 asked, 120 of 4000 left". */
export function dayRefusal(
	{ scope, unit, amount, limit = 0 }: DayCharge,
	total: number,
	caller: Caller,
): string {
	const whose = scope === "key" ? `key ${caller.name}` : "all keys";
	return `the ${UNIT_TITLES[unit]} of ${whose} for today: ${shown(unit, amount)} needed, ${shown(unit, Math.max(0, limit - total))} of ${shown(unit, limit)} left; send less, or wait until 00:00 UTC`;
}
