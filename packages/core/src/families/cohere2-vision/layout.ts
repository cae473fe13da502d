/**
 * Command A Vision: tiles of 512 px in the grid that enlarges the image least, plus a thumbnail. Every tile ends with a
 * line-break token. Paper: arXiv 2504.00698 (Command A). Source: transformers 5.18
 * models/cohere2_vision/{image_processing,processing}_cohere2_vision.py.
 */

import { boolean } from "@onevision/base/schema";
import { gridsUpTo } from "../../layouts/aspect-grid.ts";
import { leastScaleGrid } from "../../layouts/canvas-scale.ts";
import { cells, layoutTiles, maxTilesSchema, tilesKnob } from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface Cohere2VisionConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side shuffled into one token. */
	readonly merge: number;
	/** Maximum tiles per image, not counting the thumbnail. */
	readonly maxTiles: number;
}

export type Cohere2VisionSettings = {
	readonly crop_to_patches: boolean;
	readonly max_patches: number;
};

/** Begin and end markers of an image. */
const MARKERS = 2;

export const cohere2Vision: Family<Cohere2VisionConstants, Cohere2VisionSettings> = {
	title: "Command A Vision",
	source: "transformers 5.18.0 src/transformers/models/cohere2_vision/processing_cohere2_vision.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: {
		crop_to_patches: boolean("Whether an image is cut into tiles at all"),
		max_patches: maxTilesSchema,
	},
	defaults: ({ maxTiles }) => ({ crop_to_patches: true, max_patches: maxTiles }),
	knobs: ({ maxTiles }) => {
		const limit = tilesKnob("max_patches", maxTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ tile, patch, merge }, settings) => {
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.floor(patchGrid.rows / merge));
		// The reference also accepts min_patches but does not use it.
		const grids = gridsUpTo(1, settings.max_patches);
		return {
			image: (item) => {
				const tileGrid = settings.crop_to_patches ? leastScaleGrid(item, { tile, grids }) : square(1);
				const overview = cells(tileGrid) > 1;
				const newlines = cells(tileGrid) + (overview ? 1 : 0);
				return layoutTiles(item, {
					tile,
					tileGrid,
					patchGrid,
					pooledGrid,
					overview,
					newlines,
					markers: MARKERS,
				});
			},
			video: noVideo("Command A Vision"),
		};
	},
};
