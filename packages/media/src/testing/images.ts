/** Images made from a formula, the same as in oracle/resample.py. */

import type { Size } from "@onevision/base";
import { type RgbImage, rgbImage } from "../rgb-image.ts";

export type Pattern = "noise" | "blocks";

/** Noise, or black and white blocks that make filters overshoot. */
export function testImage({ width, height }: Size, seed: number, pattern: Pattern): RgbImage {
	const data = new Uint8Array(width * height * 3);
	for (let i = 0; i < data.length; i++) {
		let mixed = (Math.imul(i, 2654435761) + Math.imul(seed, 40503)) >>> 0;
		mixed = Math.imul(mixed ^ (mixed >>> 15), 2246822519) >>> 0;
		const noise = ((mixed ^ (mixed >>> 13)) >>> 16) & 255;
		if (pattern === "noise") data[i] = noise;
		else {
			const pixel = Math.floor(i / 3);
			const column = Math.floor((pixel % width) / 5);
			const row = Math.floor(Math.floor(pixel / width) / 3);
			data[i] = (((column + row) % 2) * 255) ^ (noise & 3);
		}
	}
	return rgbImage({ width, height }, data);
}
