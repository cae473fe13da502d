/**
 * An image cut into a grid of tiles, plus the whole image as one more tile: what most families since InternVL 1.5
 * share. Settings are named as in transformers, which calls a tile a patch.
 */

import type { Grid, Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { boolean, integer } from "@onevision/base/schema";
import type { Knob } from "../families/family.ts";
import { type ItemLayout, itemLayout, NO_WRAPPER, type WrapperTokens } from "../layout.ts";
import type { ImageItem } from "../sample.ts";

/** Patch grid and pooled feature grid of one view. */
export interface ViewGrids {
	readonly patchGrid: Grid;
	readonly pooledGrid: Grid;
}

export interface TiledImage extends ViewGrids {
	/** Side of a tile, px. */
	readonly tile: number;
	readonly tileGrid: Grid;
	/** The whole image in one view: none (false), like a tile (true), or with grids of its own. */
	readonly overview: boolean | ViewGrids;
	/** Row-end and separator tokens. Default 0. */
	readonly newlines?: number;
	/** Special tokens in addition to the features. Default 0. */
	readonly markers?: number;
	/** Intermediate sizes the image is resized to before the canvas, px. Default: none. */
	readonly resizes?: readonly Size[];
	/** The size the image is fitted to, px. Default: the tiles side by side. */
	readonly canvas?: Size;
	/** The image inside the canvas, px. Default: stretched to fill it. */
	readonly content?: Size;
	/** Features left after padding is dropped. Default: all. */
	readonly unpaddedGrid?: Grid;
	readonly wrapper?: WrapperTokens;
	readonly notes?: readonly string[];
}

/** Lays out an image whose tile grid is known. */
export function layoutTiles(item: ImageItem, image: TiledImage): ItemLayout {
	const { tile, tileGrid, patchGrid, pooledGrid } = image;
	const overview = image.overview === true ? { patchGrid, pooledGrid } : image.overview;
	const tiles = cells(tileGrid);
	const canvas = image.canvas ?? { width: tileGrid.cols * tile, height: tileGrid.rows * tile };
	const stitched = { rows: tileGrid.rows * pooledGrid.rows, cols: tileGrid.cols * pooledGrid.cols };
	const unpaddedGrid = image.unpaddedGrid ?? stitched;
	return itemLayout({
		kind: "image",
		source: { width: item.width, height: item.height },
		frames: 1,
		canvas,
		content: image.content ?? canvas,
		tileGrid,
		views: tiles + (overview === false ? 0 : 1),
		patchGrid,
		pooledGrid,
		unpaddedGrid,
		cappedGrid: unpaddedGrid,
		parts: {
			overview: overview === false ? 0 : cells(overview.pooledGrid),
			grid: cells(unpaddedGrid),
			newlines: image.newlines ?? 0,
			markers: image.markers ?? 0,
		},
		towerTokens: tiles * cells(patchGrid) + (overview === false ? 0 : cells(overview.patchGrid)),
		wrapper: image.wrapper ?? NO_WRAPPER,
		...(image.resizes === undefined ? {} : { resizes: image.resizes }),
		...(image.notes === undefined ? {} : { notes: image.notes }),
	});
}

/** Number of cells in a grid. */
export function cells({ rows, cols }: Grid): number {
	return rows * cols;
}

/** Maximum number of tiles a setting may request. */
const MAX_TILES = 100;

const tilesSchema = (doc: string) => integer(doc, { min: 1, max: MAX_TILES });

/** Whether an image is cut, and into how many tiles. Named as in GotOcr2ImageProcessor and related classes. */
export type CropSettings = {
	readonly crop_to_patches: boolean;
	readonly min_patches: number;
	readonly max_patches: number;
};

export const minTilesSchema = tilesSchema("Fewest tiles of a cut image, overview not counted");
export const maxTilesSchema = tilesSchema("Most tiles of an image, overview not counted");

export const cropSettings = {
	crop_to_patches: boolean("Whether an image is cut into tiles at all"),
	min_patches: minTilesSchema,
	max_patches: maxTilesSchema,
};

/** Throws `invalid-input` when the minimum number of tiles exceeds the maximum. */
export function checkTileRange(low: string, lowValue: number, high: string, highValue: number): void {
	if (lowValue <= highValue) return;
	throw new OnevisionError(
		"invalid-input",
		`${low} ${lowValue} is above ${high} ${highValue}: lower ${low} or raise ${high}`,
	);
}

export function checkCropSettings(settings: CropSettings): void {
	checkTileRange("min_patches", settings.min_patches, "max_patches", settings.max_patches);
}

/** Tile limits the planner tries. */
const TILE_LIMITS: readonly number[] = [1, 2, 3, 4, 6, 8, 9, 12, 16, 24, 36];

/** The maximum number of tiles as a planner knob, from `least` up to what the checkpoint was trained with. */
export function tilesKnob(setting: string, most: number, least = 1): Knob {
	return {
		setting,
		values: [...new Set([...TILE_LIMITS, most])]
			.filter((tiles) => tiles >= least && tiles <= most)
			.sort((a, b) => a - b),
		deployable: true,
		bound: "tiles",
		label: (value) => `at most ${value} tile${value === 1 ? "" : "s"}`,
	};
}
