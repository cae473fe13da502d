/** Resizing by the shorter side, which keeps the aspect ratio: what comes before a center crop. */

import type { Size } from "@onevision/base";

/**
 * The size of an image whose shorter side is resized to `side`, px. Source: transformers 5.18 image_transforms.py
 * `get_resize_output_image_size`.
 */
export function shorterSideTo(side: number, { width, height }: Size): Size {
	const long = (longer: number, shorter: number): number => Math.trunc((side * longer) / shorter);
	return width <= height
		? { width: side, height: long(height, width) }
		: { width: long(width, height), height: side };
}
