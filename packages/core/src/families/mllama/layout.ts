/**
 * Llama 3.2 Vision: one text token per image. Cross-attention layers read up to four tiles of 560 px, with 1,601 keys
 * each. Source: transformers 5.18 models/mllama/{image_processing,processing,modeling}_mllama.py.
 */

import { itemLayout, NO_WRAPPER } from "../../layout.ts";
import { gridsUpTo } from "../../layouts/aspect-grid.ts";
import { fitToTiles, leastScaleGrid } from "../../layouts/canvas-scale.ts";
import { cells, maxTilesSchema, tilesKnob } from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface MllamaConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Maximum tiles per image. The tensor is always padded to this many. */
	readonly maxTiles: number;
}

export type MllamaSettings = { readonly max_image_tiles: number };

export const mllama: Family<MllamaConstants, MllamaSettings> = {
	title: "Llama 3.2 Vision",
	source: "transformers 5.18.0 src/transformers/models/mllama/image_processing_mllama.py, modeling_mllama.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: { max_image_tiles: maxTilesSchema },
	defaults: ({ maxTiles }) => ({ max_image_tiles: maxTiles }),
	knobs: ({ maxTiles }) => {
		// The learned tile embeddings are indexed up to the checkpoint's own limit, so a different limit requires training.
		const limit = { ...tilesKnob("max_image_tiles", maxTiles), deployable: false };
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: ({ tile, patch }, { max_image_tiles: most }) => {
		const patchGrid = square(Math.floor(tile / patch));
		const grids = gridsUpTo(1, most);
		const keys = cells(patchGrid) + 1;
		return {
			image: (item) => {
				const tileGrid = leastScaleGrid(item, { tile, grids });
				const canvas = { width: tileGrid.cols * tile, height: tileGrid.rows * tile };
				return itemLayout({
					kind: "image",
					source: { width: item.width, height: item.height },
					frames: 1,
					canvas,
					content: fitToTiles(item, canvas, tile),
					tileGrid,
					views: most,
					patchGrid,
					pooledGrid: patchGrid,
					unpaddedGrid: { rows: tileGrid.rows * patchGrid.rows, cols: tileGrid.cols * patchGrid.cols },
					cappedGrid: { rows: tileGrid.rows * patchGrid.rows, cols: tileGrid.cols * patchGrid.cols },
					parts: { overview: 0, grid: 0, newlines: 0, markers: 1 },
					towerTokens: most * cells(patchGrid),
					crossAttentionTokens: cells(tileGrid) * keys,
					wrapper: NO_WRAPPER,
					notes: [
						`one <|image|> token in the text; cross-attention layers see ${cells(tileGrid) * keys} keys, held padded to ${most} tiles (${most * keys})`,
					],
				});
			},
			video: noVideo("Llama 3.2 Vision"),
		};
	},
};
