/** Random values against declarations: a value or an expected error, never anything else, and the same as the JSON Schema. */

import { planRequestSchema } from "@onevision/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { OnevisionError } from "./errors.ts";
import { integer, isRecord, object, optional, type Schema, text } from "./schema.ts";

const POINT = object("A point", {
	x: integer("Across, px", { min: 0, max: 10 }),
	label: optional(text("Its name", 5)),
});

/** The value, or the refusal as `code: message`. */
function parse<T>(schema: Schema<T>, value: unknown, path = "at"): unknown {
	try {
		return schema.parse(value, path);
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
}

/** Whether a value passes the emitted JSON Schema: the few keywords that are used, nothing else. */
function conforms(json: Readonly<Record<string, unknown>>, value: unknown): boolean {
	const { anyOf, enum: words, type } = json;
	if (Array.isArray(anyOf)) return anyOf.some((option) => conforms(option, value));
	if (Array.isArray(words)) return words.includes(value);
	const within = (size: number, low: unknown, high: unknown): boolean =>
		size >= Number(low) && size <= Number(high);
	switch (type) {
		case "integer":
			return Number.isInteger(value) && within(Number(value), json.minimum, json.maximum);
		case "number":
			return typeof value === "number" && within(value, json.minimum, json.maximum);
		case "boolean":
			return typeof value === "boolean";
		case "string":
			return typeof value === "string" && within(value.length, json.minLength, json.maxLength);
		case "array":
			return (
				Array.isArray(value) &&
				within(value.length, json.minItems, json.maxItems) &&
				value.every((item) => conforms(json.items as Record<string, unknown>, item))
			);
		default: {
			const properties = json.properties as Readonly<Record<string, Record<string, unknown>>>;
			return (
				isRecord(value) &&
				((json.required as string[] | undefined) ?? []).every((key) => Object.hasOwn(value, key)) &&
				Object.entries(value).every(
					([key, item]) =>
						Object.hasOwn(properties, key) && conforms(properties[key] as Record<string, unknown>, item),
				)
			);
		}
	}
}

/** Values near a schema: right ones, slightly wrong ones, and anything. */
function near(json: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
	const { anyOf, enum: words, type } = json;
	const right = (): fc.Arbitrary<unknown> => {
		if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((option) => near(option)));
		if (Array.isArray(words)) return fc.constantFrom(...words);
		if (type === "integer" || type === "number") {
			const [min, max] = [Number(json.minimum), Number(json.maximum)];
			const inside =
				type === "integer" ? fc.integer({ min, max: Math.min(max, 2 ** 31 - 1) }) : fc.double({ min, max });
			return fc.oneof({ weight: 9, arbitrary: inside }, { weight: 1, arbitrary: fc.double() });
		}
		if (type === "boolean") return fc.boolean();
		if (type === "string") return fc.string({ maxLength: 50 });
		if (type === "array") return fc.array(near(json.items as Record<string, unknown>), { maxLength: 3 });
		const properties = Object.entries(json.properties as Record<string, Record<string, unknown>>);
		return fc.record(Object.fromEntries(properties.map(([key, schema]) => [key, near(schema)])), {
			requiredKeys: [],
		});
	};
	return fc.oneof({ weight: 30, arbitrary: right() }, { weight: 1, arbitrary: fc.jsonValue() });
}

const FUZZ = { seed: 7, numRuns: 1500 };

test("any JSON value is a plan request or an expected error of one line, and never prints long", () => {
	fc.assert(
		fc.property(fc.oneof(fc.jsonValue(), near(planRequestSchema.json)), (value) => {
			const result = parse(planRequestSchema, value, "");
			if (typeof result === "string") {
				expect(result).toMatch(/^(invalid-input|unknown-key): /);
				expect(result.length).toBeLessThan(1000);
			} else expect(conforms(planRequestSchema.json, result)).toBe(true);
		}),
		FUZZ,
	);
});

test("what the checks accept is what the JSON Schema accepts", () => {
	const accepted = { yes: 0, no: 0 };
	fc.assert(
		fc.property(near(POINT.json), (value) => {
			const ok = typeof parse(POINT, value) !== "string";
			accepted[ok ? "yes" : "no"]++;
			expect(ok).toBe(conforms(POINT.json, value));
		}),
		FUZZ,
	);
	expect(Math.min(accepted.yes, accepted.no)).toBeGreaterThan(20);
});

test("parsing what was parsed changes nothing", () => {
	fc.assert(
		fc.property(near(planRequestSchema.json), (value) => {
			const once = parse(planRequestSchema, value, "");
			if (typeof once !== "string") expect(parse(planRequestSchema, once, "")).toStrictEqual(once);
		}),
		FUZZ,
	);
});
