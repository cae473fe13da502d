/**
 * What is drawn for one item, as plain data: the images its views are cut from, with tiles, patches, tokens, padding
 * and dropped parts. Derived from a layout and its view plan; nothing is decoded.
 */

import type { Size } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import { fullWindow, type ResizeStage, type View, type ViewPlan } from "@onevision/media";
import type { Box } from "../shapes/path.ts";
import { type Cells, isSpatial, keptPart, patchCells, sameGrid, sameSize, stitchedGrid } from "./cells.ts";
import { sourceWithin, viewPlanOfLayout } from "./placement.ts";

/** One view on a panel. */
export interface Tile {
	/** Its index among several views in the reference's tensor; absent without a view plan. */
	readonly view?: number;
	/** Position, px of the panel. */
	readonly box: Box;
	/** Size of the tower's input, px. */
	readonly size: Size;
	/** How it is made; absent if the layout does not say. */
	readonly made?: View;
}

/**
 * An image with what is drawn over it. Boxes are in px of the canvas, or for crops in px of the source, from the
 * top-left corner.
 */
export interface Panel {
	/**
	 * `canvas`: the tiles. `overview`: the whole image in one view. `crops`: the source with the parts cut from it.
	 * `image`: the image before it is placed on the canvas, if a layout does not say where it goes.
	 */
	readonly role: "canvas" | "overview" | "crops" | "image";
	/** Everything shown: the tiles, and the image if it is cropped. */
	readonly extent: Box;
	/** Position of the whole source; absent if the layout does not say. */
	readonly image?: Box;
	readonly tiles: readonly Tile[];
	readonly patches: readonly Cells[];
	/** What becomes tokens; empty if features have no position in the image (queries). */
	readonly tokens: readonly Cells[];
	/** The part whose features are kept; absent if all are. */
	readonly kept?: Box;
}

/** Maximum part of the image shown beyond a cropped view, in widths or heights of the view. */
const MAX_BEYOND = 1;

/**
 * The panels of an item, the main one first. `given` is a processor's view plan; without it, only what the layout
 * alone determines.
 */
export function panelsOf(layout: ItemLayout, given?: ViewPlan): Panel[] {
	const viewPlan = given ?? viewPlanOfLayout(layout);
	if (viewPlan === undefined) return [bareCanvas(layout), ...looseImage(layout)];
	const groups = groupsOf(viewPlan);
	// A processor defines the order of views; the layout does not.
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

/** Views cut from the same image, with their indices in the tensor. */
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

/** Whether the image shows only a part of the source. */
function isCutOut({ from, window }: ResizeStage, source: Size): boolean {
	const { width, height } = from === "source" ? source : from.size;
	const isPart =
		window.x > 0 || window.y > 0 || window.x + window.width < width || window.y + window.height < height;
	return isPart || (from !== "source" && isCutOut(from, source));
}

/** The group with all the tiles. If both have one tile, the one whose image matches the content of the canvas. */
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

/** Gemma 3: parts of the source, each stretched to its own view. */
function cropsPanel(layout: ItemLayout, groups: readonly Group[]): Panel {
	const tiles = groups.flatMap(({ from, views }) =>
		views.map(([view, made]): Tile => ({ view, box: from.window, size: from.size, made })),
	);
	const source = fullWindow(layout.source);
	return { role: "crops", extent: source, image: source, tiles, ...cellsOf(layout, tiles, "crops") };
}

/** Canvas, tiles and grids without the image, whose position is not part of the layout. */
function bareCanvas(layout: ItemLayout): Panel {
	const { canvas, tileGrid } = layout;
	const size = { width: canvas.width / tileGrid.cols, height: canvas.height / tileGrid.rows };
	const box = fullWindow(canvas);
	const tiles = Array.from({ length: tileGrid.rows * tileGrid.cols }, (_, index): Tile => {
		const [row, col] = [Math.floor(index / tileGrid.cols), index % tileGrid.cols];
		return { box: { x: col * size.width, y: row * size.height, ...size }, size };
	});
	const { patches, tokens } = cellsOf(layout, tiles, "canvas");
	// Overlapping tiles are not equal parts of the canvas.
	if (patches.length === 0) {
		return { role: "canvas", extent: box, tiles: [{ box, size: canvas }], patches, tokens };
	}
	const isWhole = sameGrid(stitchedGrid(layout), layout.cappedGrid);
	return { role: "canvas", extent: box, tiles, patches, tokens: isWhole ? tokens : [] };
}

/** The image at the last size the layout names; an extreme aspect ratio may round a side to zero. */
function looseImage({ resizes, content }: ItemLayout): Panel[] {
	const box = fullWindow(resizes?.at(-1) ?? content);
	if (box.width === 0 || box.height === 0) return [];
	return [{ role: "image", extent: box, image: box, tiles: [], patches: [], tokens: [] }];
}

/** The area that the tiles cover together; for a panel without tiles, all of it. */
export function canvasOf({ tiles, extent }: Panel): Box {
	return tiles.length === 0 ? extent : around(tiles.map(({ box }) => box));
}

/** The area whose features become tokens; all of the canvas where the layout does not say. */
export function tokenArea(panel: Panel): Box {
	const { kept, patches } = panel;
	return kept ?? (patches.length === 0 ? canvasOf(panel) : around(patches.map(({ box }) => box)));
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

/** The image, cut off beyond the canvas as far out as needed to show that it is cropped. */
function withReach(image: Box, { x, y, width, height }: Box): Box {
	const left = Math.max(image.x, x - MAX_BEYOND * width);
	const top = Math.max(image.y, y - MAX_BEYOND * height);
	const right = Math.min(image.x + image.width, x + width * (1 + MAX_BEYOND));
	const bottom = Math.min(image.y + image.height, y + height * (1 + MAX_BEYOND));
	return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The smallest box that contains all of these. */
function around(boxes: readonly Box[]): Box {
	const x = Math.min(...boxes.map((box) => box.x));
	const y = Math.min(...boxes.map((box) => box.y));
	const right = Math.max(...boxes.map((box) => box.x + box.width));
	const bottom = Math.max(...boxes.map((box) => box.y + box.height));
	return { x, y, width: right - x, height: bottom - y };
}
