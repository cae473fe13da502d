/**
 * Declare a value once: its type, how it is checked, how it reads on a command line, its JSON Schema and its docs
 * all come from the same declaration. Small on purpose; `core` has no dependencies.
 */

import { OnevisionError } from "./errors.ts";
import { nearest } from "./nearest.ts";

/** The subset of JSON Schema 2020-12 that is emitted. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Schema<T> {
	/** What the value means, with its unit. */
	readonly doc: string;
	/** What is accepted, to complete "expected …". */
	readonly expects: string;
	readonly json: JsonSchema;
	/** Returns the checked value; throws `invalid-input` or `unknown-key` naming `path`. */
	parse(value: unknown, path: string): T;
}

/** The type a schema yields. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

interface Range {
	readonly min: number;
	readonly max: number;
}

/** A whole number from `min` to `max`, both included. */
export function integer(doc: string, { min, max }: Range): Schema<number> {
	const expects = `a whole number from ${min} to ${max}`;
	return {
		doc,
		expects,
		json: { type: "integer", minimum: min, maximum: max, description: doc },
		parse: (value, path) =>
			Number.isInteger(value) && (value as number) >= min && (value as number) <= max
				? (value as number)
				: fail(path, expects, value),
	};
}

/** A finite number from `min` to `max`, both included. */
export function number(doc: string, { min, max }: Range): Schema<number> {
	const expects = `a number from ${min} to ${max}`;
	return {
		doc,
		expects,
		json: { type: "number", minimum: min, maximum: max, description: doc },
		parse: (value, path) =>
			typeof value === "number" && value >= min && value <= max ? value : fail(path, expects, value),
	};
}

export function boolean(doc: string): Schema<boolean> {
	return {
		doc,
		expects: "true or false",
		json: { type: "boolean", description: doc },
		parse: (value, path) => (typeof value === "boolean" ? value : fail(path, "true or false", value)),
	};
}

/** Text of one line, at most `maxLength` characters. */
export function text(doc: string, maxLength = 1000): Schema<string> {
	const expects = `text of 1 to ${maxLength} characters`;
	return {
		doc,
		expects,
		json: { type: "string", minLength: 1, maxLength, description: doc },
		parse: (value, path) =>
			typeof value === "string" && value.length > 0 && value.length <= maxLength && !/[\r\n]/.test(value)
				? value
				: fail(path, expects, value),
	};
}

/** Text of any number of lines, at most `maxLength` characters; may be empty. */
export function multiline(doc: string, maxLength: number): Schema<string> {
	const expects = `text of at most ${maxLength} characters`;
	return {
		doc,
		expects,
		json: { type: "string", maxLength, description: doc },
		parse: (value, path) =>
			typeof value === "string" && value.length <= maxLength ? value : fail(path, expects, value),
	};
}

/** One of a fixed list of words. */
export function choice<const T extends string>(doc: string, values: readonly T[]): Schema<T> {
	const expects = `one of ${values.join(", ")}`;
	return {
		doc,
		expects,
		json: { enum: values, description: doc },
		parse: (value, path) => {
			const found = values.find((candidate) => candidate === value);
			if (found !== undefined) return found;
			const hint = typeof value === "string" ? nearest(value, values) : undefined;
			return fail(path, expects, value, hint);
		},
	};
}

/** Either of two declarations, the first that accepts. */
export function either<A, B>(first: Schema<A>, second: Schema<B>): Schema<A | B> {
	const expects = `${first.expects}, or ${second.expects}`;
	return {
		doc: first.doc,
		expects,
		json: { anyOf: [first.json, second.json], description: first.doc },
		parse: (value, path) => {
			for (const schema of [first, second]) {
				try {
					return schema.parse(value, path);
				} catch (error) {
					if (!(error instanceof OnevisionError)) throw error;
					// A value of the right kind with a mistake inside deserves the inner message.
					if (isRecord(value) && schema.json.type === "object") throw error;
					if (Array.isArray(value) && schema.json.type === "array") throw error;
				}
			}
			return fail(path, expects, value);
		},
	};
}

/** A list of `min` to `max` items. */
export function list<T>(doc: string, item: Schema<T>, { min, max }: Range): Schema<readonly T[]> {
	const expects = `a list of ${min} to ${max} items`;
	return {
		doc,
		expects,
		json: { type: "array", items: item.json, minItems: min, maxItems: max, description: doc },
		parse: (value, path) =>
			Array.isArray(value) && value.length >= min && value.length <= max
				? value.map((entry, index) => item.parse(entry, `${path}[${index}]`))
				: fail(path, expects, value),
	};
}

/** Marks a key of `object` that may be left out. */
export interface Optional<T> {
	readonly optional: Schema<T>;
}

export function optional<T>(schema: Schema<T>): Optional<T> {
	return { optional: schema };
}

type Fields = { readonly [key: string]: Schema<unknown> | Optional<unknown> };

type RequiredKeys<F extends Fields> = {
	[K in keyof F]: F[K] extends Optional<unknown> ? never : K;
}[keyof F];

/** The object type a set of fields yields: `optional` keys may be absent. */
export type ObjectOf<F extends Fields> = {
	readonly [K in RequiredKeys<F>]: F[K] extends Schema<infer T> ? T : never;
} & {
	readonly [K in Exclude<keyof F, RequiredKeys<F>>]?: F[K] extends Optional<infer T> ? T : never;
};

/** An object with exactly these keys; an unknown one is refused with the nearest that exists. */
export function object<const F extends Fields>(doc: string, fields: F): Schema<ObjectOf<F>> {
	const keys = Object.keys(fields);
	const schemaOf = (key: string): Schema<unknown> => {
		const field = fields[key] as Schema<unknown> | Optional<unknown>;
		return "optional" in field ? field.optional : field;
	};
	const required = keys.filter((key) => !("optional" in (fields[key] as object)));
	return {
		doc,
		expects: `an object with ${keys.join(", ")}`,
		json: {
			type: "object",
			description: doc,
			properties: Object.fromEntries(keys.map((key) => [key, schemaOf(key).json])),
			...(required.length > 0 ? { required } : {}),
			additionalProperties: false,
		},
		parse: (value, path) => {
			if (!isRecord(value)) return fail(path, `an object with ${keys.join(", ")}`, value);
			for (const key of Object.keys(value)) {
				if (!Object.hasOwn(fields, key)) throw unknownKey(join(path, key), key, keys);
			}
			const entries: [string, unknown][] = [];
			for (const key of keys) {
				if (Object.hasOwn(value, key) && value[key] !== undefined) {
					entries.push([key, schemaOf(key).parse(value[key], join(path, key))]);
				} else if (required.includes(key)) {
					throw new OnevisionError("invalid-input", `${join(path, key)}: missing; ${schemaOf(key).doc}`);
				}
			}
			return Object.fromEntries(entries) as ObjectOf<F>;
		},
	};
}

/** An object whose keys the user chooses: at most `max`, each of 1 to 200 characters of one line. */
export function map<T>(
	doc: string,
	entry: Schema<T>,
	{ max }: Pick<Range, "max">,
): Schema<Readonly<Record<string, T>>> {
	const expects = `an object of at most ${max} entries`;
	return {
		doc,
		expects,
		json: { type: "object", additionalProperties: entry.json, maxProperties: max, description: doc },
		parse: (value, path) => {
			if (!isRecord(value) || Object.keys(value).length > max) return fail(path, expects, value);
			const name = text("A name", 200);
			return Object.fromEntries(
				Object.entries(value).map(([key, each]) => [
					name.parse(key, join(path, key)),
					entry.parse(each, join(path, key)),
				]),
			);
		},
	};
}

/** The error for a key that does not exist, with the nearest one and the list. */
export function unknownKey(path: string, key: string, known: readonly string[]): OnevisionError {
	const hint = nearest(key, known);
	return new OnevisionError(
		"unknown-key",
		`${oneLine(path)}: no such key${hint === undefined ? "." : `; did you mean ${hint}?`} Known: ${known.join(", ")}`,
	);
}

function join(path: string, key: string): string {
	return path === "" ? key : `${path}.${key}`;
}

/** Text from outside in a message: one line, never long. */
function oneLine(given: string): string {
	const short = given.length > 100 ? `${given.slice(0, 100)}…` : given;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is to be replaced
	return short.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, "?");
}

function fail(path: string, expects: string, value: unknown, hint?: string): never {
	const place = path === "" ? "value" : oneLine(path);
	throw new OnevisionError(
		"invalid-input",
		`${place}: expected ${expects}, got ${show(value)}${hint === undefined ? "" : `; did you mean ${hint}?`}`,
	);
}

/** A value in a message: one line, never long. */
function show(value: unknown): string {
	if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
	if (Array.isArray(value)) return `a list of ${value.length}`;
	if (isRecord(value)) return "an object";
	return String(value);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
