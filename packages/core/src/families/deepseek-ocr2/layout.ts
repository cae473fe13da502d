/**
 * DeepSeek-OCR-2: the whole image at 1024 px and, for an image larger than one tile, tiles of 768 px in the grid with
 * the closest aspect ratio. Source: transformers 5.18
 * models/deepseek_ocr2/{image_processing,processing}_deepseek_ocr2.py.
 */

import type { Size } from "@onevision/base";
import { OnevisionError, roundHalfEven } from "@onevision/base";
import { gridsUpTo, nearestAspectGrid } from "../../layouts/aspect-grid.ts";
import {
	checkTileRange,
	layoutTiles,
	maxTilesSchema,
	minTilesSchema,
	tilesKnob,
	type ViewGrids,
} from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { type Family, noVideo } from "../family.ts";

export interface DeepseekOcr2Constants {
	/** Sides of a tile and of the whole image's view, px. */
	readonly tile: number;
	readonly overview: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side that become one token (`downsample_ratio`). */
	readonly merge: number;
	/** Minimum and maximum tiles of an image that is cut. */
	readonly minTiles: number;
	readonly maxTiles: number;
}

export type DeepseekOcr2Settings = {
	readonly min_patches: number;
	readonly max_patches: number;
};

export const deepseekOcr2: Family<DeepseekOcr2Constants, DeepseekOcr2Settings> = {
	title: "DeepSeek-OCR-2",
	source: "transformers 5.18.0 src/transformers/models/deepseek_ocr2/processing_deepseek_ocr2.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: { min_patches: minTilesSchema, max_patches: maxTilesSchema },
	defaults: ({ minTiles, maxTiles }) => ({ min_patches: minTiles, max_patches: maxTiles }),
	check: (settings) =>
		checkTileRange("min_patches", settings.min_patches, "max_patches", settings.max_patches),
	knobs: ({ minTiles, maxTiles }) => {
		const limit = tilesKnob("max_patches", maxTiles, minTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: (constants, settings) => {
		const { tile, overview } = constants;
		const tileViews = viewGrids(tile, constants);
		const wholeView = viewGrids(overview, constants);
		const grids = gridsUpTo(settings.min_patches, settings.max_patches);
		return {
			image: (item) => {
				const content = fitSquare(item, overview);
				return Math.max(item.width, item.height) > tile
					? layoutTiles(item, {
							tile,
							tileGrid: nearestAspectGrid(item, tile, grids),
							...tileViews,
							overview: wholeView,
							newlines: SEPARATOR,
						})
					: layoutTiles(item, {
							tile: overview,
							tileGrid: square(1),
							...wholeView,
							overview: false,
							content,
							newlines: SEPARATOR,
						});
			},
			video: noVideo("DeepSeek-OCR-2"),
		};
	},
};

/** The learned separator at the end of every image. */
const SEPARATOR = 1;

function viewGrids(side: number, { patch, merge }: DeepseekOcr2Constants): ViewGrids {
	return { patchGrid: square(Math.floor(side / patch)), pooledGrid: square(Math.ceil(side / patch / merge)) };
}

/**
 * Resizes the longer side to `side`; the rest is padding, px. Throws `unsupported` for very thin images, where
 * transformers fails.
 */
function fitSquare(image: Size, side: number): Size {
	const scale = side / Math.max(image.width, image.height);
	const fitted = {
		width: roundHalfEven(image.width * scale),
		height: roundHalfEven(image.height * scale),
	};
	if (fitted.width > 0 && fitted.height > 0) return fitted;
	throw new OnevisionError(
		"unsupported",
		`${image.width}x${image.height} is too thin: its short side rounds to 0 px in a view of ${side} px; crop it`,
	);
}
