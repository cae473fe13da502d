/** GIF: everything before the first frame's codes. Based on GIF89a (CompuServe, 1990) and PIL/GifImagePlugin.py (12.3). */

import { type Reading, range, text, unreadable } from "../reading.ts";
import type { StoredImage } from "./stored.ts";

/** The first frame and the canvas it is drawn on. Sizes and offsets in px. */
export interface GifFrame {
	/** Size as in Pillow: the logical screen, enlarged if the frame does not fit on it. */
	readonly width: number;
	readonly height: number;
	readonly left: number;
	readonly top: number;
	readonly frameWidth: number;
	readonly frameHeight: number;
	readonly isInterlaced: boolean;
	/** RGB of 2 to 256 indices; absent if each index is its own shade of gray. */
	readonly palette?: Uint8Array;
	readonly transparentIndex?: number;
	/** Bits per pixel in the codes, as stored: 0 to 255. */
	readonly literalBits: number;
	/** First byte of the code blocks. */
	readonly offset: number;
}

const EXTENSION = 0x21;
const IMAGE_DESCRIPTOR = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const COMMENT = 0xfe;
const APPLICATION = 0xff;
const SCREEN_BYTES = 13;
const DESCRIPTOR_BYTES = 9;

export function* readGif(): Reading<StoredImage> {
	const { width, height } = yield* readGifFrame();
	return { width, height, orientation: 1 };
}

/** Throws `unreadable-file` where Pillow does: if there is no frame, or a graphic control block is too short. */
export function* readGifFrame(): Reading<GifFrame> {
	const screen = yield* range(6, SCREEN_BYTES - 6);
	const shared = yield* readPalette(SCREEN_BYTES, screen.getUint8(4));
	const found = yield* findFrame(shared.end);
	const frame = yield* range(found.at, DESCRIPTOR_BYTES);
	const flags = frame.getUint8(8);
	const own = yield* readPalette(found.at + DESCRIPTOR_BYTES, flags);
	const palette = own.palette ?? shared.palette;
	const left = frame.getUint16(0, true);
	const top = frame.getUint16(2, true);
	const frameWidth = frame.getUint16(4, true);
	const frameHeight = frame.getUint16(6, true);
	return {
		width: Math.max(screen.getUint16(0, true), left + frameWidth),
		height: Math.max(screen.getUint16(2, true), top + frameHeight),
		left,
		top,
		frameWidth,
		frameHeight,
		isInterlaced: (flags & 0x40) !== 0,
		...(palette === undefined ? {} : { palette }),
		...(found.transparentIndex === undefined ? {} : { transparentIndex: found.transparentIndex }),
		literalBits: (yield* range(own.end, 1)).getUint8(0),
		offset: own.end + 1,
	};
}

/** The palette that the flags announce, at byte `at`. A palette that maps each index to its own gray counts as none. */
function* readPalette(at: number, flags: number): Reading<{ palette?: Uint8Array; end: number }> {
	if ((flags & 0x80) === 0) return { end: at };
	const length = 3 * 2 ** ((flags & 7) + 1);
	const view = yield* range(at, length);
	const palette = new Uint8Array(view.buffer, view.byteOffset, length).slice();
	const isGrayRamp = palette.every((value, i) => value === Math.floor(i / 3));
	return isGrayRamp ? { end: at + length } : { palette, end: at + length };
}

/** First byte after the image marker, and the transparent index from a preceding graphic control block. */
function* findFrame(start: number): Reading<{ at: number; transparentIndex?: number }> {
	let transparent: { transparentIndex?: number } = {};
	let at = start;
	while (true) {
		const mark = (yield* range(at, 1)).getUint8(0);
		if (mark === IMAGE_DESCRIPTOR) return { at: at + 1, ...transparent };
		if (mark === TRAILER) throw unreadable("GIF ends before its first frame; the file is damaged");
		if (mark === EXTENSION) {
			const label = (yield* range(at + 1, 1)).getUint8(0);
			if (label === GRAPHIC_CONTROL) transparent = { ...transparent, ...(yield* readControl(at + 2)) };
			at = yield* skipExtension(at + 2, label);
		} else at++;
	}
}

function* readControl(at: number): Reading<{ transparentIndex?: number }> {
	const length = (yield* range(at, 1)).getUint8(0);
	if (length === 0) return {};
	const control = yield* range(at + 1, length);
	const isTransparent = (control.getUint8(0) & 1) === 1;
	if (length < (isTransparent ? 4 : 3))
		throw unreadable("GIF graphic control is too short; the file is damaged");
	return isTransparent ? { transparentIndex: control.getUint8(3) } : {};
}

/**
 * The byte after an extension's blocks. Pillow reads the first block on its own and then reads up to an empty one.
 * After an empty first block, it therefore treats what follows as blocks too. A loop count is one more such block.
 */
function* skipExtension(start: number, label: number): Reading<number> {
	const first = (yield* range(start, 1)).getUint8(0);
	let at = start + 1 + first;
	if (label === COMMENT && first === 0) return at;
	if (label === APPLICATION && first >= 11 && text(yield* range(start + 1, 11), 0, 11) === "NETSCAPE2.0") {
		at += 1 + (yield* range(at, 1)).getUint8(0);
	}
	while (true) {
		const length = (yield* range(at, 1)).getUint8(0);
		at += 1 + length;
		if (length === 0) return at;
	}
}
