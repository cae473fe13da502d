/** Scales an encoded image down and encodes it anew, in its own format where that can be written. Node only. */

import { OnevisionError, type Size } from "@onevision/base";
import { assertPixels, MAX_PIXELS, MAX_SECONDS } from "./decode/limits.ts";
import { type ImageHeader, readImageHeader } from "./image/image.ts";
import { loadSharp } from "./sharp.ts";
import type { ImageFormat } from "./sniff.ts";

export interface EncodedMedium {
	readonly bytes: Uint8Array;
	readonly mimeType: string;
}

/** Visibly lossless for photographs; the pixels are scaled down anyway. */
const QUALITY = 92;

/** What each format is written as. Animations keep their first frame, which is all that a processor reads. */
const WRITTEN_AS: Readonly<Record<ImageFormat, "jpeg" | "png" | "webp">> = {
	jpeg: "jpeg",
	png: "png",
	webp: "webp",
	gif: "png",
	bmp: "png",
	tiff: "png",
	avif: "jpeg",
	heic: "jpeg",
};

/**
 * The image at `size`, px as stored: orientation, color profile and other metadata stay as they are.
 *
 * @throws OnevisionError `unreadable-file` for a damaged file, `over-limit` for one of more than `maxPixels`,
 * `unsupported` without sharp or for a format it does not read
 */
export async function resizeEncoded(
	bytes: Uint8Array,
	{ width, height }: Size,
	{ maxPixels = MAX_PIXELS }: { readonly maxPixels?: number } = {},
): Promise<EncodedMedium> {
	const header: ImageHeader = readImageHeader(bytes);
	assertPixels(header, maxPixels);
	const format = WRITTEN_AS[header.format];
	const sharp = await loadSharp();
	try {
		const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: "error" })
			.resize(width, height, { fit: "fill", kernel: "lanczos3" })
			.keepMetadata()
			.timeout({ seconds: MAX_SECONDS });
		const encoded = await {
			jpeg: () => image.jpeg({ quality: QUALITY, chromaSubsampling: "4:4:4" }),
			png: () => image.png(),
			webp: () => image.webp({ quality: QUALITY }),
		}
			[format]()
			.toBuffer();
		return { bytes: encoded, mimeType: `image/${format}` };
	} catch (error) {
		const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
		throw new OnevisionError("unreadable-file", `this ${header.format} cannot be scaled: ${why}`);
	}
}
