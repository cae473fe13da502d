/**
 * What an answer attended to in an image, on one page: the image as the model sees it, darkened where nothing read from it.
 * Cells are those of the tokens, not smoothed.
 */

import { assertInternal, type Grid } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import type { RgbImage } from "@onevision/media";
import { blankImage } from "../shapes/blank.ts";
import { hexColor } from "../shapes/color.ts";
import { type Box, gridLine } from "../shapes/path.ts";
import { type Column, columnHeight, drawColumn } from "./column.ts";
import type { Fact } from "./facts.ts";
import { arrangementsFor, type Contents, MARGIN, type Placed, scoreOf } from "./page.ts";
import { drawHeading, headingOf, type InspectOptions } from "./page-text.ts";
import { outside, paintSource, rounded, veil } from "./paint.ts";
import { scaleTo } from "./panel-drawing.ts";
import { canvasOf, mainOf, type Panel, panelsOf, tokenArea } from "./panels.ts";
import { COLORS } from "./style.ts";

/** Weights of cells, row-major. */
export interface CellWeights {
	readonly grid: Grid;
	readonly values: ArrayLike<number>;
}

/** Shares of all attention, 0 to 1. */
export interface InspectedAttention {
	readonly canvas: CellWeights;
	readonly overview?: CellWeights;
	/** Terms of what is on the image, then what is elsewhere. */
	readonly onImage: readonly { readonly name: string; readonly share: number }[];
	readonly elsewhere: readonly { readonly name: string; readonly share: number }[];
	readonly answer: string;
	/** How the weights were made: which layers and tokens. */
	readonly facts: readonly Fact[];
}

const SHADE = hexColor("#070b1c");
/** Darkness of a cell that nothing read from. */
const DARKEST = 0.86;

const HONESTY = [
	"undimmed: the 2 % of all cells that most was read from, since single ones often stand far above the rest; below them, brightness is in proportion",
	"attention says where layers read, not what decides the answer: heads and layers are averaged, what is read is weighed anew behind them, and a patch of a deep layer holds more than its own pixels",
] as const;

/** Draws an image's attention. `image` must have the size `layout.source`. */
export function inspectAttention(
	image: RgbImage,
	layout: ItemLayout,
	attention: InspectedAttention,
	options: Omit<InspectOptions, "resize">,
): RgbImage {
	const panels = panelsOf(layout, options.viewPlan).filter(
		({ role }) => role !== "overview" || attention.overview !== undefined,
	);
	const main = mainOf(panels);
	const { canvas, overview } = attention;
	const brightness = brightnessOf([canvas, ...(overview === undefined ? [] : [overview])]);
	const column = columnOf(attention, brightness, options);
	const placed = arrangeAround(panels, main, columnHeight(column));
	const size = { width: placed.width + 2 * MARGIN, height: placed.height + 2 * MARGIN };
	const target = blankImage(size, COLORS.page);
	for (const [index, panel] of panels.entries()) {
		const place = placed.areas[index];
		if (place === undefined) continue;
		const area = { ...place, x: place.x + MARGIN, y: place.y + MARGIN };
		const weights = panel.role === "overview" ? attention.overview : attention.canvas;
		drawWeights(target, panel, image, area, weights, brightness.full);
		drawHeading(target, headingOf(panel, layout), area);
	}
	drawColumn(target, column, { x: MARGIN + placed.column, y: MARGIN });
	return target;
}

interface Brightness {
	readonly peak: number;
	/** Weight from which a cell is undimmed. */
	readonly full: number;
	readonly cells: number;
}

/** Share of the cells that are undimmed. */
const UNDIMMED = 0.02;

function brightnessOf(weights: readonly CellWeights[]): Brightness {
	const sorted = weights.flatMap(({ values }) => Array.from(values)).sort((one, other) => other - one);
	const [peak = 0] = sorted;
	return { peak, full: sorted[Math.floor(UNDIMMED * sorted.length)] ?? peak, cells: sorted.length };
}

function columnOf(
	{ onImage, elsewhere, answer, facts }: InspectedAttention,
	{ peak, full, cells }: Brightness,
	{ title, subtitle = "" }: Omit<InspectOptions, "resize">,
): Column {
	const total = onImage.reduce((sum, { share }) => sum + share, 0);
	const shown = ({ name, share }: { readonly name: string; readonly share: number }): Fact => ({
		name,
		value: shareText(share),
	});
	return {
		...{ title, subtitle },
		facts: [
			...facts,
			{ name: "most on one cell", value: shareText(peak) },
			{ name: "undimmed from", value: shareText(full) },
			{ name: "a cell, if all had the same", value: shareText(total / cells) },
			...elsewhere.map(shown),
		],
		total: { name: "attention on the image", value: shareText(total) },
		parts: onImage.map(shown),
		notes: [`answer: ${answer}`, ...HONESTY],
		legend: [],
	};
}

/** Two digits, since single cells have small shares. */
export function shareText(share: number): string {
	return `${Number((100 * share).toPrecision(2))} %`;
}

/** The best of the arrangements that fit. */
function arrangeAround(panels: readonly Panel[], main: Panel, height: number): Placed {
	const smalls = panels.filter((panel) => panel !== main).map(({ extent }) => extent);
	const contents: Contents = { main: main.extent, smalls, hasCloseUp: false, columnHeight: height };
	const [best] = arrangementsFor(contents)
		.flatMap((arrangement) => arrangement(contents) ?? [])
		.toSorted((one, other) => scoreOf(other, contents) - scoreOf(one, contents));
	assertInternal(best !== undefined, "an image that fits no page");
	return best;
}

function drawWeights(
	target: RgbImage,
	panel: Panel,
	source: RgbImage,
	area: Box,
	weights: CellWeights | undefined,
	full: number,
): void {
	const scale = scaleTo(panel, area);
	const canvas = scale(canvasOf(panel));
	veil(target, canvas, COLORS.padding, 1);
	if (panel.image !== undefined) paintSource(target, source, scale(panel.image), area);
	for (const box of outside(panel.extent, canvasOf(panel))) veil(target, scale(box), COLORS.page, 0.72);
	if (weights === undefined) return;
	const tokens = rounded(scale(tokenArea(panel)));
	for (const box of outside(canvas, tokens)) veil(target, box, SHADE, DARKEST);
	const { rows, cols } = weights.grid;
	for (let row = 0; row < rows; row++) {
		const [top, bottom] = [gridLine(tokens.height, rows, row), gridLine(tokens.height, rows, row + 1)];
		for (let col = 0; col < cols; col++) {
			const [left, right] = [gridLine(tokens.width, cols, col), gridLine(tokens.width, cols, col + 1)];
			if (right <= left || bottom <= top) continue;
			const cell = { x: tokens.x + left, y: tokens.y + top, width: right - left, height: bottom - top };
			const share = full > 0 ? (weights.values[row * cols + col] ?? 0) / full : 0;
			if (share < 1) veil(target, cell, SHADE, DARKEST * (1 - share));
		}
	}
}
