/** An image as a model sees it, on one page: canvas, overview, a close-up, and the numbers. */

import type { ItemLayout } from "@onevision/core";
import type { RgbImage } from "@onevision/media";
import { blankImage } from "../shapes/blank.ts";
import type { Box } from "../shapes/path.ts";
import { arrange } from "./choose-arrangement.ts";
import { closeUpSize, drawCloseUp } from "./close-up.ts";
import { drawColumn } from "./column.ts";
import { MARGIN } from "./page.ts";
import { closeUpHeading, drawHeading, headingOf, type InspectOptions } from "./page-text.ts";
import { FITTING } from "./paint.ts";
import { drawPanel } from "./panel-drawing.ts";
import { mainOf, panelsOf } from "./panels.ts";
import { COLORS } from "./style.ts";

/**
 * Draws how the image is laid out. `image` must have the size `layout.source`. The numbers on the page are those of
 * the layout. No side exceeds 1600 px unless notes need more lines.
 */
export function inspectImage(image: RgbImage, layout: ItemLayout, options: InspectOptions): RgbImage {
	const panels = panelsOf(layout, options.viewPlan);
	const main = mainOf(panels);
	const { placed, closeUp, column } = arrange({ panels, main, image, layout, options });
	const areas = placed.areas.map(onPage);
	const size = { width: placed.width + 2 * MARGIN, height: placed.height + 2 * MARGIN };
	const target = blankImage(size, COLORS.page);
	panels.forEach((panel, index) => {
		const area = areas[index];
		if (area === undefined) return;
		const marked = panel === main && closeUp !== undefined ? [closeUp.onPanel] : [];
		drawPanel(target, panel, image, area, marked);
		drawHeading(target, headingOf(panel, layout), area);
	});
	if (closeUp !== undefined) {
		const area = { ...onPage(placed.rest), ...closeUpSize(closeUp) };
		drawCloseUp(target, image, closeUp, area, options.resize ?? FITTING);
		drawHeading(target, closeUpHeading(closeUp), area);
	}
	drawColumn(target, column, { x: MARGIN + placed.column, y: MARGIN });
	return target;
}

function onPage(area: Box): Box {
	return { ...area, x: area.x + MARGIN, y: area.y + MARGIN };
}
