/** Text as shapes: Inter SemiBold, set on one line, unhinted, without kerning. */

import { GLYPHS, METRICS } from "./glyphs.ts";
import { type Path, type Point, quadraticPoints } from "./path.ts";

interface Glyph {
	/** As a share of the em. */
	readonly advance: number;
	readonly outline: string;
}

/** The extent of a line of text, px. */
export interface TextSize {
	readonly width: number;
	/** Height of a capital or digit above the baseline; a label's visual center is at half of it. */
	readonly capHeight: number;
	/** From the baseline to the top of the line. */
	readonly ascent: number;
	/** From the baseline to the bottom of the line. */
	readonly descent: number;
}

const GLYPH_OF: ReadonlyMap<string, Glyph> = new Map(GLYPHS.trim().split("\n").map(readGlyph));
/** Stands in for a character the font lacks: an upright box. */
const MISSING: Glyph = {
	advance: 1500 / METRICS.unitsPerEm,
	outline: "M200 0L0 1490L1100 0L0 -1490M-940 160L780 0L0 1170L-780 0",
};
const ELLIPSIS = "…";

function readGlyph(line: string): [character: string, glyph: Glyph] {
	const [, code = "", advance = "", outline = ""] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
	const character = String.fromCodePoint(Number.parseInt(code, 16));
	return [character, { advance: Number(advance) / METRICS.unitsPerEm, outline }];
}

/** Distinct characters of the text that the font lacks; they would be drawn as empty boxes. */
export function missingCharacters(text: string): string[] {
	return [...new Set(charactersOf(text))].filter((character) => !GLYPH_OF.has(character));
}

/** Extent of a line of text; `size` is the font size (the em) in px. */
export function measureText(text: string, size: number): TextSize {
	const { unitsPerEm, capHeight, ascent, descent } = METRICS;
	const advance = charactersOf(text).reduce((sum, character) => sum + glyphOf(character).advance, 0);
	return {
		width: advance * size,
		capHeight: (capHeight / unitsPerEm) * size,
		ascent: (ascent / unitsPerEm) * size,
		descent: (descent / unitsPerEm) * size,
	};
}

/** The text's outlines, starting at `start` on the baseline; `size` is the font size (the em) in px. */
export function textPath(text: string, size: number, start: Point): Path {
	let x = start.x;
	return charactersOf(text).flatMap((character) => {
		const { advance, outline } = glyphOf(character);
		const origin = { x, y: start.y };
		x += advance * size;
		return glyphPath(outline, size / METRICS.unitsPerEm, origin);
	});
}

/** The text if it is at most `width` px wide, otherwise as much of its start as leaves room for an ellipsis. */
export function shortenText(text: string, size: number, width: number): string {
	if (measureText(text, size).width <= width) return text;
	const characters = charactersOf(text);
	for (let kept = characters.length - 1; kept > 0; kept--) {
		const shorter = characters.slice(0, kept).join("").trimEnd() + ELLIPSIS;
		if (measureText(shorter, size).width <= width) return shorter;
	}
	return measureText(ELLIPSIS, size).width <= width ? ELLIPSIS : "";
}

/**
 * Splits into characters, composing a letter and its accent where Unicode has one character for both, as the font
 * does.
 */
function charactersOf(text: string): string[] {
	return [...text.normalize("NFC")];
}

function glyphOf(character: string): Glyph {
	return GLYPH_OF.get(character) ?? MISSING;
}

/** Reads an outline from the glyph table and flips it, since its y points up. */
function glyphPath(outline: string, scale: number, origin: Point): Path {
	const contours: Point[][] = [];
	let at: Point = origin;
	for (const [, letter, numbers = ""] of outline.matchAll(/([MLQ])([^MLQ]*)/g)) {
		const [dx = 0, dy = 0, dx2 = 0, dy2 = 0] = numbers.split(" ").map(Number);
		const next = { x: at.x + dx * scale, y: at.y - dy * scale };
		if (letter === "M") contours.push([next]);
		if (letter === "L") contours.at(-1)?.push(next);
		if (letter !== "Q") {
			at = next;
			continue;
		}
		const end = { x: next.x + dx2 * scale, y: next.y - dy2 * scale };
		contours.at(-1)?.push(...quadraticPoints(at, next, end));
		at = end;
	}
	return contours;
}
