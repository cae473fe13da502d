/** JPEG: the frame header (SOFn) and the EXIF orientation before it. Based on ITU-T T.81, annex B, and CIPA DC-008. */

import { type Reading, range, text, unreadable } from "../reading.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredImage } from "./stored.ts";
import { xmpOrientation } from "./xmp.ts";

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;
const APP1 = 0xe1;
const EXIF = "Exif\0\0";
const XMP = "http://ns.adobe.com/xap/1.0/\0";
/** C4, C8 and CC in the range of frame headers are Huffman tables, a reserved extension and arithmetic conditioning. */
const NOT_A_FRAME = new Set([0xc4, 0xc8, 0xcc]);

export interface JpegImage extends StoredImage {
	/** Bits per sample. */
	readonly precision: number;
	/** 1 is gray, 3 color, 4 CMYK. */
	readonly components: number;
}

/**
 * Walks the segments to the first scan. A thumbnail is a complete JPEG inside an APP segment, so it is skipped with
 * its segment. The frame header's size is used, whatever EXIF claims. With `thorough`, the last XMP packet gives the
 * orientation if EXIF has none.
 */
export function* readJpeg(_fileSize: number, thorough: boolean): Reading<JpegImage> {
	let frame: Omit<JpegImage, "orientation"> | undefined;
	let found: Orientations = {};
	let at = 2;
	while (true) {
		const marker = (yield* range(at, 2)).getUint16(0);
		const code = marker & 0xff;
		// Skip fill bytes before a marker (B.1.1.2) and stray bytes after a segment, as decoders do.
		if (marker >> 8 !== 0xff || code === 0xff || code === 0) {
			at++;
			continue;
		}
		at += 2;
		if (code === START_OF_SCAN || code === END_OF_IMAGE) break;
		if ((code >= 0xd0 && code <= 0xd8) || code === 0x01) continue;
		const length = (yield* range(at, 2)).getUint16(0);
		if (length < 2) throw unreadable(`JPEG segment of ${length} bytes; the file is damaged`);
		if (code >= 0xc0 && code <= 0xcf && !NOT_A_FRAME.has(code)) {
			const view = yield* range(at + 2, 6);
			frame = {
				precision: view.getUint8(0),
				height: view.getUint16(1),
				width: view.getUint16(3),
				components: view.getUint8(5),
			};
		} else if (code === APP1) {
			found = { ...found, ...(yield* readApp1(at + 2, length - 2, found, thorough)) };
		}
		at += length;
	}
	if (frame === undefined)
		throw unreadable("JPEG has no frame header before its image data; the file is damaged");
	return { ...frame, orientation: found.exif?.orientation ?? found.xmp ?? 1 };
}

/** Orientations found in the segments so far. The first EXIF block counts; later ones are read as its continuation. */
interface Orientations {
	readonly exif?: { readonly orientation: number | undefined };
	readonly xmp?: number;
}

function* readApp1(
	start: number,
	length: number,
	{ exif }: Orientations,
	thorough: boolean,
): Reading<Orientations> {
	if (length < EXIF.length + 8 || exif?.orientation !== undefined) return {};
	const segment = yield* range(start, length);
	if (text(segment, 0, EXIF.length) === EXIF) {
		return exif === undefined ? { exif: { orientation: exifOrientation(segment, EXIF.length) } } : {};
	}
	if (!thorough || length < XMP.length || text(segment, 0, XMP.length) !== XMP) return {};
	return { xmp: xmpOrientation(segment, XMP.length) };
}
