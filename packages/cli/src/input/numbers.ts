/** Parses numbers in options as people write them: 3500, 3.5k, 2M, 1e6. */

import { OnevisionError } from "@onevision/base";

const PREFIXES: Readonly<Record<string, number>> = { "": 0, k: 3, K: 3, M: 6, G: 9, B: 9 };
const NUMBER = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:e([+-]?\d{1,3}))?\s?([kKMGB]?)$/;

/**
 * Parses a number with an optional decimal prefix; NaN for anything else. Decimal arithmetic throughout, so 1.1k is
 * exactly 1100.
 */
export function readNumber(text: string): number {
	const [, digits, exponent = "0", prefix = ""] = NUMBER.exec(text.trim()) ?? [];
	if (digits === undefined) return Number.NaN;
	return Number(`${digits}e${Number(exponent) + (PREFIXES[prefix] ?? 0)}`);
}

/** Parses an option's number. Throws `invalid-input` if it is not a number or not from `min` to `max`. */
export function parseNumber(
	flag: string,
	text: string,
	{ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = {},
): number {
	const value = readNumber(text);
	if (Number.isFinite(value) && value >= min && value <= max) return value;
	throw expected(flag, text, `a number${between(min, max)}`);
}

/** Parses an option's integer, by default at least 1. Throws `invalid-input`. */
export function parseWhole(flag: string, text: string, { min = 1, max = 1e15 } = {}): number {
	const value = readNumber(text);
	if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
	throw expected(
		flag,
		text,
		`a whole number from ${min}${max < 1e15 ? ` to ${max}` : ""}, such as 3500 or 3.5k`,
	);
}

function between(min: number, max: number): string {
	if (Number.isFinite(min) && Number.isFinite(max)) return ` from ${min} to ${max}`;
	return Number.isFinite(min) ? ` from ${min}` : "";
}

function expected(flag: string, text: string, what: string): OnevisionError {
	return new OnevisionError("invalid-input", `${flag} ${text.slice(0, 80)}: expected ${what}`);
}
