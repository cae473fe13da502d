/** TIFF and BigTIFF: the first page. Based on TIFF 6.0 and on Pillow's TiffImagePlugin.py (12.3). */

import { type Reading, unreadable } from "../reading.ts";
import { orientationOf, readTiffTags } from "./exif.ts";
import type { StoredImage } from "./stored.ts";

/**
 * TIFF is the only format that Pillow rotates by its orientation tag on opening. The size returned is therefore the
 * rotated one, and nothing is left to apply.
 */
export function* readTiff(): Reading<StoredImage> {
	const tags = yield* readTiffTags(0);
	const { width, height } = tags;
	if (width === undefined || height === undefined) {
		throw unreadable("TIFF directory has no width and height; the file is damaged");
	}
	const isTurned = orientationOf(tags) >= 5;
	return isTurned ? { width: height, height: width, orientation: 1 } : { width, height, orientation: 1 };
}
