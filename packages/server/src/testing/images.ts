/** Images for tests, made by sharp. */

import sharp from "sharp";

/** A real PNG of one color. */
export function png(width: number, height: number): Promise<Buffer> {
	return sharp({ create: { width, height, channels: 3, background: "#456" } })
		.png()
		.toBuffer();
}

/** A JPEG with some detail, and an EXIF orientation if asked for. */
export function jpeg(width: number, height: number, orientation?: number): Promise<Buffer> {
	const data = Buffer.from(Array.from({ length: width * height * 3 }, (_, index) => (index * 7919) % 251));
	const image = sharp(data, { raw: { width, height, channels: 3 } }).jpeg();
	return (orientation === undefined ? image : image.withMetadata({ orientation })).toBuffer();
}
