/**
 * PerceptionLM: up to 36 tiles of 448 px on the canvas that shows the image largest, plus the whole image in an
 * additional tile, even when there is only one tile. A video frame is one tile. Paper: arXiv 2504.13180. Source:
 * transformers 5.18 models/perception_lm/{image_processing,processing,video_processing}_perception_lm.py.
 */

import type { Grid, Size } from "@onevision/base";
import { choice } from "@onevision/base/schema";
import { type FrameCount, numFramesKnob, numFramesSchema, sampleFrames } from "../../layouts/frames.ts";
import { layoutTiles, maxTilesSchema, tilesKnob } from "../../layouts/tile-grid.ts";
import { square } from "../../layouts/tiles.ts";
import { layoutFrames } from "../../layouts/video-frames.ts";
import type { Family } from "../family.ts";

export interface PerceptionLmConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Pooling stride (`pooling_ratio`). */
	readonly merge: number;
	/** Maximum tiles per image, not counting the overview. */
	readonly maxTiles: number;
	/** Maximum frames per clip in training. */
	readonly trainedFrames: number;
}

/** The overview in addition to the tiles, or a single tile in total. */
export const VISION_INPUT_TYPES = ["thumb+tile", "vanilla"] as const;

export type PerceptionLmSettings = {
	readonly max_num_tiles: number;
	readonly vision_input_type: (typeof VISION_INPUT_TYPES)[number];
	readonly num_frames: FrameCount;
};

export const perceptionLm: Family<PerceptionLmConstants, PerceptionLmSettings> = {
	title: "PerceptionLM",
	source:
		"transformers 5.18.0 src/transformers/models/perception_lm/image_processing_perception_lm.py, processing_perception_lm.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		max_num_tiles: maxTilesSchema,
		vision_input_type: choice("Tiles and the whole image, or one tile in all", VISION_INPUT_TYPES),
		num_frames: numFramesSchema,
	},
	defaults: ({ maxTiles }) => ({
		max_num_tiles: maxTiles,
		vision_input_type: "thumb+tile",
		num_frames: "all",
	}),
	knobs: ({ maxTiles }) => {
		const limit = tilesKnob("max_num_tiles", maxTiles);
		return { "single-image": [limit], "multi-image": [limit], video: [numFramesKnob()] };
	},
	counter: ({ tile, patch, merge, trainedFrames }, settings, parity) => {
		const patchGrid = square(Math.floor(tile / patch));
		const pooledGrid = square(Math.floor(patchGrid.rows / merge));
		const arrangements = arrangementsByAspect(settings.max_num_tiles);
		const tiled = settings.vision_input_type === "thumb+tile";
		return {
			image: (item) =>
				layoutTiles(item, {
					tile,
					tileGrid: tiled ? largestViewGrid(item, tile, arrangements) : square(1),
					patchGrid,
					pooledGrid,
					overview: tiled,
				}),
			video: (item) =>
				layoutFrames(item, sampleFrames(item, settings.num_frames, parity, trainedFrames), {
					view: { width: tile, height: tile },
					patchGrid,
					pooledGrid,
					newlines: 0,
				}),
		};
	},
};

/** Grids with one aspect ratio, by descending number of tiles. */
interface Arrangements {
	readonly aspect: number;
	readonly grids: readonly Grid[];
}

/** `_find_supported_aspect_ratios`: every grid of up to `most` tiles, in the reference's order, which decides ties. */
function arrangementsByAspect(most: number): readonly Arrangements[] {
	const byAspect = new Map<number, Grid[]>();
	for (let tiles = most; tiles >= 1; tiles--) {
		for (let cols = 1; cols <= tiles; cols++) {
			if (tiles % cols !== 0) continue;
			const grid = { rows: tiles / cols, cols };
			const aspect = grid.cols / grid.rows;
			const known = byAspect.get(aspect);
			if (known === undefined) byAspect.set(aspect, [grid]);
			else known.push(grid);
		}
	}
	return [...byAspect].map(([aspect, grids]) => ({ aspect, grids }));
}

/**
 * Among the canvases that can hold the image, the one on which its shorter side is longest. If there is none, the
 * closest aspect ratio.
 */
function largestViewGrid(image: Size, tile: number, arrangements: readonly Arrangements[]): Grid {
	const tall = image.width / image.height < 1;
	let best: Grid | undefined;
	let bestSide = 0;
	for (const { grids } of arrangements) {
		for (const grid of grids) {
			const canvas = { width: grid.cols * tile, height: grid.rows * tile };
			if (canvas.width < image.width || canvas.height < image.height) continue;
			const side = shorterSide(image, canvas, tall);
			if (best === undefined || side >= bestSide) {
				best = grid;
				bestSide = side;
			}
		}
	}
	return best ?? closestAspectGrid(image, arrangements);
}

/** `_get_image_height_width`: for an image that fills the canvas, the width if it is tall, otherwise the height. */
function shorterSide(image: Size, canvas: Size, tall: boolean): number {
	const aspect = image.width / image.height;
	const scale = Math.min(canvas.width / image.width, canvas.height / image.height);
	if (aspect > 1) return Math.floor((scale * image.width) / aspect);
	const height = scale * image.height;
	return tall ? Math.floor(height * aspect) : height;
}

/**
 * `_find_closest_aspect_ratio`, for images no canvas can hold: the largest grid of a ratio on the image's near side.
 */
function closestAspectGrid(image: Size, arrangements: readonly Arrangements[]): Grid {
	const aspect = image.width / image.height;
	const wide = aspect >= 1;
	const distance = (other: number): number =>
		wide ? Math.abs(other - aspect) : Math.abs(1 / other - 1 / aspect);
	let best: Arrangements | undefined;
	for (const candidate of arrangements) {
		if (wide ? candidate.aspect > aspect : candidate.aspect <= aspect) continue;
		if (best === undefined || distance(candidate.aspect) < distance(best.aspect)) best = candidate;
	}
	// Grids of one ratio are sorted largest first, and ratio 1 always exists.
	return best?.grids[0] ?? square(1);
}
