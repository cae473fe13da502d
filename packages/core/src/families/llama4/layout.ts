/**
 * Llama 4: tiles of 336 px in the grid that enlarges the image least, with separators between them and the whole image
 * last. Source: transformers 5.18 models/llama4/{image_processing,processing}_llama4.py. Scales are compared in
 * float32.
 */

import { boolean } from "@onevision/base/schema";
import { gridsUpTo } from "../../layouts/aspect-grid.ts";
import { fitToTiles, leastScaleGrid } from "../../layouts/canvas-scale.ts";
import { cells, layoutTiles, maxTilesSchema, tilesKnob } from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface Llama4Constants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side shuffled into one token (1 / `pixel_shuffle_ratio`). */
	readonly merge: number;
	/** Maximum tiles per image, not counting the overview (`max_patches`). */
	readonly maxTiles: number;
}

export type Llama4Settings = {
	readonly max_patches: number;
	readonly resize_to_max_canvas: boolean;
};

/** `<|image_start|>`, `<|image|>` before the whole image, `<|image_end|>`. */
const MARKERS = 3;

export const llama4: Family<Llama4Constants, Llama4Settings> = {
	title: "Llama 4",
	source:
		"transformers 5.18.0 src/transformers/models/llama4/processing_llama4.py, image_processing_llama4.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: {
		max_patches: maxTilesSchema,
		resize_to_max_canvas: boolean("Enlarge the image to the largest canvas without distortion"),
	},
	defaults: ({ maxTiles }) => ({ max_patches: maxTiles, resize_to_max_canvas: false }),
	knobs: ({ maxTiles }) => {
		const limit = tilesKnob("max_patches", maxTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ tile, patch, merge }, { max_patches: most, resize_to_max_canvas: enlargeMost }) => {
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.floor(patchGrid.rows / merge));
		const rule = { tile, grids: gridsUpTo(1, most), enlargeMost, float32: true };
		return {
			image: (item) => {
				const tileGrid = leastScaleGrid(item, rule);
				const cut = cells(tileGrid) > 1;
				const canvas = { width: tileGrid.cols * tile, height: tileGrid.rows * tile };
				return layoutTiles(item, {
					tile,
					tileGrid,
					patchGrid,
					pooledGrid,
					overview: cut,
					// One separator between the tiles of a row, and one after each row.
					newlines: cut ? cells(tileGrid) : 0,
					markers: MARKERS,
					content: fitToTiles(item, canvas, enlargeMost ? undefined : tile),
				});
			},
			video: noVideo("Llama 4"),
		};
	},
};
