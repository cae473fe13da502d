/**
 * Ovis2: tiles of 448 px in the smallest grid that keeps 90% of the image's area, with the whole image first. 2×2
 * patches become one visual word. Paper: arXiv 2405.20797. Source: transformers 5.18
 * models/ovis2/{image_processing,processing}_ovis2.py.
 */

import type { Grid, Size } from "@onevision/base";
import { boolean } from "@onevision/base/schema";
import { gridsUpTo, nearestAspectGrid } from "../../layouts/aspect-grid.ts";
import { coveringGrid } from "../../layouts/covering-grid.ts";
import {
	type CropSettings,
	cells,
	checkCropSettings,
	cropSettings,
	layoutTiles,
	tilesKnob,
} from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface Ovis2Constants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side merged into one token (`hidden_stride`). */
	readonly merge: number;
	/** Minimum and maximum tiles per image, not counting the overview. */
	readonly minTiles: number;
	readonly maxTiles: number;
}

export type Ovis2Settings = CropSettings & { readonly use_covering_area_grid: boolean };

/** `<IMG_START>`, `<IMG_GRID>` and `<IMG_END>`. */
const MARKERS = 3;

export const ovis2: Family<Ovis2Constants, Ovis2Settings> = {
	title: "Ovis2",
	source: "transformers 5.18.0 src/transformers/models/ovis2/processing_ovis2.py, image_processing_ovis2.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: {
		...cropSettings,
		use_covering_area_grid: boolean(
			"The smallest grid that keeps 90% of the area (min_patches is not used then), or the nearest aspect ratio",
		),
	},
	defaults: ({ minTiles, maxTiles }) => ({
		crop_to_patches: true,
		min_patches: minTiles,
		max_patches: maxTiles,
		use_covering_area_grid: true,
	}),
	check: checkCropSettings,
	knobs: ({ maxTiles }) => {
		const limit = tilesKnob("max_patches", maxTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ tile, patch, merge }, settings) => {
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.floor(patchGrid.rows / merge));
		const choose = gridChooser(tile, settings);
		return {
			image: (item) => {
				const tileGrid = choose(item);
				const cut = cells(tileGrid) > 1;
				return layoutTiles(item, {
					tile,
					tileGrid,
					patchGrid,
					pooledGrid,
					overview: cut,
					// `<IMG_COL>` or `<IMG_ROW>` between tiles.
					newlines: cells(tileGrid) - 1,
					markers: MARKERS,
				});
			},
			video: noVideo("Ovis2"),
		};
	},
};

function gridChooser(tile: number, settings: Ovis2Settings): (image: Size) => Grid {
	const { max_patches: most } = settings;
	if (!settings.crop_to_patches || most === 1) return () => square(1);
	if (!settings.use_covering_area_grid) {
		const grids = gridsUpTo(settings.min_patches, most);
		return (image) => nearestAspectGrid(image, tile, grids);
	}
	// The reference evaluates each pair as (rows, columns) but then cuts it as (columns, rows), so a wide image gets tall
	// canvases. The number of tiles is still right.
	const pairs = gridsUpTo(1, most).map(({ rows, cols }) => ({ rows: cols, cols: rows }));
	return (image) => {
		const { rows, cols } = coveringGrid(image, tile, pairs);
		return { rows: cols, cols: rows };
	};
}
