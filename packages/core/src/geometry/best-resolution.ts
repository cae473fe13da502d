/**
 * Which canvas an image is fitted to, from a list of allowed ones.
 * LLaVA-NeXT `select_best_resolution` (llava/mm_utils.py), copied by transformers 5.18 image_processing_utils.py:642.
 */

import { assertInternal } from "../errors.ts";
import type { Size } from "../sample.ts";

/**
 * The canvas that keeps the most of the image's pixels; on a tie the one that wastes fewer, then the first.
 * Canvas order matters only for exact ties. Sizes in px; `canvases` must not be empty.
 */
export function selectBestResolution(image: Size, canvases: readonly Size[]): Size {
	const { width, height } = image;
	const sourcePixels = width * height;
	let best: Size | undefined;
	let bestKept = 0;
	let bestWaste = Number.POSITIVE_INFINITY;
	for (const canvas of canvases) {
		const scale = Math.min(canvas.width / width, canvas.height / height);
		const kept = Math.min(Math.trunc(width * scale) * Math.trunc(height * scale), sourcePixels);
		if (kept < bestKept) continue;
		const waste = canvas.width * canvas.height - kept;
		if (kept > bestKept || waste < bestWaste) {
			bestKept = kept;
			bestWaste = waste;
			best = canvas;
		}
	}
	assertInternal(best !== undefined, "no canvas to choose from");
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
