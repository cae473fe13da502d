/** A decoded image: the one form that decoding returns and that resizing, drawing and processors take. */

import { OnevisionError, type Size } from "@onevision/base";

/** 8-bit RGB, rows from the top, no padding between them. */
export interface RgbImage {
	/** px. */
	readonly width: number;
	/** px. */
	readonly height: number;
	/** `[height, width, 3]`, 0 to 255. */
	readonly data: Uint8Array;
}

/** Throws `invalid-media` unless the byte count matches the size; passing RGBA from a canvas is the usual mistake. */
export function assertRgbImage({ width, height, data }: RgbImage): void {
	const bytes = width * height * 3;
	if (data.length === bytes && bytes > 0) return;
	const hint = data.length === width * height * 4 ? "; it looks like RGBA: drop the alpha channel" : "";
	throw new OnevisionError(
		"invalid-media",
		`an image of ${width}x${height} has ${bytes} bytes of RGB, got ${data.length}${hint}`,
	);
}

/** Wraps pixels as an image without copying them. */
export function rgbImage({ width, height }: Size, data: Uint8Array): RgbImage {
	const bytes = width * height * 3;
	if (data.length === bytes) return { width, height, data };
	throw new Error(`internal: an image of ${width}x${height} has ${bytes} bytes, got ${data.length}`);
}
