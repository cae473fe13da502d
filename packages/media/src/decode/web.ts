/**
 * Pixels of an image in a browser, as close to Pillow's as its decoder allows: colour management and premultiplied
 * alpha are turned off. Opaque images come out equal where the browser decodes as Pillow does; see docs/pixels.md.
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
 * truncated files, `over-limit` for images of more than `maxPixels`, before they are decoded, and `unsupported` where
 * the browser has no OffscreenCanvas.
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

/** Formats whose EXIF orientation browsers apply by themselves (tried in Chromium). */
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

/** As the browser draws it. */
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
