/**
 * LLaVA-OneVision: one visual-token budget for three scenarios. A single image uses AnyRes with a token cap, several
 * images get one tile each, and a video frame is one tile pooled to about a quarter. Paper: arXiv 2408.03326, section
 * 3.2. Sources: transformers 5.18 models/llava_onevision/processing_llava_onevision.py; LLaVA-VL/LLaVA-NeXT
 * llava/model/llava_arch.py (`mm_newline_position`, `anyres_max`, `get_2dPool`); vllm-project/vllm
 * vllm/model_executor/models/llava_onevision.py, which lays out every image as a single image.
 */

import type { Size } from "@onevision/base";
import { choice, integer } from "@onevision/base/schema";
import { limitCanvases, maxTilesKnob, maxTilesSchema, tileCounts } from "../../layouts/anyres-limits.ts";
import {
	type FrameCount,
	numFramesKnob,
	numFramesSchema,
	sampleFrames,
	VLLM_FRAMES,
} from "../../layouts/frames.ts";
import {
	type AnyresCanvases,
	anyresCanvases,
	contentInSquareTile,
	layoutAnyres,
	layoutOneTile,
	square,
	transposed,
} from "../../layouts/tiles.ts";
import { layoutFrames } from "../../layouts/video-frames.ts";
import { POOLING_MODES, type PoolingMode, pooledSize } from "../../pooling/sizes.ts";
import type { Family, Knob, Parity } from "../family.ts";

export interface LlavaOnevisionConstants {
	/** Side of a tile, px. */
	readonly tile: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Tile grids range from 1×1 to this many rows and columns. */
	readonly maxGridSide: number;
	/**
	 * Allowed canvases, px, when they differ from those grids (`image_grid_pinpoints` of a fine-tune). The first wins a
	 * tie.
	 */
	readonly canvases?: readonly Size[];
	/** Token cap for one image, in tiles: the 9 in `anyres_max_9`. */
	readonly anyresMax: number;
	/** Maximum frames per clip in training (`frames_upbound`). */
	readonly trainedFrames: number;
}

/** Where the original repository puts newline embeddings in a video. */
const NEWLINE_POSITIONS = ["one_token", "frame", "grid", "no_token"] as const;

export type LlavaOnevisionSettings = {
	readonly anyres_max: number;
	readonly max_tiles: number;
	readonly image_pooling: number;
	readonly multi_image_pooling: number;
	readonly video_pooling: number;
	readonly pooling_mode: PoolingMode;
	readonly newline_position: (typeof NEWLINE_POSITIONS)[number];
	readonly num_frames: FrameCount;
};

/** The cap hard-coded in vLLM's count, whatever the checkpoint specifies. */
const VLLM_CAP = 9;

/** Pooling strides a recipe may use; 1 keeps every feature. */
const STRIDES = [1, 2, 3];

/** Token caps to try, in tiles. The last one is the largest grid. */
const CAPS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 25, 36];

const stride = (what: string, released: number) =>
	integer(`Pooling stride ${what}; released checkpoints use ${released}`, { min: 1, max: 8 });

export const llavaOnevision: Family<LlavaOnevisionConstants, LlavaOnevisionSettings> = {
	title: "LLaVA-OneVision",
	source: "transformers 5.18.0 src/transformers/models/llava_onevision/processing_llava_onevision.py",
	parities: ["transformers", "original", "vllm"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		anyres_max: integer("Token cap of one image, in tiles (`anyres_max_k`)", { min: 1, max: 100 }),
		max_tiles: maxTilesSchema,
		image_pooling: stride("of each tile of a single image", 1),
		multi_image_pooling: stride("of each image when there are several", 1),
		video_pooling: stride("of each video frame", 2),
		pooling_mode: choice("How features are pooled", POOLING_MODES),
		newline_position: choice(
			"Newline embeddings of a video: one at its end, one per frame, one per row, or none",
			NEWLINE_POSITIONS,
		),
		num_frames: numFramesSchema,
	},
	// vLLM hard-codes the cap and the newline in its count. Frame pooling and the grids come from the configuration.
	ignored: {
		vllm: ["anyres_max", "image_pooling", "multi_image_pooling", "pooling_mode", "newline_position"],
	},
	defaults: (constants, parity) => ({
		anyres_max: parity === "vllm" ? VLLM_CAP : constants.anyresMax,
		max_tiles: tileCounts(canvasesOf(constants), constants.tile).at(-1) ?? 1,
		image_pooling: 1,
		multi_image_pooling: 1,
		video_pooling: 2,
		pooling_mode: "bilinear",
		newline_position: "one_token",
		num_frames: framesByDefault(constants, parity),
	}),
	processorArguments: (chosen, { tile, maxGridSide }) => {
		const { max_tiles: tiles, anyres_max: cap, num_frames: frames } = chosen;
		const sides = `range(1, ${maxGridSide + 1})`;
		return {
			...(tiles === undefined || Number(tiles) >= maxGridSide ** 2
				? {}
				: {
						images: {
							image_grid_pinpoints: `[[${tile} * r, ${tile} * c] for r in ${sides} for c in ${sides} if r * c <= ${tiles}]`,
						},
					}),
			...(frames === undefined ? {} : { videos: { do_sample_frames: "True", num_frames: String(frames) } }),
			...(cap === undefined
				? {}
				: {
						statements: [
							`processor.vision_aspect_ratio = "anyres_max_${cap}"`,
							`model.config.vision_aspect_ratio = "anyres_max_${cap}"`,
						],
					}),
		};
	},
	// LlavaOnevisionImageProcessor derives `batch_num_images` from nested lists. In a flat list, each image counts as a
	// single image.
	severalImages:
		"several images of one request go in nested, images=[[first, second]], or by apply_chat_template; a flat list is laid out as single images",
	knobs: (constants) => {
		const pooling = (setting: string): Knob => ({
			setting,
			values: STRIDES,
			deployable: false,
			bound: "pooling",
			label: (value) => (value === 1 ? "no pooling" : `pooled ${value}×${value}`),
		});
		const cap: Knob = {
			setting: "anyres_max",
			values: CAPS,
			deployable: true,
			label: (value, { max_tiles }) =>
				Number(value) >= Number(max_tiles)
					? "no cap"
					: `capped at ${value} tile${value === 1 ? "" : "s"} of tokens`,
			// A cap of at least as many tiles as the grid allows never applies. Only one such value is kept: the released one if
			// it qualifies, otherwise the smallest.
			redundant: (value, { max_tiles }) => {
				const idle = CAPS.filter((cap) => cap >= Number(max_tiles));
				const said = idle.includes(constants.anyresMax) ? constants.anyresMax : idle[0];
				return Number(value) >= Number(max_tiles) && value !== said;
			},
		};
		const grids = maxTilesKnob(tileCounts(canvasesOf(constants), constants.tile));
		return {
			"single-image": [grids, cap, pooling("image_pooling")],
			"multi-image": [pooling("multi_image_pooling")],
			video: [numFramesKnob(), pooling("video_pooling")],
		};
	},
	counter: (constants, settings, parity) => {
		const { tile, patch } = constants;
		const patchGrid = square(Math.floor(tile / patch));
		const pooled = (by: number) => pooledSize(patchGrid, by, settings.pooling_mode);
		const view = { width: tile, height: tile };
		const anyres = {
			canvases: canvasesFor(constants, settings.max_tiles, parity),
			patchGrid,
			pooledGrid: pooled(settings.image_pooling),
			cap: settings.anyres_max,
			rounding: parity === "original" ? "plain" : "seven-decimals",
		} as const;
		const oneOfSeveral = {
			tile,
			patchGrid,
			pooledGrid: pooled(settings.multi_image_pooling),
			newlines: 1,
		};
		const frameGrid = pooled(settings.video_pooling);
		return {
			image: (item, images) =>
				images === 1 || parity === "vllm"
					? layoutAnyres(item, anyres)
					: layoutOneTile(item, { ...oneOfSeveral, content: contentInSquareTile(item, tile) }),
			video: (item) => {
				const frames = sampleFrames(item, settings.num_frames, parity, constants.trainedFrames);
				const newlines = newlinesOf(settings.newline_position, frames.count, frameGrid.rows);
				return layoutFrames(item, frames, { view, patchGrid, pooledGrid: frameGrid, newlines });
			},
		};
	},
};

function framesByDefault({ trainedFrames }: LlavaOnevisionConstants, parity: Parity): FrameCount {
	if (parity === "transformers") return "all";
	return parity === "vllm" ? VLLM_FRAMES : trainedFrames;
}

/** The canvases within a grid limit. Cached, because a plan tries hundreds of settings over a few limits. */
function canvasesFor(constants: LlavaOnevisionConstants, maxTiles: number, parity: Parity): AnyresCanvases {
	const { tile } = constants;
	const known = parity === "original" ? canvasesOfOriginal : canvasesOfOthers;
	const byLimit = known.get(constants) ?? new Map<number, AnyresCanvases>();
	known.set(constants, byLimit);
	const found = byLimit.get(maxTiles);
	if (found !== undefined) return found;
	const inOrder = canvasesOf(constants);
	const allowed = parity === "original" ? transposed(inOrder) : inOrder;
	const built = anyresCanvases(limitCanvases(allowed, tile, maxTiles), tile);
	byLimit.set(maxTiles, built);
	return built;
}

type KnownCanvases = WeakMap<LlavaOnevisionConstants, Map<number, AnyresCanvases>>;
const canvasesOfOriginal: KnownCanvases = new WeakMap();
const canvasesOfOthers: KnownCanvases = new WeakMap();

/**
 * The listed canvases, or every canvas up to `maxGridSide`×`maxGridSide` tiles, with rows as the outer loop as in the
 * shipped configuration.
 */
function canvasesOf({ tile, maxGridSide, canvases }: LlavaOnevisionConstants): readonly Size[] {
	if (canvases !== undefined) return canvases;
	return Array.from({ length: maxGridSide ** 2 }, (_, index) => ({
		height: tile * (Math.floor(index / maxGridSide) + 1),
		width: tile * ((index % maxGridSide) + 1),
	}));
}

function newlinesOf(
	position: LlavaOnevisionSettings["newline_position"],
	frames: number,
	rows: number,
): number {
	return { one_token: 1, frame: frames, grid: frames * rows, no_token: 0 }[position];
}
