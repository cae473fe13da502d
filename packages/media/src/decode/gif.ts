/**
 * Decodes a GIF's first frame to the same pixels as Pillow (PIL/GifImagePlugin.py, 12.3). Own code because libvips
 * composites: it makes transparent pixels and those outside the frame black, while Pillow keeps their palette color.
 */

import { type GifFrame, readGifFrame } from "../image/gif.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { readFromBytes, unreadable } from "../reading.ts";
import { type RgbImage, rgbImage } from "../rgb-image.ts";
import { paintByKernel } from "./gif-kernel.ts";
import { assertDecodable, decodeLzw } from "./lzw.ts";

/** First row and row step of the four interlacing passes (GIF89a, appendix E). */
const PASSES = [
	[0, 8],
	[4, 8],
	[2, 4],
	[1, 2],
] as const;

/**
 * Decodes a file whose size has been checked, with the kernel if there is one. Throws `unreadable-file` for damaged
 * and truncated files.
 */
export function decodeGif(bytes: Uint8Array, kernel: Kernel | undefined): RgbImage {
	const frame = readFromBytes(readGifFrame(), bytes);
	const { width, height, frameWidth, frameHeight, offset, literalBits, transparentIndex = 0 } = frame;
	if (frameWidth === 0 || frameHeight === 0) {
		throw unreadable("is a GIF whose first frame has no pixels; the file is damaged");
	}
	const pixels = frameWidth * frameHeight;
	const colors = colorsOf(frame.palette);
	assertDecodable(bytes, offset, literalBits, pixels);
	const data = new Uint8Array(width * height * 3);
	// The background around the frame has the transparent index's color, or index 0's.
	if (frameWidth < width || frameHeight < height) fill(data, colors, transparentIndex);
	const put = rowWriter(frame, data);
	if (kernel === undefined) put(colored(decodeLzw(bytes, offset, literalBits, pixels), colors), pixels);
	else paintByKernel(kernel, bytes, frame, colors, pixels, put);
	return rgbImage(frame, data);
}

/** Writes the frame's pixels, which arrive in stored order, to their rows. */
function rowWriter(frame: GifFrame, data: Uint8Array): (rgb: Uint8Array, pixels: number) => void {
	const { width, left, top, frameWidth, isInterlaced } = frame;
	const rows = rowOrder(frame);
	let done = 0;
	return (rgb, pixels) => {
		for (let from = 0; from < pixels; ) {
			const row = rows[Math.floor(done / frameWidth)] ?? 0;
			const col = done % frameWidth;
			const run = frameWidth === width && !isInterlaced ? pixels : Math.min(pixels - from, frameWidth - col);
			data.set(rgb.subarray(from * 3, (from + run) * 3), ((top + row) * width + left + col) * 3);
			from += run;
			done += run;
		}
	};
}

/** Looks up the RGB color of each index. */
function colored(indices: Uint8Array, colors: Uint8Array): Uint8Array {
	const rgb = new Uint8Array(indices.length * 3);
	let at = 0;
	for (const index of indices) {
		rgb[at++] = colors[index * 3] ?? 0;
		rgb[at++] = colors[index * 3 + 1] ?? 0;
		rgb[at++] = colors[index * 3 + 2] ?? 0;
	}
	return rgb;
}

/** RGB of all 256 indices: black past the end of a palette, gray without a palette. */
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

/** Row numbers of the frame in stored order. */
function rowOrder({ frameHeight, isInterlaced }: GifFrame): number[] {
	const passes = isInterlaced ? PASSES : ([[0, 1]] as const);
	return passes.flatMap(([first, step]) =>
		Array.from({ length: Math.max(0, Math.ceil((frameHeight - first) / step)) }, (_, i) => first + i * step),
	);
}
