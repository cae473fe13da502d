/**
 * Phi-4-multimodal: as many tiles of 448 px as the image fills, up to 36, with padding on the right and bottom.
 * Features of padding are dropped; every second patch row and column is kept. Paper: arXiv 2503.01743. Source:
 * transformers 5.18 models/phi4_multimodal/image_processing_phi4_multimodal.py.
 */

import type { Grid, Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { gridsUpTo, nearestAspectGrid } from "../../layouts/aspect-grid.ts";
import { cells, layoutTiles, maxTilesSchema, tilesKnob } from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface Phi4MultimodalConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side averaged into one token. */
	readonly merge: number;
	/** Maximum tiles per image, not counting the overview (`dynamic_hd`). */
	readonly maxTiles: number;
}

export type Phi4MultimodalSettings = { readonly dynamic_hd: number };

/** Minimum side of a fitted image, px. */
const SHORTEST_SIDE = 10;

export const phi4Multimodal: Family<Phi4MultimodalConstants, Phi4MultimodalSettings> = {
	title: "Phi-4-multimodal",
	source: "transformers 5.18.0 src/transformers/models/phi4_multimodal/image_processing_phi4_multimodal.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: { dynamic_hd: maxTilesSchema },
	defaults: ({ maxTiles }) => ({ dynamic_hd: maxTiles }),
	knobs: ({ maxTiles }) => {
		const limit = tilesKnob("dynamic_hd", maxTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ tile, patch, merge }, { dynamic_hd: most }) => {
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.ceil(patchGrid.rows / merge));
		const grids = gridsUpTo(1, most);
		return {
			image: (item) => {
				const filled = { rows: Math.ceil(item.height / tile), cols: Math.ceil(item.width / tile) };
				const tileGrid = cells(filled) > most ? nearestAspectGrid(item, tile, grids) : filled;
				const canvas = { width: tileGrid.cols * tile, height: tileGrid.rows * tile };
				const content = fitTopLeft(item, canvas);
				const unpaddedGrid = keptGrid(content, canvas, patch, merge);
				return layoutTiles(item, {
					tile,
					tileGrid,
					patchGrid,
					pooledGrid,
					overview: true,
					content,
					unpaddedGrid,
					// One per row of the overview and of the tiles, plus one between the two.
					newlines: pooledGrid.rows + unpaddedGrid.rows + 1,
				});
			},
			video: noVideo("Phi-4-multimodal"),
		};
	},
};

/** Size of the image on the canvas, px. Throws `unsupported` when a side ends up under 10 px. */
function fitTopLeft(image: Size, canvas: Size): Size {
	const byWidth = canvas.width / image.width;
	const byHeight = canvas.height / image.height;
	const size =
		byWidth < byHeight
			? { width: canvas.width, height: Math.trunc(image.height * byWidth) }
			: { width: Math.trunc(image.width * byHeight), height: canvas.height };
	if (Math.min(size.width, size.height) < SHORTEST_SIDE) {
		throw new OnevisionError(
			"unsupported",
			`aspect ratio of ${image.width}x${image.height}: fitted to ${size.width}x${size.height}, this family needs ${SHORTEST_SIDE} px a side; crop or pad the image first`,
		);
	}
	return size;
}

/** Features whose first patch is not entirely padding. */
function keptGrid(content: Size, canvas: Size, patch: number, merge: number): Grid {
	const kept = (side: number, padding: number) =>
		Math.ceil((Math.floor(side / patch) - Math.floor(padding / patch)) / merge);
	return {
		rows: kept(canvas.height, canvas.height - content.height),
		cols: kept(canvas.width, canvas.width - content.width),
	};
}
