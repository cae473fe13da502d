/** Limits of decoding and what a decoded image must be, wherever it is done. */

import { OnevisionError, type Size } from "@onevision/base";
import type { ImageHeader } from "../image/image.ts";
import { unreadable } from "../reading.ts";

export interface DecodeOptions {
	/** Turn the image as its EXIF orientation says (default false; `loadingOf` says which references do). */
	readonly applyOrientation?: boolean;
	/** Most pixels an image may have, default 178,956,970: where Pillow sees a decompression bomb. */
	readonly maxPixels?: number;
	/**
	 * Size that is needed, px, of the image as it is returned: a JPEG is scaled to 1/2, 1/4 or 1/8 while it is decoded,
	 * to no less than this, in a fraction of the time and memory. Its pixels are then not Pillow's. Default: not scaled;
	 * not in a browser.
	 */
	readonly atLeast?: Size;
	/** Whole seconds that decoding one image may take, default 30; not in a browser, and not for BMP and GIF. */
	readonly maxSeconds?: number;
}

/** PIL.Image: an error at twice MAX_IMAGE_PIXELS. */
export const MAX_PIXELS = 178_956_970;
export const MAX_SECONDS = 30;

/** Throws `over-limit` for images of more pixels, `invalid-input` for a limit that is no number of pixels. */
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

/** What was counted from the header must be what is processed. Throws `unreadable-file`. */
export function assertSize(decoded: Size, { format, width, height }: ImageHeader): void {
	if (decoded.width === width && decoded.height === height) return;
	throw unreadable(
		`is a ${format} of ${width}x${height} in its header, ${decoded.width}x${decoded.height} decoded; save it anew`,
	);
}

/** Divisors that a JPEG decoder scales by at no cost: it leaves out the finer frequencies (DCT scaling). */
const JPEG_DIVISORS = [8, 4, 2] as const;

/** The size an image is decoded to: its own, or for a JPEG the smallest that holds what is needed. */
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
