/** Creates images to draw on, and pastes one image onto another. */

import type { Size } from "@onevision/base";
import { type RgbImage, rgbImage } from "@onevision/media";
import type { Color } from "./color.ts";
import type { Point } from "./path.ts";

/** An image of one color. */
export function blankImage(size: Size, { red, green, blue }: Color): RgbImage {
	const data = new Uint8Array(size.width * size.height * 3);
	for (let at = 0; at < data.length; at += 3) {
		data[at] = red;
		data[at + 1] = green;
		data[at + 2] = blue;
	}
	return rgbImage(size, data);
}

/** A copy to draw on, leaving the original unchanged. */
export function copyImage({ width, height, data }: RgbImage): RgbImage {
	// Not data.slice(): a Buffer's slice shares its bytes.
	return { width, height, data: new Uint8Array(data) };
}

/** Pastes `source` onto `target` with its top-left corner at `at` (whole px), clipped to the target. */
export function paste(target: RgbImage, source: RgbImage, at: Point): void {
	const left = Math.max(0, -at.x);
	const right = Math.min(source.width, target.width - at.x);
	if (left >= right) return;
	for (let y = Math.max(0, -at.y); y < Math.min(source.height, target.height - at.y); y++) {
		const from = (y * source.width + left) * 3;
		const row = source.data.subarray(from, from + (right - left) * 3);
		target.data.set(row, ((y + at.y) * target.width + at.x + left) * 3);
	}
}
