/** A decoded picture: the one form that decoding hands out and that resizing, drawing and processors take. */

import type { Size } from "@onevision/core";

/** 8-bit RGB, rows from the top, no padding between them. */
export interface Picture {
	/** px. */
	readonly width: number;
	/** px. */
	readonly height: number;
	/** `[height, width, 3]`, 0 to 255. */
	readonly data: Uint8Array;
}

/** Wraps pixels as a picture; the bytes are kept, not copied. */
export function picture({ width, height }: Size, data: Uint8Array): Picture {
	const bytes = width * height * 3;
	if (data.length === bytes) return { width, height, data };
	throw new Error(`internal: a picture of ${width}x${height} has ${bytes} bytes, got ${data.length}`);
}
