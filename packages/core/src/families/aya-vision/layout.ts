/**
 * Aya Vision: tiles of 364 px in the grid with the aspect ratio closest to the image's, plus the whole image, each
 * preceded by its own marker. Source: transformers 5.18 models/aya_vision/processing_aya_vision.py; tiles as in
 * InternVL.
 */

import { gridsUpTo, nearestAspectGrid } from "../../layouts/aspect-grid.ts";
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

export interface AyaVisionConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side shuffled into one token (`downsample_factor`). */
	readonly merge: number;
	/** Minimum and maximum tiles per image, not counting the overview. */
	readonly minTiles: number;
	readonly maxTiles: number;
}

/** `<|START_OF_IMG|>`, `TILE_GLOBAL` and `<|END_OF_IMG|>`. */
const MARKERS = 3;

export const ayaVision: Family<AyaVisionConstants, CropSettings> = {
	title: "Aya Vision",
	source: "transformers 5.18.0 src/transformers/models/aya_vision/processing_aya_vision.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: cropSettings,
	defaults: ({ minTiles, maxTiles }) => ({
		crop_to_patches: true,
		min_patches: minTiles,
		max_patches: maxTiles,
	}),
	check: checkCropSettings,
	knobs: ({ maxTiles }) => {
		const limit = tilesKnob("max_patches", maxTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ tile, patch, merge }, settings) => {
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.floor(patchGrid.rows / merge));
		const grids = gridsUpTo(settings.min_patches, settings.max_patches);
		return {
			image: (item) => {
				const tileGrid = settings.crop_to_patches ? nearestAspectGrid(item, tile, grids) : square(1);
				const cut = cells(tileGrid) > 1;
				return layoutTiles(item, {
					tile,
					tileGrid,
					patchGrid,
					pooledGrid,
					overview: cut,
					markers: MARKERS + (cut ? cells(tileGrid) : 0),
				});
			},
			video: noVideo("Aya Vision"),
		};
	},
};
