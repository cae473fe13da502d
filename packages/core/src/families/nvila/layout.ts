/**
 * NVILA (VILA 2): a single image is cut into tiles of 448 px by InternVL's rule ("dynamic", NVILA-Lite), or read at
 * three scales whose features are concatenated along channels ("dynamic_s2", NVILA). Multiple images and video frames
 * are one tile each. Every tile or image ends with an embedded line break. Paper: arXiv 2412.04468. Source: NVlabs/VILA
 * at 33b4f1a: llava/mm_utils.py, llava/model/llava_arch.py, llava/model/encoders/,
 * multimodal_projector/base_projector.py.
 */

import type { Grid } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { choice } from "@onevision/base/schema";
import { type ItemLayout, itemLayout, markersOnly } from "../../layout.ts";
import { maxTilesKnob, maxTilesSchema } from "../../layouts/anyres-limits.ts";
import { gridsUpTo, nearestAspectGrid } from "../../layouts/aspect-grid.ts";
import { sampleLinspaceRounded } from "../../layouts/frame-sampling.ts";
import { numFramesKnob } from "../../layouts/frames.ts";
import { square } from "../../layouts/tiles.ts";
import type { ImageItem, VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";
import { downsampled, framesSchema } from "../vila/layout.ts";

export const IMAGE_ASPECT_RATIOS = ["dynamic", "dynamic_s2", "resize"] as const;

export interface NvilaConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Features per side merged into one token: 3 (`mlp_downsample_3x3_fix`) or 2 (`mlp_downsample`). */
	readonly downsample: number;
	/** What the checkpoint does with a single image (`image_aspect_ratio`). */
	readonly aspectRatio: (typeof IMAGE_ASPECT_RATIOS)[number];
	/** Minimum and maximum tiles of a single image. */
	readonly minTiles: number;
	readonly maxTiles: number;
	/**
	 * Sides of the "dynamic_s2" scales, px, ascending, all multiples of the first. Absent when the checkpoint does not use
	 * them.
	 */
	readonly s2Scales?: readonly [number, ...number[]];
	/** Frames sampled per clip (`num_video_frames`). */
	readonly frames: number;
	/** Frames averaged into one (`TSPVideoEncoder`, `pool_sizes` [[n, 1, 1]]). 1 means no averaging. */
	readonly temporalPooling: number;
}

export type NvilaSettings = {
	readonly image_aspect_ratio: (typeof IMAGE_ASPECT_RATIOS)[number];
	readonly max_tiles: number;
	readonly num_frames: number;
};

/** Maximum tiles the planner tries. */
const TILE_LIMITS = [1, 2, 3, 4, 6, 8, 9, 12];

export const nvila: Family<NvilaConstants, NvilaSettings> = {
	title: "NVILA",
	source: "NVlabs/VILA llava/mm_utils.py, llava/model/llava_arch.py, llava/model/encoders at 33b4f1a",
	parities: ["original"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		image_aspect_ratio: choice(
			"A single image as tiles with an overview, as joined scales, or as one tile",
			IMAGE_ASPECT_RATIOS,
		),
		max_tiles: maxTilesSchema,
		num_frames: framesSchema,
	},
	defaults: ({ aspectRatio, maxTiles, frames }) => ({
		image_aspect_ratio: aspectRatio,
		max_tiles: maxTiles,
		num_frames: frames,
	}),
	knobs: (constants) => {
		const least = fewestTiles(constants, constants.aspectRatio);
		const limit = maxTilesKnob(TILE_LIMITS.filter((tiles) => tiles >= least));
		return {
			"single-image": constants.aspectRatio === "resize" ? [] : [limit],
			"multi-image": [],
			video: [numFramesKnob(constants.temporalPooling)],
		};
	},
	counter: (constants, settings) => {
		const { tile, temporalPooling, s2Scales } = constants;
		if (settings.num_frames % temporalPooling !== 0) {
			throw new OnevisionError(
				"invalid-input",
				`num_frames ${settings.num_frames}: this checkpoint averages ${temporalPooling} frames into one; use a multiple of ${temporalPooling}`,
			);
		}
		const mode = settings.image_aspect_ratio;
		if (mode === "dynamic_s2" && s2Scales === undefined) {
			throw new OnevisionError(
				"unsupported",
				`image_aspect_ratio dynamic_s2: this checkpoint's projector has no scales to join; use ${constants.aspectRatio}`,
			);
		}
		const grids = gridsUpTo(fewestTiles(constants, mode), settings.max_tiles);
		return {
			image: (item, images) => {
				// Only a single image is cut. The prompt then repeats the placeholder and a line break for each tile.
				if (images > 1 || mode === "resize") return layoutOne(item, constants);
				const grid = nearestAspectGrid(item, tile, grids);
				return mode === "dynamic"
					? layoutTiles(item, grid, constants)
					: layoutScales(item, grid, constants, s2Scales ?? [tile]);
			},
			video: (item) => layoutVideo(item, settings.num_frames, constants),
		};
	},
};

/** Minimum tiles of the grid: the number of tiles of the largest scale. */
function fewestTiles(
	{ minTiles, s2Scales }: NvilaConstants,
	mode: NvilaSettings["image_aspect_ratio"],
): number {
	return mode === "dynamic_s2" && s2Scales !== undefined
		? scaleTiles(s2Scales, s2Scales.length - 1)
		: minTiles;
}

/** Number of tiles of one square scale. */
function scaleTiles(scales: readonly [number, ...number[]], index: number): number {
	return Math.floor((scales[index] ?? scales[0]) / scales[0]) ** 2;
}

/** Patch grid and merged feature grid of one tile. */
function tileGrids({ tile, patch, downsample }: NvilaConstants): { patchGrid: Grid; pooledGrid: Grid } {
	const patchGrid = square(Math.floor(tile / patch));
	return { patchGrid, pooledGrid: downsampled(patchGrid, downsample) };
}

/** Fields shared by the three image layouts. `grid` is in tiles. */
function tiled(item: ImageItem, grid: Grid, constants: NvilaConstants) {
	const { tile } = constants;
	const { patchGrid, pooledGrid } = tileGrids(constants);
	const features = { rows: grid.rows * pooledGrid.rows, cols: grid.cols * pooledGrid.cols };
	const canvas = { width: grid.cols * tile, height: grid.rows * tile };
	return {
		kind: "image",
		source: { width: item.width, height: item.height },
		frames: 1,
		// Stretched to the canvas, never padded.
		canvas,
		content: canvas,
		tileGrid: grid,
		patchGrid,
		pooledGrid,
		unpaddedGrid: features,
		cappedGrid: features,
	} as const;
}

/** "dynamic": the tiles, then the whole image in one tile unless there is only one tile. */
function layoutTiles(item: ImageItem, grid: Grid, constants: NvilaConstants): ItemLayout {
	const common = tiled(item, grid, constants);
	const { patchGrid, pooledGrid } = common;
	const tiles = grid.rows * grid.cols;
	const perTile = pooledGrid.rows * pooledGrid.cols;
	const views = tiles === 1 ? 1 : tiles + 1;
	return itemLayout({
		...common,
		views,
		parts: { overview: (views - tiles) * perTile, grid: tiles * perTile, newlines: 0, markers: views },
		towerTokens: views * patchGrid.rows * patchGrid.cols,
		// `<image>\n` per view: the prompt's own line breaks, each a single token between placeholders.
		wrapper: markersOnly(views),
	});
}

/** "dynamic_s2": reads every scale and outputs all features at the resolution of the tile grid. */
function layoutScales(
	item: ImageItem,
	grid: Grid,
	constants: NvilaConstants,
	scales: readonly [number, ...number[]],
): ItemLayout {
	const common = tiled(item, grid, constants);
	const { patchGrid, cappedGrid } = common;
	const lower = scales.slice(0, -1).reduce((sum, _, index) => sum + scaleTiles(scales, index), 0);
	const views = lower + grid.rows * grid.cols;
	return itemLayout({
		...common,
		views,
		parts: { overview: 0, grid: cappedGrid.rows * cappedGrid.cols, newlines: 0, markers: 1 },
		towerTokens: views * patchGrid.rows * patchGrid.cols,
		wrapper: markersOnly(0),
	});
}

/** Lays out one image as one tile and its line break. */
function layoutOne(item: ImageItem, constants: NvilaConstants): ItemLayout {
	const common = tiled(item, square(1), constants);
	const { patchGrid, pooledGrid } = common;
	return itemLayout({
		...common,
		views: 1,
		parts: { overview: 0, grid: pooledGrid.rows * pooledGrid.cols, newlines: 0, markers: 1 },
		towerTokens: patchGrid.rows * patchGrid.cols,
		wrapper: markersOnly(0),
	});
}

/**
 * `np.round(np.linspace(0, frames − 1, n))`, which repeats frames of a shorter clip. Frames may be averaged in groups.
 */
function layoutVideo(item: VideoItem, frames: number, constants: NvilaConstants): ItemLayout {
	const view = { width: constants.tile, height: constants.tile };
	const { patchGrid, pooledGrid } = tileGrids(constants);
	const kept = frames / constants.temporalPooling;
	return itemLayout({
		kind: "video",
		source: { width: item.width, height: item.height },
		frames,
		frameIndices: sampleLinspaceRounded(item.frames, frames),
		canvas: view,
		content: view,
		tileGrid: square(1),
		views: frames,
		patchGrid,
		pooledGrid,
		unpaddedGrid: pooledGrid,
		cappedGrid: pooledGrid,
		parts: { overview: 0, grid: kept * pooledGrid.rows * pooledGrid.cols, newlines: 0, markers: kept },
		towerTokens: frames * patchGrid.rows * patchGrid.cols,
		wrapper: markersOnly(0),
	});
}
