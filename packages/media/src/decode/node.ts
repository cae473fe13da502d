/**
 * Decodes image files to the same pixels as Pillow's `Image.open(file).convert("RGB")`, which is what transformers'
 * processors receive. sharp decodes, with color management off; this file handles the cases where it differs from
 * Pillow.
 */

import { OnevisionError, type Size } from "@onevision/base";
import type { Metadata, Sharp } from "sharp";
import { type ImageHeader, readImageHeader } from "../image/image.ts";
import { readJpeg } from "../image/jpeg.ts";
import { kernelOfThread } from "../kernel/kernel.ts";
import { readFromBytes, unreadable } from "../reading.ts";
import { type RgbImage, rgbImage } from "../rgb-image.ts";
import { loadSharp } from "../sharp.ts";
import { decodeBmp } from "./bmp.ts";
import { cmykToRgb } from "./cmyk.ts";
import { decodeGif } from "./gif.ts";
import {
	assertPixels,
	assertSize,
	type DecodeOptions,
	decodedSize,
	MAX_PIXELS,
	MAX_SECONDS,
} from "./limits.ts";
import { applyOrientation, inverseOrientation } from "./orientation.ts";
import { assertPngChecksums } from "./png.ts";
import { assertDecodableTiff } from "./tiff.ts";

/** Byte of a PNG that holds its color type, and the type without color or alpha (PNG, third edition, 11.2.1). */
const PNG_COLOR_TYPE = 25;
const PNG_GRAY = 0;

/** Formats that sharp does not read, or reads differently from Pillow. */
const OWN_DECODERS: Partial<Record<string, (bytes: Uint8Array) => RgbImage>> = {
	bmp: decodeBmp,
	gif: (bytes) => decodeGif(bytes, kernelOfThread()),
};

/**
 * Decodes one image: the first frame of an animation, alpha dropped, gray and palettes expanded to RGB, embedded
 * color profiles ignored. Unless scaled, pixels equal Pillow's for every format but AVIF, which uses another library.
 * Throws `unreadable-file` for other, damaged and truncated files, `over-limit` for images of more than `maxPixels`
 * (before decoding) and for those that take too long, `unsupported` for HEIC and some kinds of TIFF, and
 * `invalid-input` for invalid limits.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<RgbImage> {
	const asShown = options.applyOrientation === true;
	const header = readImageHeader(bytes, { applyOrientation: asShown });
	assertPixels(header, options.maxPixels ?? MAX_PIXELS);
	const seconds = wholeSeconds(options.maxSeconds ?? MAX_SECONDS);
	const size = decodedSize(header, options);
	const orientation = header.appliedOrientation ?? 1;
	const decoded =
		OWN_DECODERS[header.format]?.(bytes) ??
		(await decodeBySharp(
			bytes,
			header,
			seconds,
			isSame(size, header) ? undefined : asTurned(size, orientation),
		));
	const shown = applyOrientation(decoded, orientation);
	assertSize(shown, { ...header, ...size });
	return shown;
}

function isSame(a: Size, b: Size): boolean {
	return a.width === b.width && a.height === b.height;
}

/** A size with its sides swapped if the orientation swaps them. */
function asTurned({ width, height }: Size, orientation: number): Size {
	return orientation >= 5 ? { width: height, height: width } : { width, height };
}

function wholeSeconds(maxSeconds: number): number {
	const seconds = Math.ceil(maxSeconds);
	if (seconds >= 1 && seconds <= 3600) return seconds;
	throw new OnevisionError("invalid-input", `maxSeconds ${maxSeconds}: expected 1 to 3600`);
}

async function decodeBySharp(
	bytes: Uint8Array,
	header: ImageHeader,
	seconds: number,
	/** Size a larger image is scaled to during decoding, px as stored. */
	scaled: Size | undefined,
): Promise<RgbImage> {
	const { format, width, height } = header;
	if (format === "heic") {
		throw new OnevisionError(
			"unsupported",
			"HEIC images are not decoded here; convert it to JPEG or PNG, e.g. with heif-convert",
		);
	}
	if (format === "tiff") assertDecodableTiff(bytes);
	if (format === "png") assertPngChecksums(bytes);
	const sharp = await loadSharp();
	const whole = sharp(bytes, {
		// Pillow decodes past damage that leaves the file complete, except in a TIFF, and rejects truncated files.
		failOn: format === "tiff" ? "error" : "truncated",
		limitInputPixels: width * height,
		ignoreIcc: true,
	}).timeout({ seconds });
	const image = scaled === undefined ? whole : whole.resize({ ...scaled, fit: "fill" });
	try {
		const metadata = spaceOfJpeg(format, bytes) ?? (await image.metadata());
		return asStored(await decodeSpace(image, metadata, bytes), header, metadata);
	} catch (error) {
		throw undecodable(format, error);
	}
}

/** The metadata that must be known before decoding. */
type Space = Pick<Metadata, "space" | "hasAlpha" | "orientation">;

/**
 * Metadata of an ordinary JPEG without asking sharp, which would open the file again; for a small image that takes a
 * quarter of the time.
 */
function spaceOfJpeg(format: string, bytes: Uint8Array): Space | undefined {
	if (format !== "jpeg") return undefined;
	const { precision, components } = readFromBytes(readJpeg(bytes.byteLength, false), bytes);
	if (precision !== 8 || (components !== 1 && components !== 3)) return undefined;
	return { space: components === 1 ? "b-w" : "srgb", hasAlpha: false };
}

function decodeSpace(image: Sharp, { space, hasAlpha }: Space, bytes: Uint8Array): Promise<RgbImage> {
	if (space === "cmyk") return decodeCmyk(image);
	// Pillow reads gray with an alpha channel in 8 bits, but not gray with one transparent shade.
	const isGray = !hasAlpha || bytes[PNG_COLOR_TYPE] === PNG_GRAY;
	return space === "grey16" && isGray ? decodeDeepGray(image) : decodeRgb(image);
}

/**
 * The image before EXIF orientation, as Pillow opens it. Pillow rotates TIFF and not AVIF; the decoder here does the
 * opposite.
 */
function asStored(decoded: RgbImage, header: ImageHeader, metadata: Space): RgbImage {
	if (header.format === "tiff") return applyOrientation(decoded, metadata.orientation ?? 1);
	if (header.format !== "avif") return decoded;
	return applyOrientation(decoded, inverseOrientation(header.appliedOrientation ?? header.orientation));
}

async function decodeRgb(image: Sharp): Promise<RgbImage> {
	const { data, info } = await image
		.removeAlpha()
		.toColorspace("srgb")
		.raw()
		.toBuffer({ resolveWithObject: true });
	return info.channels === 3
		? rgbImage(info, plain(data))
		: grayImage(info, (i) => data[i * info.channels] ?? 0);
}

/** The same bytes as a plain Uint8Array: `Buffer.slice` shares memory. */
function plain({ buffer, byteOffset, byteLength }: Buffer): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}

/** 16-bit gray: Pillow 12.3 keeps values up to 255 and makes all others white. */
async function decodeDeepGray(image: Sharp): Promise<RgbImage> {
	const { data, info } = await image
		.toColorspace("grey16")
		.raw({ depth: "ushort" })
		.toBuffer({ resolveWithObject: true });
	const shades = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
	return grayImage(info, (i) => Math.min(255, shades[i * info.channels] ?? 0));
}

function grayImage(size: Size, shadeOf: (pixel: number) => number): RgbImage {
	const data = new Uint8Array(size.width * size.height * 3);
	for (let i = 0; i < size.width * size.height; i++) data.fill(shadeOf(i), i * 3, i * 3 + 3);
	return rgbImage(size, data);
}

async function decodeCmyk(image: Sharp): Promise<RgbImage> {
	const { data, info } = await image
		.pipelineColorspace("cmyk")
		.toColorspace("cmyk")
		.raw()
		.toBuffer({ resolveWithObject: true });
	return rgbImage(info, cmykToRgb(data));
}

function undecodable(format: string, error: unknown): Error {
	const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
	if (/timeout/i.test(reason)) {
		return new OnevisionError(
			"over-limit",
			`${format} took too long to decode; it may be made to; leave it out`,
		);
	}
	return unreadable(`cannot be decoded as ${format} (${reason}); the file is damaged or truncated`);
}
