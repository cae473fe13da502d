/** Every kind of declaration: what it accepts, what it says when it does not, and the JSON Schema it yields. */

import { describe, expect, test } from "vitest";
import { OnevisionError } from "./errors.ts";
import {
	boolean,
	choice,
	either,
	integer,
	list,
	number,
	object,
	optional,
	type Schema,
	text,
} from "./schema.ts";

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

describe("integer", () => {
	const schema = integer("Tiles", { min: 1, max: 36 });
	test.each([1, 36])("%d, an end of the range, is accepted", (value) => {
		expect(parse(schema, value)).toBe(value);
	});
	test.each([
		0,
		37,
		1.5,
		Number.NaN,
		Number.POSITIVE_INFINITY,
		"3",
		true,
		null,
		undefined,
		3n,
		{},
		[3],
	])("%s is refused", (value) =>
		expect(parse(schema, value)).toMatch(/^invalid-input: at: expected a whole number from 1 to 36, got /));
	test("the message names the path, the range and the value", () => {
		expect(parse(schema, 1.5, "limits.tiles.max")).toMatchInlineSnapshot(
			`"invalid-input: limits.tiles.max: expected a whole number from 1 to 36, got 1.5"`,
		);
	});
});

describe("number", () => {
	const schema = number("Share", { min: 0, max: 1 });
	test.each([0, 0.5, 1, -0])("%d is accepted", (value) => expect(parse(schema, value)).toBe(value));
	test.each([-0.1, 1.1, Number.NaN, Number.NEGATIVE_INFINITY, "0.5", null])("%s is refused", (value) =>
		expect(parse(schema, value)).toMatch(/^invalid-input: at: expected a number from 0 to 1, got /));
	test("an empty path is called the value", () => {
		expect(parse(schema, "half", "")).toMatchInlineSnapshot(
			`"invalid-input: value: expected a number from 0 to 1, got "half""`,
		);
	});
});

describe("boolean", () => {
	test.each([true, false])("%s is accepted", (value) => expect(parse(boolean("Switch"), value)).toBe(value));
	test.each(["true", 0, 1, null])("%s is refused", (value) =>
		expect(parse(boolean("Switch"), value)).toMatch(/^invalid-input: at: expected true or false, got /));
});

describe("text", () => {
	const schema = text("Name", 5);
	test.each(["a", "abcde"])("%j is accepted", (value) => expect(parse(schema, value)).toBe(value));
	test.each(["", "abcdef", 5, null])("%j is refused", (value) =>
		expect(parse(schema, value)).toMatch(/^invalid-input: at: expected text of 1 to 5 characters, got /));
	test("a long value is cut in the message, which stays one line", () => {
		expect(parse(schema, `first\nsecond ${"x".repeat(5000)}`)).toMatchInlineSnapshot(
			`"invalid-input: at: expected text of 1 to 5 characters, got "first\\nsecond xxxxxxxxxxxxxxxxxxxxxxxxxxx…""`,
		);
	});
});

describe("choice", () => {
	const schema = choice("Statistic", ["p95", "max", "mean"]);
	test("each word is accepted", () => {
		expect(["p95", "max", "mean"].map((word) => parse(schema, word))).toEqual(["p95", "max", "mean"]);
	});
	test("a slip gets the nearest word", () => {
		expect(parse(schema, "maen", "fit")).toMatchInlineSnapshot(
			`"invalid-input: fit: expected one of p95, max, mean, got "maen"; did you mean mean?"`,
		);
	});
	test("a far word gets the list alone", () => {
		expect(parse(schema, "average", "fit")).toMatchInlineSnapshot(
			`"invalid-input: fit: expected one of p95, max, mean, got "average""`,
		);
	});
	test.each(["__proto__", "constructor", "toString", "length", 0])("%s is no choice", (word) =>
		expect(parse(schema, word)).toMatch(/^invalid-input: /));
});

describe("list", () => {
	const schema = list("Sides", integer("Side", { min: 1, max: 9 }), { min: 1, max: 3 });
	test("it is a copy, in order", () => {
		const given = [3, 1, 2];
		expect(parse(schema, given)).toEqual([3, 1, 2]);
		expect(parse(schema, given)).not.toBe(given);
	});
	test("a wrong item is named by its place", () => {
		expect(parse(schema, [1, 99], "sides")).toMatchInlineSnapshot(
			`"invalid-input: sides[1]: expected a whole number from 1 to 9, got 99"`,
		);
	});
	test("too few, too many, and no list at all", () => {
		expect(
			[[], [1, 2, 3, 4], "1,2", { 0: 1, length: 1 }].map((value) => parse(schema, value, "sides")),
		).toMatchInlineSnapshot(`
				[
				  "invalid-input: sides: expected a list of 1 to 3 items, got a list of 0",
				  "invalid-input: sides: expected a list of 1 to 3 items, got a list of 4",
				  "invalid-input: sides: expected a list of 1 to 3 items, got "1,2"",
				  "invalid-input: sides: expected a list of 1 to 3 items, got an object",
				]
			`);
	});
});

describe("either", () => {
	const schema = either(integer("Frames", { min: 1, max: 64 }), choice("Every frame", ["all"]));
	test("both kinds are accepted", () => {
		expect([parse(schema, 32), parse(schema, "all")]).toEqual([32, "all"]);
	});
	test("a value of neither kind is told both", () => {
		expect(parse(schema, "some", "num_frames")).toMatchInlineSnapshot(
			`"invalid-input: num_frames: expected a whole number from 1 to 64, or one of all, got "some""`,
		);
	});
	test("a mistake inside an object is told from inside", () => {
		expect(parse(either(text("Id"), POINT), { x: 1, lable: "a" }, "model")).toMatchInlineSnapshot(
			`"unknown-key: model.lable: no such key; did you mean label? Known: x, label"`,
		);
	});
	test("an error that is not about the value is passed on", () => {
		const broken: Schema<number> = {
			...integer("Frames", { min: 1, max: 2 }),
			parse: () => {
				throw new TypeError("a bug");
			},
		};
		expect(() => either(broken, boolean("b")).parse(1, "at")).toThrow(TypeError);
	});
});

describe("object", () => {
	test("optional keys may be absent, and are left absent", () => {
		expect(parse(POINT, { x: 1 })).toStrictEqual({ x: 1 });
		expect(parse(POINT, { x: 1, label: undefined })).toStrictEqual({ x: 1 });
		expect(parse(POINT, { x: 1, label: "a" })).toStrictEqual({ x: 1, label: "a" });
	});
	test("a missing key is named with what it means", () => {
		expect(parse(POINT, {}, "media.point")).toMatchInlineSnapshot(
			`"invalid-input: media.point.x: missing; Across, px"`,
		);
	});
	test("an unknown key gets the nearest and the list", () => {
		expect(parse(POINT, { x: 1, lable: "a" }, "")).toMatchInlineSnapshot(
			`"unknown-key: lable: no such key; did you mean label? Known: x, label"`,
		);
	});
	test.each([
		"__proto__",
		"constructor",
		"toString",
		"hasOwnProperty",
		"valueOf",
	])("%s is an unknown key", (key) => {
		const value: unknown = JSON.parse(`{ "x": 1, ${JSON.stringify(key)}: {} }`);
		expect(parse(POINT, value, "")).toBe(`unknown-key: ${key}: no such key. Known: x, label`);
	});
	test("keys of a prototype do not count as given", () => {
		expect(parse(POINT, Object.create({ x: 1 }))).toBe("invalid-input: at.x: missing; Across, px");
	});
	test.each([null, [], "x", 1, undefined])("%j is no object", (value) =>
		expect(parse(POINT, value)).toMatch(/^invalid-input: at: expected an object with x, label, got /));
	test("the result shares nothing with the input", () => {
		const given = { x: 1 };
		const result = POINT.parse(given, "at");
		given.x = 2;
		expect(result.x).toBe(1);
	});
});

test("JSON Schema says the same as the checks", () => {
	const schema = object("All kinds", {
		tiles: integer("Tiles", { min: 1, max: 36 }),
		share: optional(number("Share", { min: 0, max: 1 })),
		fit: optional(choice("Statistic", ["p95", "max"])),
		frames: optional(either(integer("Frames", { min: 1, max: 9 }), choice("Every", ["all"]))),
		names: optional(list("Names", text("Name", 5), { min: 0, max: 2 })),
		exact: optional(boolean("Exact")),
	});
	expect(schema.json).toMatchInlineSnapshot(`
		{
		  "additionalProperties": false,
		  "description": "All kinds",
		  "properties": {
		    "exact": {
		      "description": "Exact",
		      "type": "boolean",
		    },
		    "fit": {
		      "description": "Statistic",
		      "enum": [
		        "p95",
		        "max",
		      ],
		    },
		    "frames": {
		      "anyOf": [
		        {
		          "description": "Frames",
		          "maximum": 9,
		          "minimum": 1,
		          "type": "integer",
		        },
		        {
		          "description": "Every",
		          "enum": [
		            "all",
		          ],
		        },
		      ],
		      "description": "Frames",
		    },
		    "names": {
		      "description": "Names",
		      "items": {
		        "description": "Name",
		        "maxLength": 5,
		        "minLength": 1,
		        "type": "string",
		      },
		      "maxItems": 2,
		      "minItems": 0,
		      "type": "array",
		    },
		    "share": {
		      "description": "Share",
		      "maximum": 1,
		      "minimum": 0,
		      "type": "number",
		    },
		    "tiles": {
		      "description": "Tiles",
		      "maximum": 36,
		      "minimum": 1,
		      "type": "integer",
		    },
		  },
		  "required": [
		    "tiles",
		  ],
		  "type": "object",
		}
	`);
});

test("an object without required keys has no `required`", () => {
	expect(object("Nothing needed", { a: optional(boolean("A")) }).json).not.toHaveProperty("required");
});
