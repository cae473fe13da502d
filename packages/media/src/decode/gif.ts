/**
 * Pixels of a GIF's first frame, equal to Pillow's (PIL/GifImagePlugin.py, 12.3). Own code because libvips composites:
 * there what is transparent or outside the frame is black, here it has its palette's colour.
 */

import { type GifFrame, readGifFrame } from "../image/gif.ts";
import { type Picture, picture } from "../picture.ts";
import { readFromBytes, unreadable } from "../reading.ts";
import { decodeLzw } from "./lzw.ts";

/** First row and step of the four passes of an interlaced frame (GIF89a, appendix E). */
const PASSES = [
	[0, 8],
	[4, 8],
	[2, 4],
	[1, 2],
] as const;

/** The pixels of a file whose size has been checked. Throws `unreadable-file` for damaged and truncated files. */
export function decodeGif(bytes: Uint8Array): Picture {
	const frame = readFromBytes(readGifFrame(), bytes);
	const { frameWidth, frameHeight, offset, literalBits } = frame;
	if (frameWidth === 0 || frameHeight === 0) {
		throw unreadable("is a GIF whose first frame has no pixels; the file is damaged");
	}
	const indices = decodeLzw(bytes, offset, literalBits, frameWidth * frameHeight);
	return picture(frame, paint(frame, indices));
}

/** `[height, width, 3]`: the frame on the transparent index's colour, or index 0's. */
function paint(frame: GifFrame, indices: Uint8Array): Uint8Array {
	const { width, height, left, top, frameWidth, frameHeight, transparentIndex = 0 } = frame;
	const colors = colorsOf(frame.palette);
	const data = new Uint8Array(width * height * 3);
	if (frameWidth < width || frameHeight < height) fill(data, colors, transparentIndex);
	const rows = rowOrder(frame);
	let from = 0;
	for (const row of rows) {
		let at = ((top + row) * width + left) * 3;
		for (const end = from + frameWidth; from < end; from++) {
			const color = (indices[from] ?? 0) * 3;
			data[at++] = colors[color] ?? 0;
			data[at++] = colors[color + 1] ?? 0;
			data[at++] = colors[color + 2] ?? 0;
		}
	}
	return data;
}

/** RGB of all 256 indices: black past the end of a palette, gray without one. */
function colorsOf(palette: Uint8Array | undefined): Uint8Array {
	if (palette === undefined) return Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
	const colors = new Uint8Array(256 * 3);
	colors.set(palette);
	return colors;
}

function fill(data: Uint8Array, colors: Uint8Array, index: number): void {
	data.set(colors.subarray(index * 3, index * 3 + 3));
	for (let filled = 3; filled < data.length; filled *= 2) data.copyWithin(filled, 0, filled);
}

/** Rows of the frame in the order they are stored. */
function rowOrder({ frameHeight, isInterlaced }: GifFrame): number[] {
	const passes = isInterlaced ? PASSES : ([[0, 1]] as const);
	return passes.flatMap(([first, step]) =>
		Array.from({ length: Math.max(0, Math.ceil((frameHeight - first) / step)) }, (_, i) => first + i * step),
	);
}
