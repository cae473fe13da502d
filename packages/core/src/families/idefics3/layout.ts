/**
 * Idefics3, and the images of SmolVLM and SmolVLM2: the longer side is scaled up or down to a few tiles. The tiles and
 * then the whole image follow each other with markers, and a line break ends each row. Papers: arXiv 2408.12637,
 * 2504.05299. Source: transformers 5.18 models/idefics3/{image_processing,processing}_idefics3.py.
 */

import type { Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { boolean, integer } from "@onevision/base/schema";
import type { ItemLayout } from "../../layout.ts";
import { cells, layoutTiles } from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import type { ImageItem } from "../../sample.ts";
import { type Family, type Knob, noVideo } from "../family.ts";

export interface Idefics3Constants {
	/** Side of a tile, px (`max_image_size.longest_edge`). */
	readonly tile: number;
	/** Longer side an image is scaled to, px (`size.longest_edge`). */
	readonly longestEdge: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side shuffled into one token (`scale_factor`). */
	readonly merge: number;
}

export type Idefics3Settings = {
	readonly do_image_splitting: boolean;
	readonly longest_edge: number;
};

/** Maximum side of a scaled image, px (`MAX_IMAGE_SIZE`). */
export const MAX_IMAGE_SIDE = 4096;
/** Maximum rows and columns with markers in the vocabulary: `<row_1_col_1>` to `<row_6_col_6>`. */
const MARKED_ROWS = 6;
/** `<fake_token_around_image><global-img>` before the whole image, and `<fake_token_around_image>` again after it. */
export const VIEW_MARKERS = 3;
/** `<fake_token_around_image><row_1_col_1>` before a tile. */
const TILE_MARKERS = 2;

export const idefics3Settings = {
	do_image_splitting: boolean("Whether an image is read as tiles and as a whole, or as a whole only"),
	longest_edge: integer("Longer side an image is scaled to before it is cut (`size.longest_edge`), px", {
		min: 1,
		max: 2 ** 16,
	}),
};

/** Scales of 1 to 4 tiles per side. A single tile is not cut. */
export function longestEdgeKnob(tile: number, longestEdge: number): Knob {
	return {
		setting: "longest_edge",
		values: [1, 2, 3, 4].map((tiles) => tiles * tile).filter((edge) => edge <= longestEdge),
		deployable: true,
		label: (value) => `scaled to ${value} px on the longer side`,
	};
}

export const idefics3: Family<Idefics3Constants, Idefics3Settings> = {
	title: "Idefics3",
	source: "transformers 5.18.0 src/transformers/models/idefics3/processing_idefics3.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: idefics3Settings,
	defaults: ({ longestEdge }) => ({ do_image_splitting: true, longest_edge: longestEdge }),
	processorArguments: ({ longest_edge: edge }) =>
		edge === undefined ? {} : { images: { size: `{"longest_edge": ${edge}}` } },
	vllmArguments: { longest_edge: "size.longest_edge" },
	knobs: ({ tile, longestEdge }) => {
		const edge = longestEdgeKnob(tile, longestEdge);
		return { "single-image": [edge], "multi-image": [edge], video: [] };
	},
	counter: (constants, settings) => ({
		image: (item) => layoutScaled(item, constants, settings),
		video: noVideo("Idefics3"),
	}),
};

/** Lays out one image: tiles with row breaks and the whole image, or the whole image alone. */
export function layoutScaled(
	item: ImageItem,
	constants: Idefics3Constants,
	settings: Idefics3Settings,
): ItemLayout {
	const { tile, patch, merge } = constants;
	const patchGrid = square(Math.floor(tile / patch));
	const pooledGrid = square(Math.floor(patchGrid.rows / merge));
	const edged = scaleBelow(item, settings.longest_edge);
	const scaled = stretchToTiles(edged, tile);
	const split = settings.do_image_splitting && (scaled.width > tile || scaled.height > tile);
	const tileGrid = split ? { rows: scaled.height / tile, cols: scaled.width / tile } : square(1);
	if (tileGrid.rows > MARKED_ROWS || tileGrid.cols > MARKED_ROWS) {
		throw new OnevisionError(
			"unsupported",
			`longest_edge ${settings.longest_edge} cuts ${item.width}x${item.height} into ${tileGrid.cols}x${tileGrid.rows} tiles: the vocabulary has markers for ${MARKED_ROWS} rows and columns; use at most ${MARKED_ROWS * tile}`,
		);
	}
	return layoutTiles(item, {
		tile,
		tileGrid,
		patchGrid,
		pooledGrid,
		overview: split,
		// One line break per row. The last row's break and the one before the whole image form a single token.
		newlines: split ? tileGrid.rows : 0,
		markers: VIEW_MARKERS + (split ? TILE_MARKERS * cells(tileGrid) : 0),
		resizes: [edged],
	});
}

/** Scales the longer side to `longestEdge`, but to at most 4096 px. */
function scaleBelow(image: Size, longestEdge: number): Size {
	return capSides(scaleToEdge(image, longestEdge));
}

/** Rounds both sides up to whole tiles, px. */
function stretchToTiles(scaled: Size, tile: number): Size {
	const aspect = scaled.width / scaled.height;
	const wholeTiles = (side: number) => Math.ceil(side / tile) * tile;
	if (scaled.width >= scaled.height) {
		const width = wholeTiles(scaled.width);
		return { width, height: wholeTiles(Math.trunc(width / aspect)) };
	}
	const height = wholeTiles(scaled.height);
	return { width: wholeTiles(Math.trunc(height * aspect)), height };
}

/** `_resize_output_size_rescale_to_max_len`: the shorter side is made even. */
export function scaleToEdge(image: Size, edge: number): Size {
	const aspect = image.width / image.height;
	const even = (side: number) => Math.max(1, side + (side % 2));
	return image.width >= image.height
		? { width: edge, height: even(Math.trunc(edge / aspect)) }
		: { width: even(Math.trunc(edge * aspect)), height: edge };
}

/** `_resize_output_size_scale_below_upper_bound`. */
function capSides(image: Size): Size {
	const aspect = image.width / image.height;
	let { width, height } = image;
	if (width >= height && width > MAX_IMAGE_SIDE) {
		width = MAX_IMAGE_SIDE;
		height = Math.trunc(width / aspect);
	} else if (height > width && height > MAX_IMAGE_SIDE) {
		height = MAX_IMAGE_SIDE;
		width = Math.trunc(height * aspect);
	}
	return { width: Math.max(width, 1), height: Math.max(height, 1) };
}
