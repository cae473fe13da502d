/** Limits of decoding, wherever it is done. */

export interface DecodeOptions {
	/** Turn the picture as its EXIF orientation says (default false: processors do not). */
	readonly applyOrientation?: boolean;
	/** Most pixels an image may have, default 178,956,970: where Pillow sees a decompression bomb. */
	readonly maxPixels?: number;
	/** Seconds one image may take, default 30. */
	readonly maxSeconds?: number;
}

/** PIL.Image: an error at twice MAX_IMAGE_PIXELS. */
export const MAX_PIXELS = 178_956_970;
