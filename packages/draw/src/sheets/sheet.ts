/** Several pictures on one: contact sheets of cameras or frames, and before/after pairs. */

import type { Picture } from "@onevision/media";
import { type ResizeOptions, resize } from "@onevision/media";
import { blankPicture, paste } from "../shapes/blank.ts";
import { gray, WHITE } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import { assertLabel } from "../shapes/label.ts";
import { measureText, shortenText, textPath } from "../shapes/text.ts";
import { layoutPair } from "./pair-layout.ts";
import { layoutSheet } from "./sheet-layout.ts";
import type { PairOptions, SheetCell, SheetLayout, SheetOptions } from "./sheet-spacing.ts";

export interface Sheet {
	readonly picture: Picture;
	readonly layout: SheetLayout;
}

/** As Pillow's `resize` does by default. */
const FITTING: ResizeOptions = { filter: "bicubic", backend: "pillow" };
/** Dark enough that white captions keep a contrast ratio of 11, light enough that black pictures end visibly. */
const GROUND = gray(60);

/**
 * A contact sheet of the pictures, row by row in the order given; none is stretched or cropped. Throws as
 * `layoutSheet` does, and `invalid-input` for labels that cannot be drawn.
 */
export function contactSheet(pictures: readonly Picture[], options: SheetOptions = {}): Sheet {
	return drawSheet(pictures, layoutSheet(pictures, options));
}

/** Two pictures side by side, see `layoutPair`. Labels default to `before` and `after`. Throws as `contactSheet` does. */
export function beforeAfterPair(before: Picture, after: Picture, options: PairOptions = {}): Sheet {
	const layout = layoutPair(before, after, { labels: ["before", "after"], ...options });
	return drawSheet([before, after], layout);
}

/** The sheet before its pictures: ground and captions. Throws `invalid-input` for labels that cannot be drawn. */
export function blankSheet(layout: SheetLayout): Picture {
	const target = blankPicture(layout, GROUND);
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

/** Lays one picture into its cell; one at a time, a sheet of many large pictures needs the memory of one. */
export function placeInCell(sheet: Picture, cell: SheetCell, picture: Picture): void {
	paste(sheet, resize(picture, cell.picture, FITTING), cell.picture);
}

function drawSheet(pictures: readonly Picture[], layout: SheetLayout): Sheet {
	const target = blankSheet(layout);
	layout.cells.forEach((cell, index) => {
		const picture = pictures[index];
		if (picture !== undefined) placeInCell(target, cell, picture);
	});
	return { picture: target, layout };
}
