/**
 * DeepSeek-VL2: up to nine tiles of 384 px on the canvas that keeps the most of the image, preceded by the whole image,
 * with a learned row-end embedding after each feature row. With more than two images, each is a single tile. Paper:
 * arXiv 2412.10302. Source: deepseek-ai/DeepSeek-VL2 deepseek_vl2/models/processing_deepseek_vl_v2.py.
 */

import type { Grid, Size } from "@onevision/base";
import { roundHalfEven } from "@onevision/base";
import { gridsUpTo } from "../../layouts/aspect-grid.ts";
import { canvasList, selectBestResolution } from "../../layouts/best-resolution.ts";
import { layoutTiles, maxTilesSchema, tilesKnob } from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface DeepseekVl2Constants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side merged into one token, with padding for an odd row (`downsample_ratio`). */
	readonly merge: number;
	/** `candidate_resolutions` are all grids of up to this many tiles. */
	readonly maxTiles: number;
	/** Maximum images in a conversation for which images are still cut. */
	readonly maxCutImages: number;
}

export type DeepseekVl2Settings = { readonly max_tiles: number };

export const deepseekVl2: Family<DeepseekVl2Constants, DeepseekVl2Settings> = {
	title: "DeepSeek-VL2",
	source:
		"deepseek-ai/DeepSeek-VL2 deepseek_vl2/models/processing_deepseek_vl_v2.py, read in the copy zhy617/DeepSeek-VL2 at dbf2b23",
	parities: ["original"],
	scenarios: ["single-image", "multi-image"],
	settings: { max_tiles: maxTilesSchema },
	defaults: ({ maxTiles }) => ({ max_tiles: maxTiles }),
	knobs: ({ maxTiles }) => {
		const limit = tilesKnob("max_tiles", maxTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ tile, patch, merge, maxCutImages }, { max_tiles: most }) => {
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.ceil(patchGrid.rows / merge));
		const canvases = canvasList(
			gridsUpTo(1, most).map(({ rows, cols }) => ({ width: cols * tile, height: rows * tile })),
		);
		const bestGrid = (image: Size): Grid => {
			const canvas = canvases.sizes[selectBestResolution(image, canvases)] as Size;
			return { rows: canvas.height / tile, cols: canvas.width / tile };
		};
		return {
			image: (item, images) => {
				const tileGrid = images <= maxCutImages ? bestGrid(item) : square(1);
				const canvas = { width: tileGrid.cols * tile, height: tileGrid.rows * tile };
				return layoutTiles(item, {
					tile,
					tileGrid,
					patchGrid,
					pooledGrid,
					overview: true,
					content: fitPadded(item, canvas),
					// One per row of the whole image and of the tiles, plus one separator between the two.
					newlines: pooledGrid.rows + 1 + tileGrid.rows * pooledGrid.rows,
				});
			},
			video: noVideo("DeepSeek-VL2"),
		};
	},
};

/** Pillow's `ImageOps.pad`: one side fills the canvas, the other is rounded. */
function fitPadded(image: Size, canvas: Size): Size {
	const aspect = image.width / image.height;
	const canvasAspect = canvas.width / canvas.height;
	if (aspect === canvasAspect) return canvas;
	return aspect > canvasAspect
		? { width: canvas.width, height: Math.max(1, roundHalfEven((image.height / image.width) * canvas.width)) }
		: { width: Math.max(1, roundHalfEven(aspect * canvas.height)), height: canvas.height };
}
