/** A line of text on a plate, legible on any background. */

import { OnevisionError, type Size } from "@onevision/base";
import type { RgbImage } from "@onevision/media";
import { BLACK, type Color, WHITE } from "./color.ts";
import { type Brush, fill } from "./fill.ts";
import { type Box, type Path, type Point, roundedRectanglePath } from "./path.ts";
import { measureText, missingCharacters, textPath } from "./text.ts";

export interface LabelStyle {
	/** Font size, px. */
	readonly size: number;
	/** Text color, default white. */
	readonly color?: Color;
	/** Default black at 80 %, on which white keeps a contrast ratio of 12.6 even over white. */
	readonly plate?: Brush;
}

const PLATE: Brush = { color: BLACK, alpha: 0.8 };

/** Size of a label with its plate, whole px. */
export function labelSize(text: string, size: number): Size {
	const { width } = measureText(text, size);
	return { width: Math.ceil(width + 0.9 * size), height: Math.ceil(1.5 * size) };
}

/** Draws the label with its plate's top-left corner at `at`, moved into the image if it fits; returns the plate. */
export function drawLabel(target: RgbImage, text: string, at: Point, style: LabelStyle): Box {
	const box = keepInside({ ...labelSize(text, style.size), ...at }, target);
	fill(target, roundedRectanglePath(box, style.size * 0.25), style.plate ?? PLATE);
	fill(target, centeredTextPath(text, style.size, box), { color: style.color ?? WHITE });
	return box;
}

/**
 * The text centered in a box: horizontally by its width, vertically by the height of its capitals, with the baseline
 * on a whole px.
 */
export function centeredTextPath(text: string, size: number, box: Box): Path {
	const { width, capHeight } = measureText(text, size);
	return textPath(text, size, {
		x: box.x + (box.width - width) / 2,
		y: Math.round(box.y + (box.height + capHeight) / 2),
	});
}

/** Moves the box as little as needed to lie inside; one larger than `size` starts at the top-left corner. */
export function keepInside(box: Box, size: Size): Box {
	return {
		...box,
		x: Math.max(0, Math.min(box.x, size.width - box.width)),
		y: Math.max(0, Math.min(box.y, size.height - box.height)),
	};
}

/** Throws `invalid-input` for a label that cannot be drawn. */
export function assertLabel(label: string): void {
	if (label.trim() === "") throw new OnevisionError("invalid-input", "a label is empty; give it a name");
	const [missing] = missingCharacters(label);
	if (missing === undefined) return;
	throw new OnevisionError(
		"invalid-input",
		`label ${JSON.stringify(label)}: the font has no ${JSON.stringify(missing)}; use Latin letters, digits and punctuation`,
	);
}
