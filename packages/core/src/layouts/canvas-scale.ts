/**
 * Meta's tiling rule, shared by several families: picks the tile grid that enlarges the image least, or shrinks it
 * least if no grid can hold it. Sources: transformers 5.18 models/mllama/image_processing_mllama.py
 * `get_optimal_tiled_canvas`, models/llama4/image_processing_llama4.py `get_best_fit`,
 * models/cohere2_vision/image_processing_cohere2_vision.py.
 */

import type { Grid, Size } from "@onevision/base";
import { assertInternal } from "@onevision/base";

export interface CanvasScaleRule {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Candidate grids by number of tiles. The first wins a tie, so the smallest grid. */
	readonly grids: readonly Grid[];
	/** Pick the grid that enlarges the image most instead. Default false. */
	readonly enlargeMost?: boolean;
	/** Whether the reference computes scales in float32. Default float64. */
	readonly float32?: boolean;
}

/**
 * The grid for an image of this size, px. Sides may be zero or negative, because some references subtract margins
 * first. Grids of equal area never tie for the best: the smaller grid contained in both has the same scale.
 */
export function leastScaleGrid(image: Size, rule: CanvasScaleRule): Grid {
	const { tile, grids, enlargeMost = false } = rule;
	const round = rule.float32 === true ? Math.fround : (value: number) => value;
	let enlarged: { readonly grid: Grid; readonly scale: number } | undefined;
	let shrunk: { readonly grid: Grid; readonly scale: number } | undefined;
	for (const grid of grids) {
		const scale = Math.min(round((grid.cols * tile) / image.width), round((grid.rows * tile) / image.height));
		if (scale >= 1) {
			const better =
				enlarged === undefined || (enlargeMost ? scale > enlarged.scale : scale < enlarged.scale);
			if (better) enlarged = { grid, scale };
		} else if (shrunk === undefined || scale > shrunk.scale) {
			shrunk = { grid, scale };
		}
	}
	const best = enlarged ?? shrunk;
	assertInternal(best !== undefined, "no tile grid to choose from");
	return best.grid;
}

/**
 * Size of the image inside its canvas, px. An image that fits keeps its size, except that at least one side must reach
 * `tile`; one that does not fit is shrunk. Without `tile`, the image is enlarged to the canvas. Sides are rounded down,
 * but to at least 1.
 */
export function fitToTiles(image: Size, canvas: Size, tile?: number): Size {
	const target =
		tile === undefined
			? canvas
			: {
					width: Math.min(Math.max(image.width, tile), canvas.width),
					height: Math.min(Math.max(image.height, tile), canvas.height),
				};
	const scaleWidth = target.width / image.width;
	const scaleHeight = target.height / image.height;
	return scaleWidth < scaleHeight
		? {
				width: target.width,
				height: Math.max(1, Math.min(Math.floor(image.height * scaleWidth), target.height)),
			}
		: {
				width: Math.max(1, Math.min(Math.floor(image.width * scaleHeight), target.width)),
				height: target.height,
			};
}
