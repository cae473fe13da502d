/** Tables on narrow terminals. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { columnsOf } from "../terminal.ts";
import { fittedTable, leftOutNote, shorten } from "./fitted-table.ts";
import { displayWidth } from "./table.ts";
import { definitions, wrap } from "./wrap.ts";

const columns = [
	{ title: "media" },
	{ title: "canvas", align: "right", spare: 1 },
	{ title: "newlines", align: "right", spare: 2 },
	{ title: "visual\ntokens", align: "right" },
] as const;
const rows = [
	["photos/holiday/beach.jpg", "1152x1152", "61", "5,731"],
	["a.png", "384x384", "27", "729"],
];

test("as wide as it is asked for: columns that can be spared go, the highest number first", () => {
	expect(fittedTable(columns, rows, 80)).toMatchInlineSnapshot(`
		{
		  "body": [
		    "photos/holiday/beach.jpg  1152x1152        61   5,731",
		    "a.png                       384x384        27     729",
		  ],
		  "head": [
		    "                                               visual",
		    "media                        canvas  newlines  tokens",
		  ],
		  "leftOut": [],
		}
	`);
	expect(fittedTable(columns, rows, 40).leftOut).toEqual(["newlines"]);
	expect(fittedTable(columns, rows, 24)).toMatchInlineSnapshot(`
		{
		  "body": [
		    "photo…/beach.jpg   5,731",
		    "a.png                729",
		  ],
		  "head": [
		    "                  visual",
		    "media             tokens",
		  ],
		  "leftOut": [
		    "canvas",
		    "newlines",
		  ],
		}
	`);
});

test("columns without content are left out and not missed", () => {
	const { head, leftOut } = fittedTable(columns, [["a.png", "384x384", "", "729"]], 80);
	expect(head.join(" ")).not.toContain("newlines");
	expect(leftOut).toEqual([]);
});

test("a column of prose wraps under itself", () => {
	const prose = [{ title: "setting" }, { title: "meaning", wraps: true }];
	const { body } = fittedTable(prose, [["max_pixels", "Most pixels of an image, px (a whole number)"]], 40);
	expect(body).toMatchInlineSnapshot(`
		[
		  "max_pixels  Most pixels of an image, px",
		  "            (a whole number)",
		]
	`);
});

test("no line is wider than the terminal, whatever the texts", () => {
	const cell = fc.string({ maxLength: 50, unit: "grapheme" }).map((text) => text.replace(/\s/g, "_"));
	const row = fc.tuple(cell, fc.nat().map(String), fc.nat().map(String), fc.nat().map(String));
	fc.assert(
		fc.property(
			fc.array(row, { minLength: 1, maxLength: 5 }),
			fc.integer({ min: 40, max: 120 }),
			(data, width) => {
				const { head, body } = fittedTable(columns, data, width);
				return [...head, ...body].every((line) => displayWidth(line) <= width);
			},
		),
		{ seed: 7 },
	);
});

test("shortened in the middle, never longer than asked", () => {
	expect(shorten("photos/holiday/beach.jpg", 14)).toBe("phot…beach.jpg");
	expect(shorten("short", 14)).toBe("short");
	expect(displayWidth(shorten("写真写真写真写真写真", 9))).toBeLessThanOrEqual(9);
});

test("text wraps at blanks; a word longer than a line is broken at its signs", () => {
	expect(wrap("one two three", 7, "  ")).toEqual(["one two", "  three"]);
	expect(wrap("see models/qwen2_vl/video.py now", 14)).toEqual([
		"see",
		"models/",
		"qwen2_vl/",
		"video.py now",
	]);
	expect(wrap("0123456789", 4, " ")).toEqual(["0123", " 456", " 789"]);
	expect(
		definitions(
			[
				["family", "qwen-vl, Qwen"],
				["context", "5 tokens"],
			],
			17,
		),
	).toEqual(["family   qwen-vl,", "         Qwen", "context  5 tokens"]);
});

test("what is missing is named", () => {
	expect(leftOutNote(["canvas"], 60, "--json has all")).toEqual([
		"not shown in 60 columns: canvas (--json has all)",
	]);
});

test.each([
	[undefined, 132, 132],
	["60", 132, 60],
	["wide", 132, 132],
	[undefined, 0, 80],
	[undefined, undefined, 80],
	["3", undefined, 40],
])("COLUMNS=%s on a terminal of %s columns: %i", (asked, measured, expected) => {
	expect(columnsOf(asked, measured)).toBe(expected);
});
