/** Text: its measured size, its missing characters, and that the whole font can be drawn. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { blankImage } from "./blank.ts";
import { BLACK, WHITE } from "./color.ts";
import { fill } from "./fill.ts";
import { GLYPHS, METRICS } from "./glyphs.ts";
import { drawLabel, keepInside, labelSize } from "./label.ts";
import { measureText, missingCharacters, shortenText, textPath } from "./text.ts";

const characters = GLYPHS.trim()
	.split("\n")
	.map((line) => String.fromCodePoint(Number.parseInt(line, 16)));
const text = fc.array(fc.constantFrom(...characters), { maxLength: 30 }).map((list) => list.join(""));

test("the font has ASCII, Latin-1 and the punctuation of captions", () => {
	const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");
	expect(missingCharacters(`${ascii}äöüßéèçñåøÆ×°µ±…–—‘’“”•−€`)).toEqual([]);
	expect(missingCharacters("a→中a→")).toEqual(["→", "中"]);
});

test("letters with a separate accent are composed", () => {
	expect(missingCharacters("e\u0301")).toEqual([]);
	expect(textPath("e\u0301", 20, { x: 0, y: 0 })).toEqual(textPath("é", 20, { x: 0, y: 0 }));
});

test("every glyph lies between its neighbors and within the line, give or take a tenth of the em", () => {
	const size = 100;
	const straying = characters.filter((character) => {
		const { width, ascent, descent } = measureText(character, size);
		return textPath(character, size, { x: 0, y: 0 })
			.flat()
			.some(({ x, y }) => x < -10 || x > width + 10 || -y > ascent + 10 || y > descent + 10);
	});
	expect(straying).toEqual([]);
});

test("digits are as high as stated and differ from each other", () => {
	const drawn = [..."0123456789"].map((digit) => {
		const target = blankImage({ width: 24, height: 24 }, WHITE);
		fill(target, textPath(digit, 20, { x: 4, y: 20 }), { color: BLACK });
		return target.data.join();
	});
	expect(new Set(drawn).size).toBe(10);
	const ys = textPath("1", METRICS.unitsPerEm, { x: 0, y: 0 }).flatMap((contour) =>
		contour.map(({ y }) => y),
	);
	expect([Math.min(...ys), Math.max(...ys)]).toEqual([-METRICS.capHeight, 0]);
});

test("widths add up and grow with the size", () => {
	fc.assert(
		fc.property(text, text, fc.integer({ min: 1, max: 200 }), (one, other, size) => {
			const width = (string: string): number => measureText(string, size).width;
			expect(width(one + other)).toBeCloseTo(width(one) + width(other), 6);
			expect(measureText(one, 2 * size).width).toBeCloseTo(2 * width(one), 6);
		}),
	);
});

test("shortened text fits, begins as the whole does, and is left alone where it fits", () => {
	fc.assert(
		fc.property(text, fc.integer({ min: 0, max: 400 }), (string, width) => {
			const short = shortenText(string, 20, width);
			expect(measureText(short, 20).width).toBeLessThanOrEqual(Math.max(width, 0));
			if (measureText(string, 20).width <= width) expect(short).toBe(string);
			else if (short !== "") expect(string.startsWith(short.slice(0, -1))).toBe(true);
		}),
	);
});

test("a character the font lacks is drawn as an empty box, not skipped", () => {
	const box = textPath("中", 20, { x: 0, y: 20 });
	expect(box).toHaveLength(2);
	expect(measureText("中", 20).width).toBeGreaterThan(10);
});

test("labels are moved into the image and return their plate", () => {
	const target = blankImage({ width: 100, height: 40 }, WHITE);
	const size = labelSize("name", 12);
	expect(drawLabel(target, "name", { x: 95, y: 39 }, { size: 12 })).toEqual({
		x: 100 - size.width,
		y: 40 - size.height,
		...size,
	});
	expect(keepInside({ x: 5, y: 5, width: 200, height: 10 }, target)).toEqual({
		x: 0,
		y: 5,
		width: 200,
		height: 10,
	});
});
