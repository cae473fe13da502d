/** Limits of decoding and what a decoded picture must be, wherever it is done. */

import { OnevisionError, type Size } from "@onevision/core";
import type { ImageHeader } from "../image/image.ts";
import { unreadable } from "../reading.ts";

export interface DecodeOptions {
	/** Turn the picture as its EXIF orientation says (default false; `loadingOf` says which references do). */
	readonly applyOrientation?: boolean;
	/** Most pixels an image may have, default 178,956,970: where Pillow sees a decompression bomb. */
	readonly maxPixels?: number;
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
