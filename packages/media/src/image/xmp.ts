/**
 * Finds the orientation in an XMP packet (XMP specification, part 2, 3.4: tiff:Orientation) in the same way as Pillow
 * 12.3.
 */

import { text } from "../reading.ts";

/** Largest packet searched; typical ones have a few KiB. */
export const MAX_XMP_BYTES = 1024 * 1024;

/** Image.py `getexif`: the first such attribute or element, whatever the packet's structure. 1 if there is none. */
export function xmpOrientation(view: DataView, offset = 0): number {
	const found = /tiff:Orientation(?:="|>)([0-9])/.exec(text(view, offset, view.byteLength - offset));
	const orientation = Number(found?.[1] ?? 1);
	return orientation >= 1 && orientation <= 8 ? orientation : 1;
}
