/**
 * NVILA (VILA 2): one image is cut into tiles of 448 px by InternVL's rule ("dynamic", NVILA-Lite), or read at three
 * scales whose features are joined on channels ("dynamic_s2", NVILA); several images and frames are one tile each. Every
 * tile or image ends in an embedded line break. Paper: arXiv 2412.04468. Source: NVlabs/VILA at 33b4f1a:
 * llava/mm_utils.py, llava/model/llava_arch.py, llava/model/encoders/, multimodal_projector/base_projector.py.
 */

import type { Grid } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { choice } from "@onevision/base/schema";
import { type ItemLayout, itemLayout, markersAround } from "../../layout.ts";
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
	/** Fewest and most tiles of a single image. */
	readonly minTiles: number;
	readonly maxTiles: number;
	/** Sides of the scales of "dynamic_s2", px, ascending, multiples of the first; absent: the checkpoint has none. */
	readonly s2Scales?: readonly [number, ...number[]];
	/** Frames sampled per clip (`num_video_frames`). */
	readonly frames: number;
	/** Frames averaged into one (`TSPVideoEncoder`, `pool_sizes` [[n, 1, 1]]); 1: none. */
	readonly temporalPooling: number;
}

export type NvilaSettings = {
	readonly image_aspect_ratio: (typeof IMAGE_ASPECT_RATIOS)[number];
	readonly max_tiles: number;
	readonly num_frames: number;
};

/** Grid limits the planner tries. */
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
				// Only a lone image is cut; the prompt then repeats the placeholder and a line break per tile.
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

/** Tiles the grid must have at least: as many as the largest scale is cut into. */
function fewestTiles(
	{ minTiles, s2Scales }: NvilaConstants,
	mode: NvilaSettings["image_aspect_ratio"],
): number {
	return mode === "dynamic_s2" && s2Scales !== undefined
		? scaleTiles(s2Scales, s2Scales.length - 1)
		: minTiles;
}

/** Tiles of one square scale. */
function scaleTiles(scales: readonly [number, ...number[]], index: number): number {
	return Math.floor((scales[index] ?? scales[0]) / scales[0]) ** 2;
}

/** Patches and merged features of one tile. */
function tileGrids({ tile, patch, downsample }: NvilaConstants): { patchGrid: Grid; pooledGrid: Grid } {
	const patchGrid = square(Math.floor(tile / patch));
	return { patchGrid, pooledGrid: downsampled(patchGrid, downsample) };
}

/** What the three image layouts have in common; `grid` in tiles. */
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

/** "dynamic": the tiles, then the whole image in one tile unless there is one tile only. */
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
		// `<image>\n` per view: the prompt's own line breaks, single tokens between placeholders.
		around: markersAround(views),
	});
}

/** "dynamic_s2": every scale is read, the features of all come out at the tile grid's resolution. */
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
		around: markersAround(0),
	});
}

/** One image as one tile and its line break. */
function layoutOne(item: ImageItem, constants: NvilaConstants): ItemLayout {
	const common = tiled(item, square(1), constants);
	const { patchGrid, pooledGrid } = common;
	return itemLayout({
		...common,
		views: 1,
		parts: { overview: 0, grid: pooledGrid.rows * pooledGrid.cols, newlines: 0, markers: 1 },
		towerTokens: patchGrid.rows * patchGrid.cols,
		around: markersAround(0),
	});
}

/** `np.round(np.linspace(0, frames − 1, n))`, frames of a shorter clip repeated; averaged in groups, if at all. */
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
		around: markersAround(0),
	});
}
