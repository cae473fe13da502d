/** What is said of files that are no media: what each is, and a command that can be pasted. */

import { expect, test } from "vitest";
import { describeOther } from "./other-formats.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const transport = bytes(`G${"\0".repeat(187)}`.repeat(3));

test.each([
	["%PDF-1.7\n%\xe2\xe3\xcf\xd3", /^a PDF; render its pages, e\.g\. pdftoppm -r 150 -png a\.pdf page$/],
	[`${"\0".repeat(200)}%PDF-1.4`, /^a PDF/],
	["<svg xmlns='http://www.w3.org/2000/svg'/>", /^an SVG drawing; .*rsvg-convert/],
	['<?xml version="1.0"?>\n<!-- Inkscape -->\n<svg width="1"/>', /^an SVG drawing/],
	['<?xml version="1.0"?><rss/>', /^text$/],
	["PK\x03\x04\x14\0", /^a ZIP archive/],
	["\x1f\x8b\x08\0", /^an archive; unpack it$/],
	["\xff\x0a\xfa\x1f", /^a JPEG XL image; convert it/],
	["\0\0\0\x0cjP  \r\n\x87\n", /^a JPEG 2000 image/],
	["RIFF\x24\0\0\0WAVEfmt ", /^sound$/],
	["ID3\x04\0\0", /^sound$/],
	["FLV\x01\x05", /^a Flash video; .*ffmpeg -i a\.pdf -c copy a\.pdf\.mp4$/],
	["PAR1\x15\x04", /^a Parquet table/],
	["<!DOCTYPE html><html>", /^an HTML page$/],
	['{"kind": "caf\xc3\xa9"}', /^text$/],
	["BM is how this text begins", /^text$/],
])("%j", (head, expected) => {
	const { what, todo } = describeOther(bytes(head), "a.pdf") ?? { what: "nothing known" };
	expect(todo === undefined ? what : `${what}; ${todo}`).toMatch(expected);
});

test("a transport stream is told by its packets, not by a first letter", () => {
	expect(describeOther(transport, "a.ts")?.what).toBe("an MPEG transport stream");
	expect(describeOther(bytes("Good morning"), "a.ts")?.what).toBe("text");
});

test("unknown bytes, and no bytes", () => {
	expect(describeOther(bytes("\x01\x02\x03\x80\xff"), "x")).toBeUndefined();
	expect(describeOther(bytes("\xc3\x28 not UTF-8"), "x")).toBeUndefined();
	expect(describeOther(bytes(""), "x")).toBeUndefined();
});

test("a path is one word of the command", () => {
	expect(describeOther(bytes("%PDF-1.7"), "my page's $HOME.pdf")?.todo).toBe(
		"render its pages, e.g. pdftoppm -r 150 -png 'my page'\\''s $HOME.pdf' page",
	);
});
