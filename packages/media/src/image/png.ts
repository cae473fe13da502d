/** PNG: the IHDR chunk and an eXIf chunk. Based on the PNG specification, third edition (W3C, 2025). */

import { type Reading, range, rangeAlone, text, unreadable } from "../reading.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredImage } from "./image.ts";

/** Chunks before the image data that are looked through for orientation; files have about a dozen. */
const MAX_CHUNKS = 1000;
/** Chunks in all: libpng writes image data in pieces of 8 KiB, so these are those of 300 MiB. */
const MAX_CHUNKS_THROUGH = 40_000;

/**
 * An animated PNG is its default image, which has the size of IHDR. An eXIf chunk may also follow the image data (11.3.3.4);
 * it is looked for there, one read a chunk, only if `thorough`.
 */
export function* readPng(fileSize: number, thorough: boolean): Reading<StoredImage> {
	const header = yield* range(8, 16);
	if (text(header, 4, 4) !== "IHDR") throw unreadable("PNG does not start with IHDR; the file is damaged");
	const size = { width: header.getUint32(8), height: header.getUint32(12) };
	let at = 8 + 12 + header.getUint32(0);
	let isBeforeData = true;
	for (let chunk = 0; chunk < MAX_CHUNKS_THROUGH && at + 8 <= fileSize; chunk++) {
		if (isBeforeData && chunk >= MAX_CHUNKS) break;
		const head = yield* isBeforeData ? range(at, 8) : rangeAlone(at, 8);
		const length = head.getUint32(0);
		const name = text(head, 4, 4);
		if (name === "IEND") break;
		if (name === "IDAT") {
			if (!thorough) break;
			isBeforeData = false;
		}
		if (name === "eXIf" && at + 8 + length <= fileSize) {
			return {
				...size,
				orientation: exifOrientation(yield* range(at + 8, length), 0),
			};
		}
		at += 12 + length;
	}
	return { ...size, orientation: 1 };
}
