/** BMP: the DIB header. Based on Microsoft's BITMAPCOREHEADER and BITMAPINFOHEADER and on Pillow's BmpImagePlugin.py (12.3). */

import { type Reading, range } from "../reading.ts";
import type { StoredImage } from "./stored.ts";

const CORE_HEADER_BYTES = 12;

export function* readBmp(): Reading<StoredImage> {
	const headerBytes = (yield* range(14, 4)).getUint32(0, true);
	if (headerBytes === CORE_HEADER_BYTES) {
		const core = yield* range(18, 4);
		return {
			width: core.getUint16(0, true),
			height: core.getUint16(2, true),
			orientation: 1,
		};
	}
	const info = yield* range(18, 8);
	// A negative height means rows run from the top down.
	return {
		width: info.getUint32(0, true),
		height: Math.abs(info.getInt32(4, true)),
		orientation: 1,
	};
}
