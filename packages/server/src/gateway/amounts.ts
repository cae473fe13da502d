/** What budgets are made of: whole numbers, so that adding them up from many places loses nothing. */

import type { Amounts } from "../config/config.ts";

export const UNITS = ["visualTokens", "promptTokens", "usd"] as const satisfies readonly (keyof Amounts)[];
export type Unit = (typeof UNITS)[number];

/** USD are counted in billionths. */
const PER_USD = 1e9;

export const UNIT_TITLES: Readonly<Record<Unit, string>> = {
	visualTokens: "visual tokens",
	promptTokens: "prompt tokens",
	usd: "USD",
};

/** An amount as the whole number that is stored; a part of a billionth is charged whole. */
export function stored(unit: Unit, amount: number): number {
	return unit === "usd" ? Math.ceil(amount * PER_USD - 1e-6) : amount;
}

/** The limit as stored: what is over by a part of a billionth does not fit. */
export function storedLimit(unit: Unit, limit: number): number {
	return unit === "usd" ? Math.floor(limit * PER_USD + 1e-6) : limit;
}

export function shown(unit: Unit, whole: number): string {
	return unit === "usd" ? (whole / PER_USD).toFixed(6) : String(whole);
}
