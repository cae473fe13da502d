/** Chooses the arrangement of an image's page that makes the best use of its space. */

import type { ItemLayout } from "@onevision/core";
import type { RgbImage } from "@onevision/media";
import { type CloseUp, closeUpOf, closeUpSize } from "./close-up.ts";
import { type Column, columnHeight } from "./column.ts";
import { type Arrangement, arrangementsFor, type Contents, type Placed, scoreOf } from "./page.ts";
import { columnOf, type InspectOptions, legendOf } from "./page-text.ts";
import { shownOf } from "./panel-drawing.ts";
import type { Panel } from "./panels.ts";

/** Contents of a page for one image. */
export interface PageOfImage {
	readonly panels: readonly Panel[];
	/** One of `panels`. */
	readonly main: Panel;
	readonly image: RgbImage;
	readonly layout: ItemLayout;
	readonly options: InspectOptions;
}

export interface Arranged {
	readonly placed: Placed;
	readonly closeUp: CloseUp | undefined;
	readonly column: Column;
}

/** Minimum magnification of a close-up relative to the main panel. */
const LARGER = 1.3;
/**
 * The legend depends on the sizes of what is drawn, and some of that lies below the legend. One or two rounds settle
 * it.
 */
const ROUNDS = 4;

/**
 * The best arrangement with a close-up. If the close-up would show no more than the main panel already does, the best
 * one without it.
 */
export function arrange(page: PageOfImage): Arranged {
	const arranged = bestOf(page, true) ?? bestOf(page, false);
	if (arranged === undefined) throw new Error("internal: an image that fits no page");
	return arranged;
}

function bestOf(page: PageOfImage, hasCloseUp: boolean): Arranged | undefined {
	const { panels, main } = page;
	const smalls = panels.filter((panel) => panel !== main).map(({ extent }) => extent);
	const contents: Contents = { main: main.extent, smalls, hasCloseUp, columnHeight: 0 };
	let best: Arranged | undefined;
	let most = 0;
	for (const arrangement of arrangementsFor(contents)) {
		const arranged = settle(page, arrangement, contents);
		if (arranged === undefined) continue;
		const { placed, closeUp, column } = arranged;
		const rest = closeUp === undefined ? placed.rest : { ...placed.rest, ...closeUpSize(closeUp) };
		const score = scoreOf({ ...placed, rest }, { ...contents, columnHeight: columnHeight(column) });
		if (score <= most) continue;
		best = arranged;
		most = score;
	}
	return best;
}

/** Places the contents, then again with the resulting height of the column. */
function settle(page: PageOfImage, arrangement: Arrangement, contents: Contents): Arranged | undefined {
	const { panels, main, image, layout, options } = page;
	let room = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const placed = arrangement({ ...contents, columnHeight: room });
		if (placed === undefined) return undefined;
		const closeUp = contents.hasCloseUp ? closeUpOf(main, image, layout.patchGrid, placed.rest) : undefined;
		if (contents.hasCloseUp && (closeUp === undefined || !isLarger(closeUp, main, placed))) return undefined;
		const shown = panels.map((panel, index) => shownOf(panel, placed.areas[index] ?? panel.extent));
		const column = columnOf(layout, options, main, legendOf(layout, shown, closeUp));
		const needed = columnHeight(column);
		if (needed <= room) return { placed, closeUp, column };
		room = needed;
	}
	return undefined;
}

function isLarger({ onPanel, region, times }: CloseUp, main: Panel, { areas: [area] }: Placed): boolean {
	const drawn = ((area?.width ?? 0) / main.extent.width) * (onPanel.width / region.width);
	return times >= LARGER * drawn;
}
