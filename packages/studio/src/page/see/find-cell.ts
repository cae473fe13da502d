/** What lies under a point of a panel: its tile, its patch, its token, and the pixels of the source it comes from. */

import type { Grid } from "@onevision/base";
import type { FamilyId, ItemLayout } from "@onevision/core";
import type { Panel } from "@onevision/draw";
import { tokenIndexOf } from "./token-order.ts";

export interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

export interface Point {
	readonly x: number;
	readonly y: number;
}

/** A cell of a grid on the panel. */
interface FoundCell {
	readonly row: number;
	readonly col: number;
	readonly grid: Grid;
	/** px of the panel. */
	readonly box: Box;
}

/** Everything at one point of a panel. */
export interface FoundPatch {
	readonly panel: Panel;
	/** Index of the tile on the panel. */
	readonly tile: number;
	readonly patch: FoundCell;
	/** Absent where features have no place in the image, or are dropped. */
	readonly token?: FoundCell;
	/** From 0, among the item's visual tokens; absent where no rule is known. */
	readonly tokenIndex?: number;
	/** px of the source; reaches beyond it over padding. Absent if the layout does not say where the image lies. */
	readonly source?: Box;
	/** Why there is no token. */
	readonly dropped?: "padding";
}

type Cells = Panel["patches"][number];

/** The patch under a point, px of the panel; `undefined` beside all patches. `frame` counts those of a clip from 0. */
export function patchAt(
	panel: Panel,
	point: Point,
	layout: ItemLayout,
	family: FamilyId,
	frame: number,
): FoundPatch | undefined {
	const tile = panel.patches.findIndex(({ box }) => contains(box, point));
	const cells = panel.patches[tile];
	if (cells === undefined) return undefined;
	const patch = cellAt(cells, point);
	const source = sourceOf(panel, patch.box, layout, tile);
	const found = { panel, tile, patch, ...(source === undefined ? {} : { source }) };
	const middle = { x: patch.box.x + patch.box.width / 2, y: patch.box.y + patch.box.height / 2 };
	if (panel.kept !== undefined && !contains(panel.kept, middle)) return { ...found, dropped: "padding" };
	const place = panel.tokens.findIndex(({ box }) => contains(box, middle));
	const tokens = panel.tokens[place];
	if (tokens === undefined) return found;
	const token = cellAt(tokens, middle);
	const tokenIndex = tokenIndexOf(family, layout, { role: panel.role, tile: place, frame, ...token });
	return { ...found, token, ...(tokenIndex === undefined ? {} : { tokenIndex }) };
}

function contains({ x, y, width, height }: Box, point: Point): boolean {
	return point.x >= x && point.y >= y && point.x < x + width && point.y < y + height;
}

function cellAt({ box, grid }: Cells, point: Point): FoundCell {
	const [width, height] = [box.width / grid.cols, box.height / grid.rows];
	const col = Math.min(grid.cols - 1, Math.floor((point.x - box.x) / width));
	const row = Math.min(grid.rows - 1, Math.floor((point.y - box.y) / height));
	return { row, col, grid, box: { x: box.x + col * width, y: box.y + row * height, width, height } };
}

/** The box on the panel in px of the source. */
function sourceOf({ image }: Panel, box: Box, { source }: ItemLayout, tile: number): Box | undefined {
	if (image === undefined || tile < 0) return undefined;
	const [across, down] = [source.width / image.width, source.height / image.height];
	return {
		x: (box.x - image.x) * across,
		y: (box.y - image.y) * down,
		width: box.width * across,
		height: box.height * down,
	};
}

/** A point in the middle of the panel's patches: where the keyboard starts. */
export function middlePoint({ patches }: Panel): Point | undefined {
	const cells = patches[Math.floor(patches.length / 2)];
	if (cells === undefined) return undefined;
	const { box, grid } = cells;
	return {
		x: box.x + ((Math.floor(grid.cols / 2) + 0.5) * box.width) / grid.cols,
		y: box.y + ((Math.floor(grid.rows / 2) + 0.5) * box.height) / grid.rows,
	};
}
