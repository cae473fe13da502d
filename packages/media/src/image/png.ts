/** PNG: the IHDR chunk and an eXIf chunk. Based on the PNG specification, third edition (W3C, 2025). */

import { type Reading, range, rangeAlone, text, unreadable } from "../reading.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredImage } from "./stored.ts";
import { MAX_XMP_BYTES, xmpOrientation } from "./xmp.ts";

/** Maximum chunks before the image data that are searched for the orientation; files have about a dozen. */
const MAX_CHUNKS = 1000;
/** Maximum chunks in total. libpng writes image data in pieces of 8 KiB, so this covers 300 MiB. */
const MAX_CHUNKS_THROUGH = 40_000;

/**
 * An animated PNG counts as its default image, which has IHDR's size. An eXIf chunk may also follow the image data
 * (11.3.3.4). Only `thorough` looks for it there, at one read per chunk, and for an XMP packet if EXIF has no
 * orientation.
 */
export function* readPng(fileSize: number, thorough: boolean): Reading<StoredImage> {
	const header = yield* range(8, 16);
	if (text(header, 4, 4) !== "IHDR") throw unreadable("PNG does not start with IHDR; the file is damaged");
	const size = { width: header.getUint32(8), height: header.getUint32(12) };
	let at = 8 + 12 + header.getUint32(0);
	let isBeforeData = true;
	let xmp: number | undefined;
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
			const orientation = exifOrientation(yield* range(at + 8, length), 0);
			if (orientation !== undefined || !thorough) return { ...size, orientation: orientation ?? 1 };
		}
		if (thorough && name === "iTXt" && length <= MAX_XMP_BYTES && at + 8 + length <= fileSize) {
			const chunk = yield* range(at + 8, length);
			if (isXmp(chunk)) xmp = xmpOrientation(chunk);
		}
		at += 12 + length;
	}
	return { ...size, orientation: xmp ?? 1 };
}

const XMP = "XML:com.adobe.xmp\0";

/** Whether an iTXt chunk holds uncompressed XMP, as the XMP specification requires (part 3, 1.1.5). */
function isXmp(chunk: DataView): boolean {
	return (
		chunk.byteLength > XMP.length && text(chunk, 0, XMP.length) === XMP && chunk.getUint8(XMP.length) === 0
	);
}
