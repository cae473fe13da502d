/**
 * Writes packages/draw/src/shapes/glyphs.ts: outlines of the font that images are labeled with.
 * Run with `npx tsx scripts/glyphs.ts`; the font comes from the package @fontsource/inter.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { create, type Font, type PathCommand } from "fontkitten";

const SOURCE = "@fontsource/inter/files/inter-latin-600-normal.woff";
const VERSION = "5.3.0";
const TARGET = fileURLToPath(new URL("../packages/draw/src/shapes/glyphs.ts", import.meta.url));

/** ASCII, the letters and signs of Latin-1, and punctuation that captions use. */
const CHARACTERS = [...codes(0x20, 0x7e), ...codes(0xa1, 0xac), ...codes(0xae, 0xff)]
	.map((code) => String.fromCodePoint(code))
	.concat([..."–—‘’“”„•…−€"]);

const font = open(fileURLToPath(import.meta.resolve(SOURCE)));
writeFileSync(TARGET, moduleText(font));

function codes(first: number, last: number): number[] {
	return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function open(file: string): Font {
	const font = create(readFileSync(file));
	if (font.isCollection) throw new Error(`${file}: expected one font, got a collection`);
	return font;
}

function moduleText(font: Font): string {
	const rows = CHARACTERS.map((character) => {
		const code = character.codePointAt(0) ?? 0;
		if (!font.hasGlyphForCodePoint(code)) throw new Error(`the font lacks "${character}"`);
		const glyph = font.glyphForCodePoint(code);
		return `${code.toString(16)} ${glyph.advanceWidth} ${outline(glyph.path.commands)}`;
	});
	return `/**
 * Outlines of Inter SemiBold. Written by scripts/glyphs.ts from @fontsource/inter ${VERSION}; not edited by hand.
 * Copyright 2016 The Inter Project Authors (https://github.com/rsms/inter). These outlines are licensed under the
 * SIL Open Font License, Version 1.1 (https://openfontlicense.org), unlike the rest of this project; see NOTICE.
 */

/** Font units of one em, of the height of a capital, and of the line above and below the baseline. */
export const METRICS = {
	unitsPerEm: ${font.unitsPerEm},
	capHeight: ${font.capHeight},
	ascent: ${font.ascent},
	descent: ${-font.descent},
} as const;

/**
 * A line per character: its code point (hexadecimal), its advance in font units, its outline. \`M dx dy\` starts a
 * contour, \`L dx dy\` is a line and \`Q dx dy dx dy\` a quadratic curve, each relative to the point before; y points
 * up from the baseline.
 */
export const GLYPHS = \`
${rows.join("\n")}
\`;
`;
}

/** Each point relative to the one before, which keeps the numbers short. */
function outline(commands: readonly PathCommand[]): string {
	let x = 0;
	let y = 0;
	const letters: Readonly<Record<string, string>> = { moveTo: "M", lineTo: "L", quadraticCurveTo: "Q" };
	const parts = commands.flatMap(({ command, args }) => {
		if (command === "closePath") return [];
		const letter = letters[command];
		if (letter === undefined) throw new Error(`no place for ${command} in the table`);
		const numbers: number[] = [];
		for (let at = 0; at + 1 < args.length; at += 2) {
			const [nextX = 0, nextY = 0] = args.slice(at, at + 2);
			numbers.push(nextX - x, nextY - y);
			x = nextX;
			y = nextY;
		}
		return [letter + numbers.join(" ")];
	});
	return parts.join("");
}
