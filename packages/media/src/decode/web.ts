/**
 * Decodes images in a browser, as close to Pillow's pixels as its decoder allows: color management and premultiplied
 * alpha are off. Opaque images are equal where the browser's decoder agrees with Pillow's; see docs/pixels.md.
 */

import { OnevisionError } from "@onevision/base";
import { readImageHeaderFrom } from "../image/image.ts";
import { blobSource, unreadable } from "../reading.ts";
import { type RgbImage, rgbImage } from "../rgb-image.ts";
import type { ImageFormat } from "../sniff.ts";
import { assertPixels, assertSize, type DecodeOptions, MAX_PIXELS } from "./limits.ts";
import { applyOrientation, inverseOrientation } from "./orientation.ts";

/**
 * Decodes one image: the first frame of an animation, alpha dropped. Throws `unreadable-file` for other, damaged and
 * truncated files, `over-limit` for images of more than `maxPixels` (before decoding), and `unsupported` where the
 * browser has no OffscreenCanvas.
 */
export async function decodeImageBlob(
	blob: Blob,
	{ applyOrientation: asShown = false, maxPixels = MAX_PIXELS }: Omit<DecodeOptions, "maxSeconds"> = {},
): Promise<RgbImage> {
	const header = await readImageHeaderFrom(blobSource(blob));
	assertPixels(header, maxPixels);
	const drawn = await decodeDrawn(blob, header.format);
	const isTurned = TURNED[header.format];
	const stored = isTurned ? applyOrientation(drawn, inverseOrientation(header.orientation)) : drawn;
	assertSize(stored, header);
	if (!asShown) return stored;
	return isTurned ? drawn : applyOrientation(drawn, header.orientation);
}

/** Formats whose EXIF orientation browsers apply on their own (tested in Chromium). */
const TURNED: Readonly<Record<ImageFormat, boolean>> = {
	jpeg: true,
	png: true,
	avif: true,
	webp: false,
	gif: false,
	bmp: false,
	tiff: false,
	heic: true,
};

/** The image as the browser draws it. */
async function decodeDrawn(blob: Blob, format: string): Promise<RgbImage> {
	const bitmap = await createImageBitmap(blob, {
		colorSpaceConversion: "none",
		premultiplyAlpha: "none",
		imageOrientation: "from-image",
	}).catch((error: unknown) => {
		const reason = error instanceof Error ? error.message : String(error);
		throw unreadable(
			`cannot be decoded as ${format} (${reason}); the file is damaged or of a kind this browser lacks`,
		);
	});
	try {
		const { width, height } = bitmap;
		const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
		if (context === null) throw new OnevisionError("unsupported", "this browser has no 2-D OffscreenCanvas");
		context.drawImage(bitmap, 0, 0);
		const { data } = context.getImageData(0, 0, width, height);
		const rgb = new Uint8Array(width * height * 3);
		for (let from = 0, out = 0; from < data.length; from += 4, out += 3) {
			rgb[out] = data[from] ?? 0;
			rgb[out + 1] = data[from + 1] ?? 0;
			rgb[out + 2] = data[from + 2] ?? 0;
		}
		return rgbImage({ width, height }, rgb);
	} finally {
		bitmap.close();
	}
}
