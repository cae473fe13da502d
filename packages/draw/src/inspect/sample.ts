/** Several images of one conversation on one page: the canvas of each, and their total cost. */

import { formatInteger, OnevisionError } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import type { RgbImage, ViewPlan } from "@onevision/media";
import { resize } from "@onevision/media";
import { blankImage } from "../shapes/blank.ts";
import { type Column, columnHeight, drawColumn } from "./column.ts";
import { notesOf, px, tokensText } from "./facts.ts";
import { flowPanels } from "./flow.ts";
import type { LegendKey } from "./legend.ts";
import { COLUMN_WIDTH, GAP, MARGIN, MAX_SIDE } from "./page.ts";
import { drawHeading, type InspectOptions, legendOf } from "./page-text.ts";
import { FITTING } from "./paint.ts";
import { drawPanel, shownOf } from "./panel-drawing.ts";
import { mainOf, type Panel, panelsOf } from "./panels.ts";
import { COLORS } from "./style.ts";

/** One image of a conversation, laid out as one of several. */
export interface InspectedImage {
	readonly name: string;
	/** The image, or a smaller one of the same shape (`pageSized`). */
	readonly image: RgbImage;
	readonly layout: ItemLayout;
	readonly viewPlan?: ViewPlan;
}

/** Maximum images on one page. */
export const MAX_IMAGES = 32;

/** Shrinks an image to at most the size of a page, so that many large ones need little memory until they are drawn. */
export function pageSized(image: RgbImage): RgbImage {
	const { width, height } = image;
	const scale = MAX_SIDE / Math.max(width, height);
	if (scale >= 1) return image;
	const side = (length: number): number => Math.max(1, Math.round(length * scale));
	return resize(image, { width: side(width), height: side(height) }, FITTING);
}

const ROOM = { width: MAX_SIDE - 2 * MARGIN - GAP - COLUMN_WIDTH, height: 1040 };

/** Draws the images row by row. Throws `over-limit` for more than 32. */
export function inspectSample(
	images: readonly InspectedImage[],
	options: Omit<InspectOptions, "viewPlan">,
): RgbImage {
	if (images.length > MAX_IMAGES) {
		throw new OnevisionError(
			"over-limit",
			`${images.length} images: a page takes at most ${MAX_IMAGES}; give fewer`,
		);
	}
	const panels = images.map(({ layout, viewPlan }) => unnumbered(mainOf(panelsOf(layout, viewPlan))));
	const flow = flowPanels(
		panels.map(({ extent }) => extent),
		ROOM,
	);
	const areas = flow.cells.map(({ area }) => ({ ...area, x: area.x + MARGIN, y: area.y + MARGIN }));
	const column = columnOf(images, options, legendOfAll(images, panels, areas));
	const height = Math.max(flow.height, columnHeight(column)) + 2 * MARGIN;
	const target = blankImage({ width: flow.width + GAP + COLUMN_WIDTH + 2 * MARGIN, height }, COLORS.page);
	images.forEach(({ name, image, layout }, index) => {
		const [panel, area] = [panels[index], areas[index]];
		if (panel === undefined || area === undefined) return;
		drawPanel(target, panel, image, area);
		const detail = `${px(layout.source)} on ${px(layout.canvas)}`;
		drawHeading(target, { name, detail }, area, flow.cells[index]?.headingWidth);
	});
	drawColumn(target, column, { x: MARGIN + flow.width + GAP, y: MARGIN });
	return target;
}

/** The main panel without view numbers, because each image has its own numbering. */
function unnumbered(panel: Panel): Panel {
	return { ...panel, tiles: panel.tiles.map(({ view, ...tile }) => tile) };
}

function legendOfAll(
	images: readonly InspectedImage[],
	panels: readonly Panel[],
	areas: readonly Panel["extent"][],
): LegendKey[] {
	const keys = images.flatMap(({ layout }, index) => {
		const [panel, area] = [panels[index], areas[index]];
		return panel === undefined || area === undefined
			? []
			: legendOf(layout, [shownOf(panel, area)], undefined);
	});
	return [...new Set(keys)];
}

function columnOf(
	images: readonly InspectedImage[],
	{ title, subtitle = "" }: Omit<InspectOptions, "viewPlan">,
	legend: readonly LegendKey[],
): Column {
	const sum = (pick: (layout: ItemLayout) => number): number =>
		images.reduce((total, { layout }) => total + pick(layout), 0);
	const overviews = images.some(({ layout }) => layout.parts.overview > 0);
	const range = {
		min: sum((l) => l.range?.min ?? l.visualTokens),
		max: sum((l) => l.range?.max ?? l.visualTokens),
	};
	const isRange = images.some(({ layout }) => layout.range !== undefined);
	return {
		title,
		subtitle,
		facts: [
			{ name: "images together", value: formatInteger(images.length) },
			{ name: "views", value: formatInteger(sum(({ views }) => views)) },
			{ name: "tower tokens", value: formatInteger(sum(({ towerTokens }) => towerTokens)) },
		],
		total: {
			name: "visual tokens",
			value: isRange
				? `${formatInteger(range.min)}–${formatInteger(range.max)}`
				: formatInteger(sum(({ visualTokens }) => visualTokens)),
		},
		parts: images.map(({ name, layout }) => ({ name, value: tokensText(layout) })),
		notes: [
			...new Set(images.flatMap(({ layout }) => notesOf(layout))),
			...(overviews ? ["the overview of each image is counted, and not drawn"] : []),
		],
		legend,
	};
}
