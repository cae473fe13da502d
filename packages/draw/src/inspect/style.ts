/** Colors, sizes and type of an inspection page. */

import type { RgbImage } from "@onevision/media";
import { type Color, gray, hexColor } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import type { Point } from "../shapes/path.ts";
import { measureText, shortenText, textPath } from "../shapes/text.ts";

export const COLORS = {
	page: hexColor("#fbfbf9"),
	ink: hexColor("#1d2330"),
	soft: hexColor("#667085"),
	rule: hexColor("#d9dce3"),
	padding: hexColor("#e6e8ec"),
	stripe: hexColor("#aab2c0"),
	tile: hexColor("#1550c8"),
	dropped: hexColor("#d92d20"),
	token: hexColor("#e8590c"),
	closeUp: hexColor("#0a8f5b"),
	bar: hexColor("#8fb0ea"),
	unseen: gray(40),
} as const satisfies Record<string, Color>;

/** Font sizes, px. */
export const TYPE = { title: 21, total: 30, text: 15, small: 13 } as const;

/** Writes a line with its baseline at `at`, shortened to `width`. */
export function write(
	target: RgbImage,
	text: string,
	at: Point,
	{
		size,
		color = COLORS.ink,
		width,
	}: { readonly size: number; readonly color?: Color; readonly width?: number },
): void {
	const line = width === undefined ? text : shortenText(text, size, width);
	fill(target, textPath(line, size, at), { color });
}

/** Writes a line that ends at `at`. */
export function writeEnding(
	target: RgbImage,
	text: string,
	at: Point,
	{ size, color = COLORS.ink }: { readonly size: number; readonly color?: Color },
): void {
	write(target, text, { x: at.x - measureText(text, size).width, y: at.y }, { size, color });
}

/** Breaks the text at spaces into lines no wider than `width`; a longer word is shortened. */
export function wrapText(text: string, size: number, width: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(/\s+/).filter((each) => each !== "")) {
		const last = lines.at(-1);
		const longer = last === undefined ? word : `${last} ${word}`;
		if (last !== undefined && measureText(longer, size).width <= width) lines[lines.length - 1] = longer;
		else lines.push(shortenText(word, size, width));
	}
	return lines;
}
