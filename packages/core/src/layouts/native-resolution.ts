/**
 * Images at native resolution: `merge`×`merge` patches are merged into a token, and every view is an image of its own.
 * Shared by LLaVA-OneVision-1.5 and LLaVA-OneVision-2, whose patches span one frame (temporal patch 1).
 */

import type { Grid, Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { integer } from "@onevision/base/schema";
import { type ItemLayout, itemLayout, type WrapperTokens } from "../layout.ts";
import type { MediaItem } from "../sample.ts";
import type { SampledFrames } from "./frames.ts";

/** Sides of a patch and of a token. */
export interface MergedPatches {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Patches per side merged into one token. */
	readonly merge: number;
}

/** The largest pixel limit accepted. */
const MAX_PIXELS = 2 ** 40;

/** `min_pixels` and `max_pixels`, named as in Qwen2-VL's image processor. */
export const pixelLimitSettings = {
	min_pixels: integer("Fewest pixels of an image or frame, px", { min: 1, max: MAX_PIXELS }),
	max_pixels: integer("Most pixels of an image or frame, px", { min: 1, max: MAX_PIXELS }),
};

/** Throws `invalid-input` when the lower limit exceeds the upper one. */
export function checkPixelLimits(settings: {
	readonly min_pixels: number;
	readonly max_pixels: number;
}): void {
	if (settings.min_pixels <= settings.max_pixels) return;
	throw new OnevisionError(
		"invalid-input",
		`min_pixels ${settings.min_pixels} is above max_pixels ${settings.max_pixels}: lower min_pixels or raise max_pixels`,
	);
}

/** Token grid of one view resized to `canvas`. Throws `unsupported` when the canvas is smaller than a token. */
export function mergedGrid(item: MediaItem, canvas: Size, { patch, merge }: MergedPatches): Grid {
	const factor = patch * merge;
	if (canvas.width < factor || canvas.height < factor) {
		throw new OnevisionError(
			"unsupported",
			`${item.width}x${item.height} shrinks below one token at these pixel limits: raise max_pixels`,
		);
	}
	return { rows: canvas.height / factor, cols: canvas.width / factor };
}

/** Lays out one image, or `sampled` frames, each resized to `canvas`. Sizes are in px, multiples of a token's side. */
export function layoutMerged(
	item: MediaItem,
	canvas: Size,
	patches: MergedPatches,
	wrapper: WrapperTokens,
	sampled: SampledFrames = { count: 1 },
): ItemLayout {
	const grid = mergedGrid(item, canvas, patches);
	const patchGrid = { rows: grid.rows * patches.merge, cols: grid.cols * patches.merge };
	return itemLayout({
		kind: item.kind,
		source: { width: item.width, height: item.height },
		frames: sampled.count,
		...(sampled.indices === undefined ? {} : { frameIndices: sampled.indices }),
		canvas,
		content: canvas,
		tileGrid: { rows: 1, cols: 1 },
		views: sampled.count,
		patchGrid,
		pooledGrid: grid,
		unpaddedGrid: grid,
		cappedGrid: grid,
		parts: { overview: 0, grid: sampled.count * grid.rows * grid.cols, newlines: 0, markers: 0 },
		towerTokens: sampled.count * patchGrid.rows * patchGrid.cols,
		wrapper,
		...(sampled.notes === undefined ? {} : { notes: sampled.notes }),
	});
}
