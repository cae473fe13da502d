/**
 * Sizes of dimensions: numbers, or expressions over sizes that are only known when a graph runs. An expression is kept as
 * the text of a polynomial in normal form, `past + seq` or `2*batch*seq`, so that equal sizes are equal strings, and so
 * that an ONNX file can carry it as a `dim_param`.
 */

import { OnevisionError } from "@onevision/base";

/** A size: a number, or an expression such as `seq` or `past + seq`. */
export type Extent = number | string;

/** Coefficients by product of names; the empty product is the constant. */
type Polynomial = ReadonlyMap<string, number>;

/** Longest expression, characters: those of files are untrusted, and sums of many names are no use to anyone. */
const MAX_LENGTH = 512;
/** Parsed expressions that are remembered. */
const MAX_KNOWN = 4096;

const known = new Map<string, Polynomial>();

/** The extent in normal form. Throws `invalid-input` for a text that is no expression. */
export function extentOf(given: Extent): Extent {
	return typeof given === "number" ? given : formatted(polynomialOf(given));
}

/** A dimension in a file: its name is an expression, or stands for itself. */
export function extentOfName(size: Extent): Extent {
	try {
		return extentOf(size);
	} catch {
		return symbolOf(String(size));
	}
}

/** A name made of any text. */
function symbolOf(text: string): string {
	const name = text.slice(0, 100).replaceAll(/[^\w.]/g, "_");
	return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}

/** The name of one element of a list of sizes that is fed. */
export function elementSymbol(list: string, index: number): string {
	return `${symbolOf(list)}.${index}`;
}

export function addExtents(...extents: readonly Extent[]): Extent {
	const total = new Map<string, number>();
	for (const extent of extents) accumulate(total, polynomialOf(extent), 1);
	return formatted(total);
}

export function subtractExtents(a: Extent, b: Extent): Extent {
	const total = new Map(polynomialOf(a));
	accumulate(total, polynomialOf(b), -1);
	return formatted(total);
}

export function multiplyExtents(...extents: readonly Extent[]): Extent {
	return formatted(extents.map(polynomialOf).reduce(product, new Map([["", 1]])));
}

/** a / b where it is whole for all sizes; `undefined` where it is not, or where sums do not divide term by term. */
export function divideExtents(a: Extent, b: Extent): Extent | undefined {
	if (a === 0) return b === 0 ? undefined : 0;
	const [dividend, divisor] = [polynomialOf(a), polynomialOf(b)];
	const [first] = divisor;
	if (first === undefined) return undefined;
	const quotient = new Map<string, number>();
	for (const term of divisor.size === 1 ? dividend : [...dividend].slice(0, 1)) {
		const [factors, coefficient] = quotientOf(term, first) ?? [];
		if (factors === undefined || coefficient === undefined) return undefined;
		quotient.set(factors, coefficient);
	}
	return formatted(product(quotient, divisor)) === formatted(dividend) ? formatted(quotient) : undefined;
}

/** ⌊a / b⌋ for a whole b > 0. */
export function floorDivideExtent(a: Extent, b: number): Extent {
	if (typeof a === "number") return Math.floor(a / b);
	const [whole, rest] = [new Map<string, number>(), new Map<string, number>()];
	for (const [factors, coefficient] of polynomialOf(a)) {
		if (coefficient % b === 0) whole.set(factors, coefficient / b);
		else rest.set(factors, coefficient);
	}
	const remainder = formatted(rest);
	return addExtents(
		formatted(whole),
		typeof remainder === "number" ? Math.floor(remainder / b) : `floor(${remainder}, ${b})`,
	);
}

/** The number an extent has for sizes by name; `undefined` where one is missing. */
export function evaluateExtent(extent: Extent, sizes: ReadonlyMap<string, number>): number | undefined {
	if (typeof extent === "number") return extent;
	let total = 0;
	for (const [factors, coefficient] of polynomialOf(extent)) {
		let term = coefficient;
		for (const factor of splitFactors(factors)) {
			const value = sizes.get(factor) ?? floorOf(factor, sizes);
			if (value === undefined) return undefined;
			term *= value;
		}
		total += term;
	}
	return total;
}

/**
 * Notes the sizes that the shape of a feed gives to names in `sizes`. Throws `shape-mismatch` when a name has got another
 * size before.
 */
export function bindFeed(
	feed: string,
	extents: readonly Extent[],
	shape: readonly number[],
	sizes: Map<string, number>,
): void {
	for (const [axis, extent] of extents.entries()) {
		const size = shape[axis];
		if (typeof extent !== "string" || size === undefined) continue;
		const expected = evaluateExtent(extent, sizes);
		if (expected === undefined && isSymbol(extent)) sizes.set(extent, size);
		if (expected === undefined || expected === size) continue;
		throw new OnevisionError(
			"shape-mismatch",
			`run: ${feed} has ${size} at axis ${axis}, where ${extent} is ${expected} by the other inputs`,
		);
	}
}

/** Whether an expression is one name, which a feed can give a size. */
function isSymbol(extent: string): boolean {
	return /^[A-Za-z_][\w.]*$/.test(extent);
}

function floorOf(factor: string, sizes: ReadonlyMap<string, number>): number | undefined {
	const [, inner, divisor] = /^floor\((.*), (\d+)\)$/.exec(factor) ?? [];
	const value = inner === undefined ? undefined : evaluateExtent(inner, sizes);
	return value === undefined ? undefined : Math.floor(value / Number(divisor));
}

function accumulate(total: Map<string, number>, terms: Polynomial, sign: 1 | -1): void {
	for (const [factors, coefficient] of terms) {
		total.set(factors, (total.get(factors) ?? 0) + sign * coefficient);
	}
}

function product(a: Polynomial, b: Polynomial): Polynomial {
	const total = new Map<string, number>();
	for (const [left, by] of a) {
		for (const [right, times] of b) {
			accumulate(total, new Map([[joined([...splitFactors(left), ...splitFactors(right)]), by * times]]), 1);
		}
	}
	return total;
}

type Term = readonly [factors: string, coefficient: number];

function quotientOf([factors, coefficient]: Term, [others, by]: Term): Term | undefined {
	const left = splitFactors(factors);
	for (const other of splitFactors(others)) {
		const at = left.indexOf(other);
		if (at < 0) return undefined;
		left.splice(at, 1);
	}
	return coefficient % by === 0 ? [joined(left), coefficient / by] : undefined;
}

function joined(factors: readonly string[]): string {
	return [...factors].sort().join("*");
}

function splitFactors(factors: string): string[] {
	return factors === "" ? [] : splitOutside(factors, "*").map(({ part }) => part);
}

interface Part {
	readonly part: string;
	/** The character before it; empty at the start. */
	readonly separator: string;
}

/** Splits at each of `separators` outside parentheses. */
function splitOutside(text: string, separators: string): Part[] {
	const parts: Part[] = [];
	let [depth, start, separator] = [0, 0, ""];
	for (let i = 0; i <= text.length; i++) {
		const character = text[i] ?? "";
		if (character === "(") depth++;
		if (character === ")") depth--;
		if (i < text.length && (depth !== 0 || !separators.includes(character))) continue;
		parts.push({ part: text.slice(start, i).trim(), separator });
		[start, separator] = [i + 1, character];
	}
	return parts;
}

function polynomialOf(extent: Extent): Polynomial {
	if (typeof extent === "number") return new Map(extent === 0 ? [] : [["", extent]]);
	const found = known.get(extent);
	if (found !== undefined) return found;
	const parsed = parse(extent);
	if (known.size >= MAX_KNOWN) known.clear();
	known.set(extent, parsed);
	return parsed;
}

/** What is multiplied: a number, a name, or a floor of a sum. */
const FACTOR = /^(?:\d+|[A-Za-z_][\w.]*|floor\(.+, \d+\))$/;

function parse(text: string): Polynomial {
	const total = new Map<string, number>();
	if (text.length > MAX_LENGTH) throw notAnExpression(text);
	for (const [i, { part, separator }] of splitOutside(text, "+-").entries()) {
		// A sign before the first term.
		if (i === 0 && part === "") continue;
		const factors = splitOutside(part, "*").map((each) => each.part);
		if (!factors.every((factor) => FACTOR.test(factor))) throw notAnExpression(text);
		const numbers = factors.filter((factor) => /^\d/.test(factor)).map(Number);
		const coefficient = numbers.reduce((value, factor) => value * factor, separator === "-" ? -1 : 1);
		if (!Number.isSafeInteger(coefficient)) throw notAnExpression(text);
		accumulate(total, new Map([[joined(factors.filter((factor) => !/^\d/.test(factor))), coefficient]]), 1);
	}
	if (text.trim() === "") throw notAnExpression(text);
	return total;
}

function notAnExpression(text: string): OnevisionError {
	return new OnevisionError(
		"invalid-input",
		`shape: ${JSON.stringify(text.slice(0, 60))} is no size; write a number, a name, or sums and products of them, "past + seq"`,
	);
}

/** Terms by their names, the constant last. */
function formatted(terms: Polynomial): Extent {
	const nonzero = [...terms].filter(([, coefficient]) => coefficient !== 0);
	const names = nonzero.filter(([factors]) => factors !== "").sort(([a], [b]) => (a < b ? -1 : 1));
	const constant = terms.get("") ?? 0;
	if (names.length === 0) return constant;
	return [...names, ...(constant === 0 ? [] : [["", constant] as const])]
		.map(([factors, coefficient], i) => {
			const size = Math.abs(coefficient);
			const text = factors === "" ? `${size}` : size === 1 ? factors : `${size}*${factors}`;
			if (i === 0) return coefficient < 0 ? `-${text}` : text;
			return coefficient < 0 ? ` - ${text}` : ` + ${text}`;
		})
		.join("");
}
