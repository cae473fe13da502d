/** Several pictures on one: contact sheets of cameras or frames, and before/after pairs. */

import { OnevisionError } from "@onevision/core";
import type { Picture } from "../picture.ts";
import { blankPicture, paste } from "./blank.ts";
import { gray, WHITE } from "./color.ts";
import { fill } from "./fill.ts";
import { assertLabel } from "./label.ts";
import { scalePicture } from "./scale.ts";
import { layoutPair, layoutSheet, type SheetLayout, type SheetOptions } from "./sheet-layout.ts";
import { measureText, shortenText, textPath } from "./text.ts";

export interface Sheet {
	readonly picture: Picture;
	readonly layout: SheetLayout;
}

/** Dark enough that white captions keep a contrast ratio of 11, light enough that black pictures end visibly. */
const GROUND = gray(60);

/**
 * A contact sheet of the pictures, row by row in the order given; none is stretched or cropped. Throws as
 * `layoutSheet` does, and `invalid-input` for labels that cannot be drawn.
 */
export function contactSheet(pictures: readonly Picture[], options: SheetOptions = {}): Sheet {
	return drawSheet(pictures, layoutSheet(pictures, options));
}

/** Two pictures side by side in one height. Labels default to `before` and `after`. Throws as `contactSheet` does. */
export function beforeAfterPair(
	before: Picture,
	after: Picture,
	options: Omit<SheetOptions, "columns"> = {},
): Sheet {
	const layout = layoutPair(before, after, { labels: ["before", "after"], ...options });
	return drawSheet([before, after], layout);
}

/** Draws a layout; `pictures` are those whose sizes it was made from. */
export function drawSheet(pictures: readonly Picture[], layout: SheetLayout): Sheet {
	if (pictures.length !== layout.cells.length) {
		throw new OnevisionError(
			"invalid-input",
			`${pictures.length} pictures for a layout of ${layout.cells.length}; draw those it was made from`,
		);
	}
	const target = blankPicture(layout, GROUND);
	layout.cells.forEach(({ picture: box, caption, label }, index) => {
		const source = pictures[index];
		if (source !== undefined) paste(target, scalePicture(source, box), box);
		if (caption === undefined || label === undefined) return;
		assertLabel(label);
		const text = shortenText(label, layout.captionSize, caption.width);
		const { capHeight } = measureText(text, layout.captionSize);
		const baseline = Math.round(caption.y + (caption.height + capHeight) / 2);
		fill(target, textPath(text, layout.captionSize, { x: caption.x, y: baseline }), { color: WHITE });
	});
	return { picture: target, layout };
}
