/**
 * Selects the canvas an image is fitted to from a list of allowed ones. LLaVA-NeXT `select_best_resolution`
 * (llava/mm_utils.py), copied by transformers 5.18 image_processing_utils.py:642.
 */

import type { Size } from "@onevision/base";
import { assertInternal } from "@onevision/base";

/** Allowed canvases by ascending area. Canvases of equal area keep their given order. */
export interface CanvasList {
	readonly sizes: readonly Size[];
	readonly widths: Float64Array;
	readonly heights: Float64Array;
	readonly areas: Float64Array;
}

/** Prepares a non-empty list of canvases, px. Their order decides exact ties. */
export function canvasList(canvases: readonly Size[]): CanvasList {
	const sizes = [...canvases].sort((a, b) => a.width * a.height - b.width * b.height);
	return {
		sizes,
		widths: Float64Array.from(sizes, ({ width }) => width),
		heights: Float64Array.from(sizes, ({ height }) => height),
		areas: Float64Array.from(sizes, ({ width, height }) => width * height),
	};
}

/** Image pixels that survive in a canvas, in the reference's float64 arithmetic. */
function keptPixels(width: number, height: number, canvasWidth: number, canvasHeight: number): number {
	const byWidth = canvasWidth / width;
	const byHeight = canvasHeight / height;
	const scale = Math.min(byWidth, byHeight);
	const fitted = Math.trunc(width * scale) * Math.trunc(height * scale);
	return Math.min(fitted, width * height);
}

/**
 * Index of the canvas that keeps the most image pixels. A tie goes to the canvas that wastes fewer pixels, then to the
 * first. A canvas keeps at most its own area, so with canvases sorted by area only a few must be checked: those large
 * enough for every pixel from the smallest up, then the others from the largest down.
 */
export function selectBestResolution({ width, height }: Size, list: CanvasList): number {
	const { widths, heights, areas } = list;
	const pixels = width * height;
	let split = 0;
	while (split < areas.length && (areas[split] as number) < pixels) split++;
	let best = -1;
	let bestKept = -1;
	for (let index = split; index < areas.length; index++) {
		// All pixels are kept already, so a larger canvas only wastes more.
		if (bestKept === pixels) break;
		const kept = keptPixels(width, height, widths[index] as number, heights[index] as number);
		if (kept > bestKept) {
			bestKept = kept;
			best = index;
		}
	}
	for (let index = split - 1; index >= 0 && (areas[index] as number) >= bestKept; index--) {
		const kept = keptPixels(width, height, widths[index] as number, heights[index] as number);
		// If a smaller canvas keeps as much, it wastes less. With equal area, the earlier canvas goes first.
		if (kept >= bestKept) {
			bestKept = kept;
			best = index;
		}
	}
	assertInternal(best !== -1, "no canvas to choose from");
	return best;
}

/** Size of the image inside the canvas: one side fills it, the other is rounded up (`get_patch_output_size`). */
export function fitInside(image: Size, canvas: Size): Size {
	const scaleWidth = canvas.width / image.width;
	const scaleHeight = canvas.height / image.height;
	return scaleWidth < scaleHeight
		? { width: canvas.width, height: Math.min(Math.ceil(image.height * scaleWidth), canvas.height) }
		: { width: Math.min(Math.ceil(image.width * scaleHeight), canvas.width), height: canvas.height };
}
