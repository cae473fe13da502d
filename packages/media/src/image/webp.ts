/** WebP: lossy (VP8), lossless (VP8L) and extended (VP8X) files. Based on RFC 9649, section 2. */

import { type Reading, range, text, unreadable } from "../reading.ts";
import { exifOrientation } from "./exif.ts";
import type { StoredImage } from "./stored.ts";
import { MAX_XMP_BYTES, xmpOrientation } from "./xmp.ts";

const EXIF_FLAG = 0x08;
const XMP_FLAG = 0x04;
/** Maximum chunks walked to reach EXIF, which comes last; an animation has one chunk per frame. */
const MAX_CHUNKS = 10_000;

/** With `thorough`, searches an XMP packet if EXIF has no orientation. */
export function* readWebp(fileSize: number, thorough: boolean): Reading<StoredImage> {
	const chunk = text(yield* range(12, 8), 0, 4);
	if (chunk === "VP8X") {
		const view = yield* range(20, 10);
		const size = { width: 1 + uint24(view, 4), height: 1 + uint24(view, 7) };
		const flags = view.getUint8(0);
		const exif = flags & EXIF_FLAG ? yield* findOrientation(fileSize, "EXIF", readExif) : undefined;
		if (exif !== undefined || !thorough || (flags & XMP_FLAG) === 0) {
			return { ...size, orientation: exif ?? 1 };
		}
		return { ...size, orientation: (yield* findOrientation(fileSize, "XMP ", xmpOrientation)) ?? 1 };
	}
	if (chunk === "VP8L") {
		const view = yield* range(20, 5);
		if (view.getUint8(0) !== 0x2f)
			throw unreadable("WebP lossless signature is missing; the file is damaged");
		const bits = view.getUint32(1, true);
		return {
			width: 1 + (bits & 0x3fff),
			height: 1 + ((bits >>> 14) & 0x3fff),
			orientation: 1,
		};
	}
	if (chunk === "VP8 ") {
		const view = yield* range(20, 10);
		// A key frame's start code, RFC 6386, 9.1.
		const isKeyFrame = (view.getUint8(0) & 1) === 0 && text(view, 3, 3) === "\x9d\x01\x2a";
		if (!isKeyFrame) throw unreadable("WebP does not start with a key frame; the file is damaged");
		return {
			width: view.getUint16(6, true) & 0x3fff,
			height: view.getUint16(8, true) & 0x3fff,
			orientation: 1,
		};
	}
	throw unreadable(`WebP starts with a ${JSON.stringify(chunk)} chunk; the file is damaged`);
}

/** Some writers keep JPEG's prefix; like Pillow, remove it (Exif.load in Image.py, 12.3). */
function readExif(block: DataView): number | undefined {
	if (block.byteLength < 8) return undefined;
	return exifOrientation(block, text(block, 0, 6) === "Exif\0\0" ? 6 : 0);
}

/** Orientation from the first chunk with a given name. */
function* findOrientation(
	fileSize: number,
	wanted: string,
	read: (chunk: DataView) => number | undefined,
): Reading<number | undefined> {
	let at = 12;
	for (let chunk = 0; chunk < MAX_CHUNKS && at + 8 <= fileSize; chunk++) {
		const head = yield* range(at, 8);
		const length = head.getUint32(4, true);
		if (text(head, 0, 4) === wanted && at + 8 + length <= fileSize) {
			if (wanted === "XMP " && length > MAX_XMP_BYTES) return undefined;
			return read(yield* range(at + 8, length));
		}
		at += 8 + length + (length & 1);
	}
	return undefined;
}

function uint24(view: DataView, offset: number): number {
	return view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
}
