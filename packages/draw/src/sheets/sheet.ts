/** Combines several images into one: contact sheets of cameras or frames, and before/after pairs. */

import type { RgbImage } from "@onevision/media";
import { type ResizeOptions, resize } from "@onevision/media";
import { blankImage, paste } from "../shapes/blank.ts";
import { gray, WHITE } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import { assertLabel } from "../shapes/label.ts";
import { measureText, shortenText, textPath } from "../shapes/text.ts";
import { layoutPair } from "./pair-layout.ts";
import { layoutSheet } from "./sheet-layout.ts";
import type { PairOptions, SheetCell, SheetLayout, SheetOptions } from "./sheet-spacing.ts";

export interface Sheet {
	readonly image: RgbImage;
	readonly layout: SheetLayout;
}

/** Pillow's default for `resize`. */
const FITTING: ResizeOptions = { filter: "bicubic", backend: "pillow" };
/** Dark enough that white captions have a contrast ratio of 11, light enough that black images end visibly. */
const GROUND = gray(60);

/**
 * A contact sheet of the images, row by row in the given order, without stretching or cropping any. Throws as
 * `layoutSheet` does, and `invalid-input` for labels that cannot be drawn.
 */
export function contactSheet(images: readonly RgbImage[], options: SheetOptions = {}): Sheet {
	return drawSheet(images, layoutSheet(images, options));
}

/** Two images side by side; see `layoutPair`. Labels default to `before` and `after`. Throws as `contactSheet` does. */
export function beforeAfterPair(before: RgbImage, after: RgbImage, options: PairOptions = {}): Sheet {
	const layout = layoutPair(before, after, { labels: ["before", "after"], ...options });
	return drawSheet([before, after], layout);
}

/**
 * The sheet before its images are pasted: background and captions. Throws `invalid-input` for labels that cannot be
 * drawn.
 */
export function blankSheet(layout: SheetLayout): RgbImage {
	const target = blankImage(layout, GROUND);
	for (const { caption, label } of layout.cells) {
		if (caption === undefined || label === undefined) continue;
		assertLabel(label);
		const text = shortenText(label, layout.captionSize, caption.width);
		const { capHeight } = measureText(text, layout.captionSize);
		const baseline = Math.round(caption.y + (caption.height + capHeight) / 2);
		fill(target, textPath(text, layout.captionSize, { x: caption.x, y: baseline }), { color: WHITE });
	}
	return target;
}

/** Pastes one image into its cell. Pasting one at a time, a sheet of many large images needs the memory of one. */
export function placeInCell(sheet: RgbImage, cell: SheetCell, image: RgbImage): void {
	paste(sheet, resize(image, cell.image, FITTING), cell.image);
}

function drawSheet(images: readonly RgbImage[], layout: SheetLayout): Sheet {
	const target = blankSheet(layout);
	layout.cells.forEach((cell, index) => {
		const image = images[index];
		if (image !== undefined) placeInCell(target, cell, image);
	});
	return { image: target, layout };
}
