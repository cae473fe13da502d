/**
 * LFM2-VL: small images at native resolution, 64 to 256 tokens. Larger ones are cut into tiles of 512 px, each after a
 * marker with its row and column, plus a thumbnail at native resolution. Paper: arXiv 2511.23404. Source: transformers
 * 5.18 models/lfm2_vl/{image_processing,processing}_lfm2_vl.py.
 */

import type { Size } from "@onevision/base";
import { roundHalfEven } from "@onevision/base";
import { boolean, integer, number } from "@onevision/base/schema";
import type { ItemLayout } from "../../layout.ts";
import { gridsUpTo, nearestAspectGrid } from "../../layouts/aspect-grid.ts";
import { clampPixels } from "../../layouts/smart-resize.ts";
import {
	cells,
	checkTileRange,
	layoutTiles,
	maxTilesSchema,
	minTilesSchema,
	tilesKnob,
	type ViewGrids,
} from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import type { ImageItem } from "../../sample.ts";
import { type Family, type Knob, noVideo } from "../family.ts";

export interface Lfm2VlConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side merged into one token (`downsample_factor`). */
	readonly merge: number;
	readonly minTiles: number;
	readonly maxTiles: number;
	/** Minimum and maximum tokens of an uncut image and of a thumbnail. */
	readonly minTokens: number;
	readonly maxTokens: number;
	/** An image is cut when it is more than this many times over `maxTokens`. */
	readonly tolerance: number;
	readonly thumbnail: boolean;
}

export type Lfm2VlSettings = {
	readonly do_image_splitting: boolean;
	readonly min_tiles: number;
	readonly max_tiles: number;
	readonly use_thumbnail: boolean;
	readonly min_image_tokens: number;
	readonly max_image_tokens: number;
	readonly max_pixels_tolerance: number;
	readonly use_image_special_tokens: boolean;
};

const tokens = (doc: string) => integer(doc, { min: 1, max: 2 ** 20 });

/** Token limits the planner tries. */
const TOKEN_LIMITS = [64, 96, 128, 192, 256];

export const lfm2Vl: Family<Lfm2VlConstants, Lfm2VlSettings> = {
	title: "LFM2-VL",
	source:
		"transformers 5.18.0 src/transformers/models/lfm2_vl/image_processing_lfm2_vl.py, processing_lfm2_vl.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: {
		do_image_splitting: boolean("Whether large images are cut into tiles"),
		min_tiles: minTilesSchema,
		max_tiles: maxTilesSchema,
		use_thumbnail: boolean("Whether the whole image is read beside its tiles"),
		min_image_tokens: tokens("Fewest tokens of an image that is not cut"),
		max_image_tokens: tokens("Most tokens of an image that is not cut, and of a thumbnail"),
		max_pixels_tolerance: number("An image is cut when it is over this many times max_image_tokens", {
			min: 0.01,
			max: 1000,
		}),
		use_image_special_tokens: boolean("Whether markers stand around images and before tiles"),
	},
	defaults: (constants) => ({
		do_image_splitting: true,
		min_tiles: constants.minTiles,
		max_tiles: constants.maxTiles,
		use_thumbnail: constants.thumbnail,
		min_image_tokens: constants.minTokens,
		max_image_tokens: constants.maxTokens,
		max_pixels_tolerance: constants.tolerance,
		use_image_special_tokens: true,
	}),
	check: (settings) => {
		checkTileRange("min_tiles", settings.min_tiles, "max_tiles", settings.max_tiles);
		const { min_image_tokens: least, max_image_tokens: most } = settings;
		checkTileRange("min_image_tokens", least, "max_image_tokens", most);
	},
	knobs: ({ minTiles, maxTiles, maxTokens }) => {
		const splitting: Knob = {
			setting: "do_image_splitting",
			values: [false, true],
			deployable: true,
			label: (value) => (value === true ? "large images in tiles" : "no tiles"),
		};
		const limit: Knob = {
			setting: "max_image_tokens",
			values: TOKEN_LIMITS.filter((most) => most <= maxTokens),
			deployable: true,
			label: (value) => `at most ${value} tokens per image or thumbnail`,
		};
		const image = [splitting, tilesKnob("max_tiles", maxTiles, minTiles), limit];
		return { "single-image": image, "multi-image": image, video: [] };
	},
	counter: (constants, settings) => {
		const grids = gridsUpTo(settings.min_tiles, settings.max_tiles);
		const splits = settings.do_image_splitting && !(settings.min_tiles === 1 && settings.max_tiles === 1);
		return {
			image: (item) => {
				const whole = resize(item, constants, settings);
				if (!splits || !isLarge(item, constants, settings))
					return layoutWhole(item, whole, constants, settings);
				const tileGrid = nearestAspectGrid(item, constants.tile, grids);
				// A grid of one tile is written like an uncut image.
				if (cells(tileGrid) === 1) return layoutWhole(item, whole, constants, settings);
				return layoutTiles(item, {
					tile: constants.tile,
					tileGrid,
					...viewGrids({ width: constants.tile, height: constants.tile }, constants),
					overview: settings.use_thumbnail && viewGrids(whole, constants),
					markers: settings.use_image_special_tokens
						? 2 + cells(tileGrid) + (settings.use_thumbnail ? 1 : 0)
						: 0,
				});
			},
			video: noVideo("LFM2-VL"),
		};
	},
};

function layoutWhole(
	item: ImageItem,
	size: Size,
	constants: Lfm2VlConstants,
	settings: Lfm2VlSettings,
): ItemLayout {
	const grids = viewGrids(size, constants);
	const patches = cells(grids.patchGrid);
	const padded = Math.max(
		settings.max_image_tokens * constants.merge ** 2,
		settings.do_image_splitting ? Math.floor(constants.tile / constants.patch) ** 2 : 0,
	);
	// No side shrinks below one token, so a thin image may keep more patches than the limit.
	const note = `${patches} patches, more than the ${padded} that transformers pads every image to: it fails when another image stands beside this one`;
	return layoutTiles(item, {
		tile: constants.tile,
		tileGrid: square(1),
		...grids,
		overview: false,
		canvas: size,
		markers: settings.use_image_special_tokens ? 2 : 0,
		...(patches > padded ? { notes: [note] } : {}),
	});
}

function viewGrids(view: Size, { patch, merge }: Lfm2VlConstants): ViewGrids {
	const patchGrid = { rows: Math.floor(view.height / patch), cols: Math.floor(view.width / patch) };
	const pooledGrid = { rows: Math.ceil(patchGrid.rows / merge), cols: Math.ceil(patchGrid.cols / merge) };
	return { patchGrid, pooledGrid };
}

/**
 * `smart_resize`: both sides become multiples of a token, at least one, with the pixel count within the token limits.
 */
function resize(image: Size, { patch, merge }: Lfm2VlConstants, settings: Lfm2VlSettings): Size {
	const factor = patch * merge;
	const rounded = {
		width: Math.max(factor, roundHalfEven(image.width / factor) * factor),
		height: Math.max(factor, roundHalfEven(image.height / factor) * factor),
	};
	const limits = {
		factor,
		minPixels: settings.min_image_tokens * factor ** 2,
		maxPixels: settings.max_image_tokens * factor ** 2,
	};
	return clampPixels(image, rounded, 1, 1, limits, factor);
}

/** `_is_image_too_large`: sides are rounded to tokens here too, but may shrink to a single patch. */
function isLarge(image: Size, { patch, merge }: Lfm2VlConstants, settings: Lfm2VlSettings): boolean {
	const factor = patch * merge;
	const width = Math.max(patch, roundHalfEven(image.width / factor) * factor);
	const height = Math.max(patch, roundHalfEven(image.height / factor) * factor);
	return width * height > settings.max_image_tokens * factor ** 2 * settings.max_pixels_tolerance;
}
