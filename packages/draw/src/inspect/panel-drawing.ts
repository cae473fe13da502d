/** Draws one panel to scale: the image, what is padded, cropped and dropped, and the cells that are large enough. */

import type { RgbImage } from "@onevision/media";
import { WHITE } from "../shapes/color.ts";
import { fill } from "../shapes/fill.ts";
import { drawLabel, labelSize } from "../shapes/label.ts";
import { type Box, framePath, gridLine, inset } from "../shapes/path.ts";
import type { Cells } from "./cells.ts";
import { type Detail, detailOf, quietCorner, strengthAt } from "./detail.ts";
import {
	contrastBox,
	hatch,
	intersection,
	outside,
	paintSource,
	rounded,
	type Strength,
	veil,
} from "./paint.ts";
import { canvasOf, type Panel } from "./panels.ts";
import { COLORS, TYPE } from "./style.ts";

/** Cells are drawn from this size on, px. Smaller ones would be a blur; the close-up shows them. */
const MIN_CELL = 6;
/** Minimum size of patches drawn below larger tokens, px. */
const MIN_PATCH = 9;
/** Minimum side of a tile for its view to be numbered, px. */
const MIN_NUMBERED = 30;

/** Distance of a number's plate from the border of its tile, px. */
const OFF_BORDER = 5;
/**
 * Distance around a line within which writing makes it faint, px: as wide as the gaps between words on a screen, so
 * that no dashes remain between them.
 */
const REACH = 5;

/** Line strengths: patches below larger tokens, those tokens, cells alone. */
const [FAINT, STRONG, PLAIN] = [0.14, 0.42, 0.32];
/** Cells smaller than this have fainter lines, so that the image dominates, px. */
const ROOMY_CELL = 14;

/** What a drawn panel shows, for the legend. */
export interface Shown {
	readonly padding: boolean;
	readonly cropped: boolean;
	readonly dropped: boolean;
	readonly unseen: boolean;
	readonly tiles: boolean;
	readonly patches: boolean;
	readonly tokens: boolean;
	readonly numbers: boolean;
}

/** Maps px of a panel to px of the page. */
type Scale = (box: Box) => Box;

/** The map that takes the panel's extent to `area`. */
export function scaleTo({ extent }: Panel, area: Box): Scale {
	const [across, down] = [area.width / extent.width, area.height / extent.height];
	return ({ x, y, width, height }) => ({
		x: area.x + (x - extent.x) * across,
		y: area.y + (y - extent.y) * down,
		width: width * across,
		height: height * down,
	});
}

/** What will be visible of a panel drawn to `area`. */
export function shownOf(panel: Panel, area: Box): Shown {
	const { image, tiles, patches, tokens, kept } = panel;
	const scale = scaleTo(panel, area);
	const canvas = canvasOf(panel);
	const side = (cells: readonly Cells[]): number =>
		Math.min(...cells.map(({ box, grid }) => scale(box).width / grid.cols));
	const sameCells = patches.length === tokens.length && side(patches) === side(tokens);
	return {
		padding: image !== undefined && outside(canvas, image).length > 0,
		cropped: outside(panel.extent, canvas).length > 0,
		dropped: kept !== undefined,
		unseen: unseenOf(panel).length > 0,
		tiles: tiles.length > 1,
		patches: patches.length > 0 && !sameCells && side(patches) >= MIN_PATCH,
		tokens: tokens.length > 0 && side(tokens) >= MIN_CELL,
		numbers: numbered(panel, scale).length > 0,
	};
}

/** Draws the panel; `marked` are boxes to highlight, px of the panel. */
export function drawPanel(
	target: RgbImage,
	panel: Panel,
	source: RgbImage,
	area: Box,
	marked: readonly Box[] = [],
): void {
	const { image, patches, tokens, kept } = panel;
	const scale = scaleTo(panel, area);
	const shown = shownOf(panel, area);
	const canvas = canvasOf(panel);
	veil(target, scale(canvas), COLORS.padding, 1);
	if (shown.padding) hatch(target, scale(canvas), COLORS.stripe, 0.8, 9);
	if (image !== undefined) paintSource(target, source, scale(image), area);
	for (const box of outside(panel.extent, canvas)) veil(target, scale(box), COLORS.page, 0.72);
	for (const box of unseenOf(panel)) veil(target, scale(box), COLORS.unseen, 0.55);
	const detail = detailOf(target, area, REACH);
	const off: Strength = (x, y) => strengthAt(detail, x, y);
	if (shown.patches) for (const cells of patches) drawCells(target, scale, cells, FAINT, off);
	if (shown.tokens)
		for (const cells of tokens) drawCells(target, scale, cells, shown.patches ? STRONG : PLAIN, off);
	if (kept !== undefined) {
		for (const box of outside(canvas, kept)) {
			veil(target, scale(box), COLORS.dropped, 0.3);
			hatch(target, scale(box), COLORS.dropped, 0.75, 7);
		}
	}
	drawTiles(target, panel, scale, detail);
	for (const box of marked) drawMarked(target, scale(box));
}

/** Strips of the views that no patch covers. */
function unseenOf({ tiles, patches }: Panel): Box[] {
	return tiles.flatMap(({ box }, index) => {
		const covered = patches[index];
		return covered === undefined ? [] : outside(box, covered.box);
	});
}

/** Lines between and around the cells, 1 px wide, faint over writing. */
function drawCells(
	target: RgbImage,
	scale: Scale,
	{ box, grid }: Cells,
	strength: number,
	off: Strength,
): void {
	const area = rounded(scale(box));
	const share = Math.min(1, area.width / grid.cols / ROOMY_CELL);
	const visible = strength * Math.max(0.5, share);
	for (let row = 0; row <= grid.rows; row++) {
		const y = area.y + gridLine(area.height, grid.rows, row) - (row === grid.rows ? 1 : 0);
		contrastBox(target, { x: area.x, y, width: area.width, height: 1 }, visible, off);
	}
	for (let col = 0; col <= grid.cols; col++) {
		const x = area.x + gridLine(area.width, grid.cols, col) - (col === grid.cols ? 1 : 0);
		contrastBox(target, { x, y: area.y, width: 1, height: area.height }, visible, off);
	}
}

function numbered({ tiles }: Panel, scale: Scale): readonly { readonly view: number; readonly box: Box }[] {
	return tiles.flatMap(({ view, box }) => {
		const place = scale(box);
		const hasRoom = Math.min(place.width, place.height) >= MIN_NUMBERED;
		return view === undefined || !hasRoom ? [] : [{ view, box: place }];
	});
}

/** Borders of the tiles, blue around white, with each view's number in a corner that is free of writing. */
function drawTiles(target: RgbImage, panel: Panel, scale: Scale, detail: Detail): void {
	for (const { box } of panel.tiles) {
		const area = rounded(scale(box));
		fill(target, framePath(area, 2), { color: WHITE });
		fill(target, framePath(area, 1), { color: COLORS.tile });
	}
	for (const { view, box } of numbered(panel, scale)) {
		const size = TYPE.small;
		const place = quietCorner(detail, rounded(box), labelSize(String(view), size), OFF_BORDER);
		drawLabel(target, String(view), place, { size, plate: { color: COLORS.tile, alpha: 0.9 } });
	}
}

function drawMarked(target: RgbImage, box: Box): void {
	const area = intersection(rounded(inset(box, -2)), { x: 0, y: 0, ...target });
	if (area === undefined) return;
	fill(target, framePath(area, 4), { color: WHITE });
	fill(target, framePath(inset(area, 1), 2), { color: COLORS.closeUp });
}
