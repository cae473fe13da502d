/**
 * What is drawn of one item, as plain data: the images its views are cut from, with tiles, patches, tokens, padding and
 * what is dropped. Derived from a layout and its view plan; nothing is decoded.
 */

import type { Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import { fullWindow, type ResizeStage, type View, type ViewPlan } from "@onevision/media";
import type { Box } from "../shapes/path.ts";
import { type Cells, isSpatial, keptPart, patchCells, sameGrid, sameSize, stitchedGrid } from "./cells.ts";
import { sourceWithin, viewPlanOfLayout } from "./placement.ts";

/** One view on a panel. */
export interface Tile {
	/** Its place among several in the reference's tensor; absent without a view plan. */
	readonly view?: number;
	/** Where it is, px of the panel. */
	readonly box: Box;
	/** What the tower is given, px. */
	readonly size: Size;
	/** How it is made; absent where the layout does not say. */
	readonly made?: View;
}

/** An image with what is drawn over it; boxes are px of the canvas, for crops of the source, from its top left. */
export interface Panel {
	/**
	 * `canvas` the tiles; `overview` the whole image in one; `crops` the source with what is cut from it; `image` as it
	 * is before it comes to the canvas, where a layout does not say how it lies there.
	 */
	readonly role: "canvas" | "overview" | "crops" | "image";
	/** All that is shown: the tiles, and the image where it is cropped. */
	readonly extent: Box;
	/** Where the whole source lies; absent where the layout does not say. */
	readonly image?: Box;
	readonly tiles: readonly Tile[];
	readonly patches: readonly Cells[];
	/** What becomes tokens; empty where features have no place in the image (queries). */
	readonly tokens: readonly Cells[];
	/** The part whose features are kept; absent when all are. */
	readonly kept?: Box;
}

/** Most of the image shown beyond a cropped view, in widths or heights of it. */
const MAX_BEYOND = 1;

/** The panels of an item, the main one first. `given` is a processor's view plan; without it, only what the layout alone decides. */
export function panelsOf(layout: ItemLayout, given?: ViewPlan): Panel[] {
	const viewPlan = given ?? viewPlanOfLayout(layout);
	if (viewPlan === undefined) return [bareCanvas(layout), ...looseImage(layout)];
	const groups = groupsOf(viewPlan);
	// The order of views is a processor's, not the layout's.
	const isNumbered = given !== undefined && viewPlan.views.length > 1;
	const crops = groups.filter(({ from }) => isCutOut(from, layout.source));
	if (crops.length > 0) {
		const others = groups.filter((group) => !crops.includes(group));
		return [
			cropsPanel(layout, crops),
			...others.map((group) => imagePanel(layout, group, "overview", isNumbered)),
		];
	}
	const main = mainGroup(layout, groups);
	return groups
		.toSorted((one, other) => Number(other === main) - Number(one === main))
		.map((group) => imagePanel(layout, group, group === main ? "canvas" : "overview", isNumbered));
}

/** The panel that is drawn largest: the first. */
export function mainOf([main]: readonly Panel[]): Panel {
	if (main === undefined) throw new Error("internal: an item without panels");
	return main;
}

/** Views cut from the same image, with their places in the tensor. */
interface Group {
	readonly from: ResizeStage;
	readonly views: readonly (readonly [index: number, view: View])[];
}

function groupsOf({ views }: ViewPlan): Group[] {
	const groups = new Map<ResizeStage, (readonly [number, View])[]>();
	for (const [index, view] of views.entries()) {
		const known = groups.get(view.from);
		if (known === undefined) groups.set(view.from, [[index, view]]);
		else known.push([index, view]);
	}
	return [...groups].map(([from, of]) => ({ from, views: of }));
}

/** Whether the image shows a part of the source only. */
function isCutOut({ from, window }: ResizeStage, source: Size): boolean {
	const { width, height } = from === "source" ? source : from.size;
	const isPart =
		window.x > 0 || window.y > 0 || window.x + window.width < width || window.y + window.height < height;
	return isPart || (from !== "source" && isCutOut(from, source));
}

/** The one with all the tiles; of two with one tile each, the one in which the image has the canvas's content. */
function mainGroup({ tileGrid, content }: ItemLayout, groups: readonly Group[]): Group | undefined {
	const tiles = tileGrid.rows * tileGrid.cols;
	const whole = groups.filter(({ views }) => views.length === tiles);
	return whole.find(({ from }) => sameSize(from.size, content)) ?? whole[0] ?? groups[0];
}

function imagePanel(
	layout: ItemLayout,
	{ from, views }: Group,
	role: Panel["role"],
	isNumbered: boolean,
): Panel {
	const whole = around(views.map(([, { window }]) => window));
	const moved = (box: Box): Box => ({ ...box, x: box.x - whole.x, y: box.y - whole.y });
	const tiles = views.map(([view, made]): Tile => {
		const { window } = made;
		const size = { width: window.width, height: window.height };
		return { ...(isNumbered ? { view } : {}), box: moved(window), size, made };
	});
	const image = moved(sourceWithin(from, layout.source));
	const canvas = { ...whole, x: 0, y: 0 };
	return {
		role,
		extent: around([canvas, withReach(image, canvas)]),
		image,
		tiles,
		...cellsOf(layout, tiles, role),
	};
}

/** Gemma 3: parts of the source, each stretched to a view of its own. */
function cropsPanel(layout: ItemLayout, groups: readonly Group[]): Panel {
	const tiles = groups.flatMap(({ from, views }) =>
		views.map(([view, made]): Tile => ({ view, box: from.window, size: from.size, made })),
	);
	const source = fullWindow(layout.source);
	return { role: "crops", extent: source, image: source, tiles, ...cellsOf(layout, tiles, "crops") };
}

/** Canvas, tiles and grids without the image: where it lies is not part of the layout. */
function bareCanvas(layout: ItemLayout): Panel {
	const { canvas, tileGrid } = layout;
	const size = { width: canvas.width / tileGrid.cols, height: canvas.height / tileGrid.rows };
	const box = fullWindow(canvas);
	const tiles = Array.from({ length: tileGrid.rows * tileGrid.cols }, (_, index): Tile => {
		const [row, col] = [Math.floor(index / tileGrid.cols), index % tileGrid.cols];
		return { box: { x: col * size.width, y: row * size.height, ...size }, size };
	});
	const { patches, tokens } = cellsOf(layout, tiles, "canvas");
	// Tiles that overlap are not those of the canvas cut into equal parts.
	if (patches.length === 0) {
		return { role: "canvas", extent: box, tiles: [{ box, size: canvas }], patches, tokens };
	}
	const isWhole = sameGrid(stitchedGrid(layout), layout.cappedGrid);
	return { role: "canvas", extent: box, tiles, patches, tokens: isWhole ? tokens : [] };
}

/** The image at the last size that the layout names; a side of an extreme shape may round to nothing. */
function looseImage({ resizes, content }: ItemLayout): Panel[] {
	const box = fullWindow(resizes?.at(-1) ?? content);
	if (box.width === 0 || box.height === 0) return [];
	return [{ role: "image", extent: box, image: box, tiles: [], patches: [], tokens: [] }];
}

/** What the tiles cover together; of a panel without tiles, all of it. */
export function canvasOf({ tiles, extent }: Panel): Box {
	return tiles.length === 0 ? extent : around(tiles.map(({ box }) => box));
}

function cellsOf(
	layout: ItemLayout,
	tiles: readonly Tile[],
	role: Panel["role"],
): Pick<Panel, "patches" | "tokens" | "kept"> {
	const { patchGrid, pooledGrid, unpaddedGrid, cappedGrid } = layout;
	const patches = tiles.flatMap(({ box, size }) => patchCells(box, size, patchGrid) ?? []);
	if (!isSpatial(layout) || patches.length < tiles.length) return { patches, tokens: [] };
	const pooled = patches.map(({ box }): Cells => ({ box, grid: pooledGrid }));
	if (role !== "canvas") return { patches, tokens: pooled };
	const kept = keptPart(layout, pooled);
	const all = kept ?? around(patches.map(({ box }) => box));
	const tokens = sameGrid(unpaddedGrid, cappedGrid) ? pooled : [{ box: all, grid: cappedGrid }];
	return kept === undefined ? { patches, tokens } : { patches, tokens, kept };
}

/** The image, but not farther beyond the canvas than a reader needs to see that it is cropped. */
function withReach(image: Box, { x, y, width, height }: Box): Box {
	const left = Math.max(image.x, x - MAX_BEYOND * width);
	const top = Math.max(image.y, y - MAX_BEYOND * height);
	const right = Math.min(image.x + image.width, x + width * (1 + MAX_BEYOND));
	const bottom = Math.min(image.y + image.height, y + height * (1 + MAX_BEYOND));
	return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The smallest box that holds all of these. */
function around(boxes: readonly Box[]): Box {
	const x = Math.min(...boxes.map((box) => box.x));
	const y = Math.min(...boxes.map((box) => box.y));
	const right = Math.max(...boxes.map((box) => box.x + box.width));
	const bottom = Math.max(...boxes.map((box) => box.y + box.height));
	return { x, y, width: right - x, height: bottom - y };
}
