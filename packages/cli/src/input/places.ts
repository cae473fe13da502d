/** Parses locations in an image from the command line: points, boxes, a grid, lists of names. */

import { type Grid, OnevisionError } from "@onevision/base";
import type { Region } from "@onevision/draw";

/** `x,y;x,y` → points. Throws `invalid-input`. */
export function parsePoints(text: string): Region[] {
	return parseTuples(
		text,
		2,
		`--points ${text}: expected x,y in px with ; between, e.g. "120,80;300,240"`,
	).map(([x = 0, y = 0]) => ({ kind: "point", x, y }));
}

/** `x,y,w,h;…` → boxes. Throws `invalid-input`. */
export function parseBoxes(text: string): Region[] {
	const expected = `--boxes ${text}: expected x,y,width,height in px with ; between, e.g. "10,20,300,200"`;
	return parseTuples(text, 4, expected).map(([x = 0, y = 0, width = 0, height = 0]) => ({
		kind: "box",
		x,
		y,
		width,
		height,
	}));
}

/** `RxC` → rows and columns. Throws `invalid-input`. */
export function parseGrid(text: string): Grid {
	const match = /^(\d{1,6})[x×](\d{1,6})$/i.exec(text.trim());
	if (match !== null) return { rows: Number(match[1]), cols: Number(match[2]) };
	throw new OnevisionError("invalid-input", `--grid ${text}: expected rows x columns, e.g. 3x4`);
}

/** `a,b,c` → names with surrounding spaces removed. */
export function parseLabels(text: string): string[] {
	return text.split(",").map((label) => label.trim());
}

function parseTuples(text: string, length: number, expected: string): number[][] {
	return text.split(";").map((part) => {
		const numbers = part.split(",").map((each) => each.trim());
		if (numbers.length === length && numbers.every((each) => /^\d{1,8}(\.\d{1,6})?$/.test(each))) {
			return numbers.map(Number);
		}
		throw new OnevisionError("invalid-input", expected);
	});
}
