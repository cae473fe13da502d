/**
 * Rotates and mirrors an image by its EXIF orientation (EXIF 2.32, tag 0x0112), like Pillow's
 * `ImageOps.exif_transpose`.
 */

import { type RgbImage, rgbImage } from "../rgb-image.ts";

/** The image as displayed; orientations outside 2 to 8 leave it unchanged. */
export function applyOrientation(source: RgbImage, orientation: number): RgbImage {
	if (!(orientation >= 2 && orientation <= 8)) return source;
	const isTurned = orientation >= 5;
	const { width: right, height: down } = source;
	const size = isTurned ? { width: down, height: right } : { width: right, height: down };
	const isMirroredX = [2, 3, 7, 8].includes(orientation);
	const isMirroredY = [3, 4, 6, 7].includes(orientation);
	const data = new Uint8Array(source.data.length);
	let out = 0;
	for (let y = 0; y < size.height; y++) {
		for (let x = 0; x < size.width; x++) {
			const [column, row] = isTurned ? [y, x] : [x, y];
			const from =
				((isMirroredY ? down - 1 - row : row) * right + (isMirroredX ? right - 1 - column : column)) * 3;
			data[out++] = source.data[from] ?? 0;
			data[out++] = source.data[from + 1] ?? 0;
			data[out++] = source.data[from + 2] ?? 0;
		}
	}
	return rgbImage(size, data);
}

/** The orientation that undoes a given one. */
export function inverseOrientation(orientation: number): number {
	if (orientation === 6) return 8;
	return orientation === 8 ? 6 : orientation;
}
