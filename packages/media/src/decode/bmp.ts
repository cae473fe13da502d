/**
 * Decodes BMP files to the same pixels as Pillow (PIL/BmpImagePlugin.py, libImaging/Unpack.c, 12.3), since sharp does
 * not read BMP. Own code, because of the 16 fixtures bmp-ts 1.0.9 gets 9 wrong or rejects them, and fast-bmp 4.0.1
 * all but 4.
 */

import { unreadable } from "../reading.ts";
import { type RgbImage, rgbImage } from "../rgb-image.ts";

interface BmpLayout {
	readonly width: number;
	readonly height: number;
	readonly isTopDown: boolean;
	readonly bits: number;
	/** Bit masks of 16- and 32-bit pixels: red, green, blue. */
	readonly masks: readonly [number, number, number];
	/** 0 for none; 1 and 2 for run lengths of 8 and 4 bits. */
	readonly runLengths: 0 | 1 | 2;
	/** RGB of each index, three bytes each. */
	readonly palette: Uint8Array;
	/** Byte offset of the pixels. */
	readonly offset: number;
}

const FILE_HEADER_BYTES = 14;
const NO_COMPRESSION = 0;
const RLE8 = 1;
const RLE4 = 2;
const BIT_FIELDS = 3;

/** Decodes a whole file whose size has been checked. Throws `unreadable-file` for damaged or unusual files. */
export function decodeBmp(bytes: Uint8Array): RgbImage {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	try {
		const layout = readLayout(view, bytes);
		const pixels = bytes.subarray(layout.offset);
		const rgb =
			layout.bits <= 8
				? fromIndices(
						layout,
						layout.runLengths === 0 ? unpackIndices(layout, pixels) : runLengths(layout, pixels),
					)
				: fromColors(layout, pixels);
		return rgbImage(layout, layout.isTopDown ? rgb : upsideDown(rgb, layout.width * 3));
	} catch (error) {
		if (error instanceof RangeError) throw truncated();
		throw error;
	}
}

function truncated(): Error {
	return unreadable("is a BMP that ends before its pixels do; the file is truncated");
}

function readLayout(view: DataView, bytes: Uint8Array): BmpLayout {
	const headerBytes = view.getUint32(FILE_HEADER_BYTES, true);
	const isOs2 = headerBytes === 12;
	const signedHeight = isOs2 ? view.getUint16(20, true) : view.getInt32(22, true);
	const width = isOs2 ? view.getUint16(18, true) : view.getInt32(18, true);
	const bits = view.getUint16(isOs2 ? 24 : 28, true);
	const compression = isOs2 ? NO_COMPRESSION : view.getUint32(30, true);
	const colors = isOs2 || bits > 8 ? 0 : view.getUint32(46, true);
	const height = Math.abs(signedHeight);
	if (![1, 4, 8, 16, 24, 32].includes(bits))
		throw unreadable(`is a BMP of ${bits} bits a pixel; none is known`);
	const isRun = (compression === RLE8 && bits === 8) || (compression === RLE4 && bits === 4);
	if (!(compression === NO_COMPRESSION || isRun || (compression === BIT_FIELDS && bits >= 16))) {
		throw unreadable(`is a BMP of compression ${compression} and ${bits} bits a pixel; save it uncompressed`);
	}
	const offset = view.getUint32(10, true);
	const entries = bits > 8 ? 0 : Math.min(colors === 0 ? 2 ** bits : colors, 256);
	return {
		width,
		height,
		isTopDown: signedHeight < 0,
		bits,
		masks: compression === BIT_FIELDS ? readMasks(view) : defaultMasks(bits),
		runLengths: isRun ? (compression as 1 | 2) : 0,
		palette: readPalette(bytes, FILE_HEADER_BYTES + headerBytes, entries, isOs2 ? 3 : 4),
		offset,
	};
}

function readMasks(view: DataView): BmpLayout["masks"] {
	return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)];
}

function defaultMasks(bits: number): BmpLayout["masks"] {
	return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

/** Stored as blue, green, red and in some files an unused byte. Indices without an entry are black. */
function readPalette(bytes: Uint8Array, at: number, entries: number, entryBytes: number): Uint8Array {
	const palette = new Uint8Array(256 * 3);
	for (let i = 0; i < entries; i++) {
		for (let channel = 0; channel < 3; channel++) {
			palette[i * 3 + channel] = bytes[at + i * entryBytes + 2 - channel] ?? 0;
		}
	}
	return palette;
}

/** `[height, width]` palette indices from rows of packed bits, each padded to four bytes. */
function unpackIndices({ width, height, bits }: BmpLayout, pixels: Uint8Array): Uint8Array {
	const stride = Math.ceil((width * bits) / 32) * 4;
	if (pixels.length < stride * (height - 1) + Math.ceil((width * bits) / 8)) throw truncated();
	const perByte = 8 / bits;
	const mask = 2 ** bits - 1;
	const indices = new Uint8Array(width * height);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const byte = pixels[y * stride + Math.floor(x / perByte)] ?? 0;
			indices[y * width + x] = (byte >> (8 - bits - (x % perByte) * bits)) & mask;
		}
	}
	return indices;
}

/** A byte and its repeat count encode at most this many pixels. */
const MAX_PER_RUN = 255;
/** Larger images must have at least as many bytes as a plain encoder writes. */
const UNCHECKED_PIXELS = 2 ** 24;

/** `[height, width]` palette indices from run lengths; skipped pixels are 0. */
function runLengths({ width, height, runLengths: kind }: BmpLayout, pixels: Uint8Array): Uint8Array {
	const isHalf = kind === RLE4;
	const least = height * Math.ceil(width / MAX_PER_RUN) * 2;
	if (width * height > UNCHECKED_PIXELS && pixels.length < least) throw truncated();
	const indices = new Uint8Array(width * height);
	let x = 0;
	let y = 0;
	/** Writes `count` indices, stopping at the end of the row. */
	const put = (count: number, indexOf: (position: number) => number): void => {
		const end = Math.min(count, width - x);
		const at = y * width + x;
		for (let i = 0; i < end; i++) indices[at + i] = indexOf(i);
		x += count;
	};
	const half = (byte: number, position: number): number =>
		isHalf ? (position % 2 === 0 ? byte >> 4 : byte & 15) : byte;
	for (let at = 0; y < height; ) {
		const count = pixels[at++];
		const value = pixels[at++];
		if (count === undefined || value === undefined) throw truncated();
		if (count > 0) put(count, (i) => half(value, i));
		else if (value === 0) {
			x = 0;
			y++;
		} else if (value === 1) break;
		else if (value === 2) {
			x += pixels[at++] ?? 0;
			y += pixels[at++] ?? 0;
		} else {
			const start = at;
			put(value, (i) => half(pixels[start + (isHalf ? i >> 1 : i)] ?? 0, i));
			const bytes = isHalf ? Math.ceil(value / 2) : value;
			at += bytes + (bytes % 2);
		}
	}
	return indices;
}

function fromIndices({ palette }: BmpLayout, indices: Uint8Array): Uint8Array {
	const rgb = new Uint8Array(indices.length * 3);
	for (let i = 0, out = 0; i < indices.length; i++, out += 3) {
		const entry = (indices[i] ?? 0) * 3;
		rgb[out] = palette[entry] ?? 0;
		rgb[out + 1] = palette[entry + 1] ?? 0;
		rgb[out + 2] = palette[entry + 2] ?? 0;
	}
	return rgb;
}

function fromColors({ width, height, bits, masks }: BmpLayout, pixels: Uint8Array): Uint8Array {
	const step = bits / 8;
	const stride = Math.ceil((width * step) / 4) * 4;
	if (pixels.length < stride * (height - 1) + width * step) throw truncated();
	const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
	const rgb = new Uint8Array(width * height * 3);
	const channels = masks.map(channelOf);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const at = y * stride + x * step;
			const out = (y * width + x) * 3;
			if (step === 3) {
				rgb[out] = pixels[at + 2] ?? 0;
				rgb[out + 1] = pixels[at + 1] ?? 0;
				rgb[out + 2] = pixels[at] ?? 0;
			} else {
				const value = step === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
				channels.forEach((channel, i) => {
					rgb[out + i] = channel(value);
				});
			}
		}
	}
	return rgb;
}

/** Reads one channel of a packed pixel, widened to 0 to 255 and rounded down. */
function channelOf(mask: number): (value: number) => number {
	if (mask === 0) return () => 0;
	const shift = 31 - Math.clz32(mask & -mask);
	const most = mask >>> shift;
	return (value) => Math.floor((((value & mask) >>> shift) * 255) / most);
}

function upsideDown(rgb: Uint8Array, stride: number): Uint8Array {
	const turned = new Uint8Array(rgb.length);
	for (let at = 0; at < rgb.length; at += stride) {
		turned.set(rgb.subarray(at, at + stride), rgb.length - at - stride);
	}
	return turned;
}
