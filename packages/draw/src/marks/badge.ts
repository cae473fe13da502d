/**
 * The badge with a mark's number: a pill whose text, fill and ring are chosen from the luminance around it. Text and
 * ring are black or white, whichever contrasts more with the image there. The fill is the mark's hue: dark under
 * white text, light under black. A hairline in the opposite of the ring's color surrounds it, so that on any
 * background, even a busy one, either ring or hairline stands out.
 */

import type { Size } from "@onevision/base";
import type { RgbImage } from "@onevision/media";
import { BLACK, type Color, contrasting, gray, hexColor, luminanceOf, WHITE } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import { centeredTextPath } from "../shapes/label.ts";
import { type Box, inset, roundedRectanglePath } from "../shapes/path.ts";
import { measureText } from "../shapes/text.ts";

/** Colors of one mark on the image. */
export interface MarkColors {
	readonly text: Color;
	readonly fill: Color;
	/** Same as the text's. */
	readonly ring: Color;
	/** The opposite of the ring: white or black. */
	readonly hairline: Color;
}

/** The dark variant carries white text, the light one black text. */
export interface MarkHue {
	readonly dark: Color;
	readonly light: Color;
}

/** Hues of successive marks: blue, orange, green, pink, violet, cyan, red, olive. */
export const MARK_HUES: readonly MarkHue[] = (
	[
		["#1550c8", "#9cc2ff"],
		["#a63f00", "#ffbf73"],
		["#0a6b35", "#86e5ab"],
		["#b0125f", "#ffa6d5"],
		["#6a24c4", "#d3b5ff"],
		["#0b6673", "#7fe3f0"],
		["#b3161f", "#ffa8a3"],
		["#4f5a00", "#dbe56a"],
	] as const
).map(([dark, light]) => ({ dark: hexColor(dark), light: hexColor(light) }));

export const NEUTRAL_HUE: MarkHue = { dark: gray(33), light: WHITE };

export function markHue(index: number): MarkHue {
	return MARK_HUES[index % MARK_HUES.length] ?? NEUTRAL_HUE;
}

/** Line widths of a mark, px, derived from the height of its badge. */
export interface MarkStrokes {
	readonly hairline: number;
	readonly ring: number;
	/** For frames, mask edges and leaders. */
	readonly line: number;
	/** A third of a grid line's width: white with equally wide black on either side. */
	readonly grid: number;
}

export function markStrokes(height: number): MarkStrokes {
	const share = (of: number): number => Math.max(1, Math.round(height * of));
	return { hairline: share(0.03), ring: share(0.055), line: Math.max(2, share(0.07)), grid: share(0.02) };
}

/** Size of a badge of this height with this text, whole px: a circle for one digit, a pill for more. */
export function badgeSize(label: string, height: number): Size {
	const { width } = measureText(label, fontSize(height));
	return { width: Math.max(height, Math.ceil(width + 0.5 * height)), height };
}

/** Colors for a mark of this hue where the image has this luminance, 0 to 1. */
export function markColors(hue: MarkHue, luminance: number): MarkColors {
	const text = contrasting(luminance);
	const onDark = text === WHITE;
	return { text, ring: text, fill: onDark ? hue.dark : hue.light, hairline: onDark ? BLACK : WHITE };
}

/** Mean luminance of the image within the box and a margin around it, 0 to 1. */
export function luminanceAround({ data, width, height }: RgbImage, box: Box, margin: number): number {
	const around = inset(box, -margin);
	const [left, right] = [Math.max(0, Math.floor(around.x)), Math.min(width, around.x + around.width)];
	const [top, bottom] = [Math.max(0, Math.floor(around.y)), Math.min(height, around.y + around.height)];
	let sum = 0;
	let count = 0;
	for (let y = top; y < bottom; y++) {
		for (let x = left; x < right; x++) {
			const at = (y * width + x) * 3;
			sum += luminanceOf({ red: data[at] ?? 0, green: data[at + 1] ?? 0, blue: data[at + 2] ?? 0 });
			count++;
		}
	}
	return count === 0 ? 0 : sum / count;
}

export function drawBadge(target: RgbImage, label: string, box: Box, colors: MarkColors): void {
	const { hairline, ring } = markStrokes(box.height);
	const layer = (by: number, color: Color): void => {
		const shape = inset(box, by);
		fill(target, roundedRectanglePath(shape, shape.height / 2), { color });
	};
	layer(0, colors.hairline);
	layer(hairline, colors.ring);
	layer(hairline + ring, colors.fill);
	fill(target, centeredTextPath(label, fontSize(box.height), box), { color: colors.text });
}

/** Digits take half of the badge's height. */
function fontSize(height: number): number {
	return height * 0.69;
}
