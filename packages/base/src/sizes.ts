/** Sizes as every package writes them: objects, never bare pairs. */

/** Pixels. */
export interface Size {
	readonly width: number;
	readonly height: number;
}

/** Cells: patches, features or tiles. */
export interface Grid {
	readonly rows: number;
	readonly cols: number;
}

/**
 * Largest side of an image or video, px. Pillow refuses images over 178,956,970 px in all; with sides up to 2^24 every
 * product of two stays an exact integer in float64.
 */
export const MAX_SIDE = 2 ** 24;

/**
 * The size of an image whose shorter side is resized to `side`, px, as before a center crop. Source: transformers 5.18
 * image_transforms.py `get_resize_output_image_size`.
 */
export function shorterSideTo(side: number, { width, height }: Size): Size {
	const long = (longer: number, shorter: number): number => Math.trunc((side * longer) / shorter);
	return width <= height
		? { width: side, height: long(height, width) }
		: { width: long(width, height), height: side };
}
