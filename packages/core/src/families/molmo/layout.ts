/**
 * Molmo: crops of 336 px that overlap by four patches, so each adds 16 patches per side. Features are pooled 2×2, with
 * a column token after each row, and the low-resolution image comes first. Paper: arXiv 2409.17146. Source:
 * image_preprocessing_molmo.py of huggingface.co/allenai/Molmo-7B-D-0924. Ratios are compared in float32.
 */

import type { Size } from "@onevision/base";
import { gridsUpTo } from "../../layouts/aspect-grid.ts";
import { leastScaleGrid } from "../../layouts/canvas-scale.ts";
import { layoutTiles, maxTilesSchema, tilesKnob } from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface MolmoConstants {
	/** Side of a crop, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Pooling stride. */
	readonly merge: number;
	/**
	 * Patches dropped where a crop overlaps its neighbors, summed over two opposite sides (the sum of `overlap_margins`).
	 */
	readonly margins: number;
	/** Maximum crops per image, not counting the low-resolution image. */
	readonly maxTiles: number;
}

export type MolmoSettings = { readonly max_crops: number };

/** Start and end markers, once for the low-resolution image and once for the crops. */
const MARKERS = 4;

export const molmo: Family<MolmoConstants, MolmoSettings> = {
	title: "Molmo",
	source:
		"huggingface.co/allenai/Molmo-7B-D-0924 image_preprocessing_molmo.py, read in the copy cyan2k/molmo-7b-bnb-4bit at 1cba285",
	parities: ["original"],
	scenarios: ["single-image", "multi-image"],
	settings: { max_crops: maxTilesSchema },
	defaults: ({ maxTiles }) => ({ max_crops: maxTiles }),
	knobs: ({ maxTiles }) => {
		const limit = tilesKnob("max_crops", maxTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ tile, patch, merge, margins }, { max_crops: most }) => {
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.ceil(patchGrid.rows / merge));
		const windowPatches = patchGrid.rows - margins;
		const window = windowPatches * patch;
		const marginPixels = margins * patch;
		const grids = gridsUpTo(1, most);
		const pooledSide = (tiles: number): number => Math.ceil((tiles * windowPatches + margins) / merge);
		return {
			image: (item) => {
				// Sides below the margin become negative and lead to a single crop, as in the reference.
				const inner = { width: item.width - marginPixels, height: item.height - marginPixels };
				const tileGrid = leastScaleGrid(inner, { tile: window, grids, float32: true });
				const canvas = {
					width: tileGrid.cols * window + marginPixels,
					height: tileGrid.rows * window + marginPixels,
				};
				const unpaddedGrid = { rows: pooledSide(tileGrid.rows), cols: pooledSide(tileGrid.cols) };
				return layoutTiles(item, {
					tile,
					tileGrid,
					patchGrid,
					pooledGrid,
					overview: true,
					canvas,
					content: fitTruncated(item, canvas),
					unpaddedGrid,
					newlines: pooledGrid.rows + unpaddedGrid.rows,
					markers: MARKERS,
				});
			},
			video: noVideo("Molmo"),
		};
	},
};

/** `resize_and_pad`, px. */
function fitTruncated(image: Size, canvas: Size): Size {
	const scale = Math.min(canvas.width / image.width, canvas.height / image.height);
	return { width: Math.trunc(image.width * scale), height: Math.trunc(image.height * scale) };
}
