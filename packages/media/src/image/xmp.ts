/** The orientation that an XMP packet holds (XMP specification, part 2, 3.4: tiff:Orientation), found as Pillow 12.3 finds it. */

import { text } from "../reading.ts";

/** Largest packet that is looked through; usual ones have a few KiB. */
export const MAX_XMP_BYTES = 1024 * 1024;

/** Image.py `getexif`: the first such attribute or element, whatever the packet's structure. 1 where there is none. */
export function xmpOrientation(view: DataView, offset = 0): number {
	const found = /tiff:Orientation(?:="|>)([0-9])/.exec(text(view, offset, view.byteLength - offset));
	const orientation = Number(found?.[1] ?? 1);
	return orientation >= 1 && orientation <= 8 ? orientation : 1;
}
