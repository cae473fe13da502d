/** Limits and checks shared by all image decoders. */

import { OnevisionError, type Size } from "@onevision/base";
import type { ImageHeader } from "../image/image.ts";
import { unreadable } from "../reading.ts";

export interface DecodeOptions {
	/** Whether to rotate the image by its EXIF orientation (default false; `loadingOf` says which references do). */
	readonly applyOrientation?: boolean;
	/** Maximum pixels per image, default 178,956,970: where Pillow raises its decompression-bomb error. */
	readonly maxPixels?: number;
	/**
	 * Size needed, px, of the returned image. A JPEG is scaled to 1/2, 1/4 or 1/8 during decoding, but to no less than
	 * this, in a fraction of the time and memory. Its pixels then differ from Pillow's. Default: not scaled. Ignored in
	 * a browser.
	 */
	readonly atLeast?: Size;
	/** Maximum whole seconds to decode one image, default 30. Ignored in a browser, and for BMP and GIF. */
	readonly maxSeconds?: number;
}

/** PIL.Image raises an error at twice MAX_IMAGE_PIXELS. */
export const MAX_PIXELS = 178_956_970;
export const MAX_SECONDS = 30;

/** Throws `over-limit` for images with more pixels, and `invalid-input` for a limit that is not a pixel count. */
export function assertPixels({ format, width, height }: ImageHeader, maxPixels: number): void {
	if (!(maxPixels >= 1)) {
		throw new OnevisionError("invalid-input", `maxPixels ${maxPixels}: expected a number of pixels from 1`);
	}
	if (width * height <= maxPixels) return;
	throw new OnevisionError(
		"over-limit",
		`${format} of ${width}x${height} has ${width * height} pixels, over the limit of ${maxPixels}; scale it down`,
	);
}

/** Asserts that the decoded size is the one counted from the header. Throws `unreadable-file`. */
export function assertSize(decoded: Size, { format, width, height }: ImageHeader): void {
	if (decoded.width === width && decoded.height === height) return;
	throw unreadable(
		`is a ${format} of ${width}x${height} in its header, ${decoded.width}x${decoded.height} decoded; save it anew`,
	);
}

/** Factors by which a JPEG decoder downscales for free, by skipping the higher frequencies (DCT scaling). */
const JPEG_DIVISORS = [8, 4, 2] as const;

/** The size at which an image is decoded: its own, or for a JPEG the smallest that covers the size needed. */
export function decodedSize(
	{ format, width, height, orientation }: ImageHeader,
	{ atLeast, applyOrientation }: DecodeOptions,
): Size {
	if (atLeast === undefined || format !== "jpeg") return { width, height };
	const isTurned = applyOrientation === true && orientation >= 5;
	const [across, down] = isTurned ? [atLeast.height, atLeast.width] : [atLeast.width, atLeast.height];
	const by = JPEG_DIVISORS.find((divisor) => width >= divisor * across && height >= divisor * down) ?? 1;
	return { width: Math.ceil(width / by), height: Math.ceil(height / by) };
}
