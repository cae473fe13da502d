/** Pictures to files: PNG, which keeps every pixel as it is. Node only. */

import sharp from "sharp";
import type { Picture } from "./picture.ts";

/** The smallest lossless file that libvips makes; the same bytes for the same picture and version of it. */
const PNG = { compressionLevel: 9, adaptiveFiltering: true, palette: false } as const;

/** The picture as an 8-bit RGB PNG without metadata. */
export async function encodePng({ data, width, height }: Picture): Promise<Uint8Array> {
	return await sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
		.png(PNG)
		.toBuffer();
}
