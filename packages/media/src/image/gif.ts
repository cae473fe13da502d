/** GIF: the logical screen, and the first frame where it reaches beyond it. Based on GIF89a (CompuServe, 1990), 17-20. */

import { type Reading, range, unreadable } from "../reading.ts";
import type { StoredImage } from "./image.ts";

const EXTENSION = 0x21;
const IMAGE_DESCRIPTOR = 0x2c;

/** The size is Pillow's for frame 0: the logical screen, made larger when the frame does not fit on it. */
export function* readGif(): Reading<StoredImage> {
	const screen = yield* range(6, 7);
	const size = {
		width: screen.getUint16(0, true),
		height: screen.getUint16(2, true),
	};
	const flags = screen.getUint8(4);
	let at = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
	while (true) {
		const block = (yield* range(at, 1)).getUint8(0);
		if (block === IMAGE_DESCRIPTOR) break;
		if (block === EXTENSION) at = yield* skipSubBlocks(at + 2);
		else if (block === 0x3b) throw unreadable("GIF ends before its first frame; the file is damaged");
		else at++;
	}
	const frame = yield* range(at + 1, 8);
	return {
		width: Math.max(size.width, frame.getUint16(0, true) + frame.getUint16(4, true)),
		height: Math.max(size.height, frame.getUint16(2, true) + frame.getUint16(6, true)),
		orientation: 1,
	};
}

function* skipSubBlocks(start: number): Reading<number> {
	let at = start;
	while (true) {
		const length = (yield* range(at, 1)).getUint8(0);
		at += 1 + length;
		if (length === 0) return at;
	}
}
